"""What a tenant has to hold of a shop's items: the rules of the page once more, in other words and without the program.

Items are given as the feeds have them, by feed; only what has a rule is compared (`unlike`).
"""

import re
import unicodedata
from collections import defaultdict

# A price of these is worked out there.
COMPUTED = ("GROUPED", "BUNDLE_DYNAMIC")
TYPES = {"configurable": "VARIANT_OF", "bundle": "IN_BUNDLE", "bundle_fixed": "IN_BUNDLE", "grouped": "GROUPED"}
VISIBLE = {"visible": "PRODUCT_DETAIL", "visibleInListing": "PRODUCT_LISTING", "visibleInSearch": "SEARCH_RESULTS",
           "visibleInCompareList": "PRODUCT_COMPARE"}  # fmt: skip


def slug(text):
    """Small letters without marks and digits; whatever stands between them is one hyphen."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text) if unicodedata.category(each) != "Mn")
    return re.sub("[^a-z0-9]+", "-", plain.lower()).strip("-")


def path(text):
    """The slug of a category's path; None, if a part of it has none."""
    parts = [slug(part) for part in text.split("/")]
    return "/".join(parts) if all(parts) else None


def first_of(items, name, number):
    """Of the items of each name in a store view the one with the lowest number."""
    chosen = {}
    for item in sorted(items, key=lambda each: int(each[number]) if each[number].isdecimal() else 0, reverse=True):
        if named := name(item):
            chosen[named, item["storeViewCode"]] = item
    return chosen


def categories(items):
    """The categories but for the roots."""
    chosen = first_of(items, lambda each: each.get("urlPath") and path(each["urlPath"]), "categoryId")
    return {
        key: {
            "slug": key[0],
            "source": {"locale": key[1]},
            "name": item["name"],
            "families": ["top_menu"] * bool(item.get("isActive") and item.get("includeInMenu")),
            "position": item.get("position"),
            "description": item.get("description"),
        }
        for key, item in chosen.items()
    }


def metadata(items):
    """The attributes, and one of stock and weight for each store view."""
    codes = {"short_description": "shortDescription"}
    chosen = first_of(items, lambda each: codes.get(each["attributeCode"], each["attributeCode"]), "id")
    made = {("aco_ac_attributes", item["storeViewCode"]): {"dataType": "TEXT"} for item in items}
    for key, item in chosen.items():
        if key not in made:
            is_text = item.get("frontendInput") in ("text", "select")
            whole = "BOOLEAN" if item.get("frontendInput") == "boolean" else "TEXT" if is_text else "INTEGER"
            made[key] = {
                "label": item.get("label") or item["attributeCode"],
                "dataType": {"decimal": "DECIMAL", "int": whole}.get(item.get("dataType"), "TEXT"),
                "visibleIn": [there for here, there in VISIBLE.items() if item.get(here)],
                "searchTypes": ["AUTOCOMPLETE"] if item.get("searchable") else None,
            }
    return made


def products(items):
    """The products that have a name."""
    made = {}
    for item in items:
        if not item.get("name"):
            continue
        status = str(item.get("status")).upper()
        options = [each for each in item.get("optionsV2") or () if each.get("values")]
        if item["type"] in ("configurable", "bundle") and item["type"] not in {each["type"] for each in options}:
            status = "DISABLED"
        routes = [(path(each["categoryPath"]), each) for each in item.get("categoryData") or () if each["categoryPath"]]
        links = [(each["type"].upper(), each["sku"]) for each in item.get("links") or ()]
        links += [(TYPES[each["productType"]], each["sku"]) for each in item.get("parents") or ()]
        attributes = [each["attributeCode"] for each in item.get("attributes") or ()]
        hidden = {"inStock", "lowStock", "categories", "weight", "weightType"}
        made[item["sku"], item["storeViewCode"]] = {
            "name": item["name"],
            "slug": item.get("urlKey") or f"{slug(item['name'])}-{item['productId']}".lstrip("-"),
            "status": status,
            "visibleIn": [each.upper() for each in ("Catalog", "Search") if each in item["visibility"]],
            "externalIds": [{"id": str(item["productId"]), "origin": "AdobeCommerce"}],
            "routes": [{"path": to, "position": each.get("productPosition") or 0} for to, each in routes if to],
            "links": [{"type": kind, "sku": sku} for kind, sku in links],
            "attributes": ["aco_ac_attributes", *(code for code in attributes if code not in hidden)],
            "configurations": [
                [value["id"] for value in each["values"]] for each in options if each["type"] == "configurable"
            ],
            "bundles": [[value["sku"] for value in each["values"]] for each in options if each["type"] == "bundle"],
        }
    return made


def price_books(items):
    """The books, and the one that every tenant has."""
    books = {("main",): {"currency": "USD"}}
    for item in items:
        above = {"parentId": item["parentId"]} if item["parentId"] else {"currency": item["currency"]}
        books[(item["priceBookId"],)] = {"name": item["name"], **above}
    return books


def prices(items, books):
    """The prices of books that there are, but for those that are worked out there."""
    made = {}
    for item in items:
        group = "" if item["customerGroupCode"] == "0" else f"::{item['customerGroupCode']}"
        key = (item["sku"], item["websiteCode"] + group)
        if item["type"] in COMPUTED or (key[1],) not in books:
            continue
        discounts = []
        for each in item["discounts"] or ():
            off = each.get("percentage")
            if off is not None and each["code"] == "special_price":
                off = round(100 - off, 4)
            if off is None:
                discounts.append({"code": each["code"], "price": each["price"]})
            elif 0 < off < 100:
                discounts.append({"code": each["code"], "percentage": off})
        tiers = [
            each
            for each in item.get("tierPrices") or ()
            if each["qty"] > 1 and (each.get("price", 0) <= item["regular"]) and 0 < each.get("percentage", 1) < 100
        ]
        made[key] = {"regular": item["regular"], "discounts": discounts, "tierPrices": tiers}
    return made


def of_items(items):
    """What a tenant has to hold: resource -> identity -> what has a rule."""
    books = price_books(items["priceBooks"])
    return {
        "metadata": metadata(items["productAttributes"]),
        "categories": categories(items["categories"]),
        "products": products(items["products"]),
        "price-books": books,
        "prices": prices(items["prices"], books),
    }


def _part(name, value):
    """Of a list of records what the rules speak of."""
    if name == "attributes":
        return [each["code"] for each in value]
    if name == "configurations":
        return [[one["variantReferenceId"] for one in each["values"]] for each in value or ()]
    return [[one["sku"] for one in each["items"]] for each in value or ()] if name == "bundles" else value


def unlike(held, items):
    """Where a tenant does not hold what it has to: (resource, identity, field, held, expected) each."""
    faults = []
    for resource, expected in of_items(items).items():
        there = held[resource].keys()
        faults += [(resource, key, "", key in there, key in expected) for key in there ^ expected.keys()]
        for key, fields in expected.items():
            item = held[resource].get(key, {})
            faults += [
                (resource, key, name, item.get(name), value)
                for name, value in fields.items()
                if item and _part(name, item.get(name)) != value
            ]
        faults += _unlike_options(held) if resource == "products" else ()
    return faults


def _unlike_options(held):
    """Parts whose ids are not those of an option of a parent."""
    options = defaultdict(set)
    for (sku, locale), product in held["products"].items():
        for each in product.get("configurations", ()):
            options[sku, locale, each["attributeCode"]] |= {value["variantReferenceId"] for value in each["values"]}
    return [
        ("products", key, each["code"], each.get("variantReferenceId"), sorted(ids))
        for key, product in held["products"].items()
        for link in product["links"]
        for each in product["attributes"]
        if link["type"] == "VARIANT_OF" and product["status"] == "ENABLED"
        for ids in [options.get((link["sku"], key[1], each["code"]))]
        if ids and each.get("variantReferenceId") not in ids
    ]
