"""Products as the Optimizer takes them; the names on the left are Adobe's own connector's choice."""

import json
from collections.abc import Mapping

from saasexport.delivery.destinations.optimizer import words
from saasexport.delivery.destinations.optimizer.words import (
    EXTRA_ATTRIBUTE,
    NoTranslation,
    drop_empty,
    require,
    slug,
    source,
)
from saasexport.stdlib import Any

# What one product may have there.
MOST_BYTES = 200_000

# Storefronts look for our product ids under this name.
ORIGIN = "AdobeCommerce"

# What the attribute for stock and weight holds.
IN_EXTRA = ("inStock", "lowStock", "categories", "weight", "weightType")

ROLES = {"image": "BASE", "small_image": "SMALL", "thumbnail": "THUMBNAIL", "swatch_image": "SWATCH"}
PARENTS = {"configurable": "VARIANT_OF", "bundle": "IN_BUNDLE", "bundle_fixed": "IN_BUNDLE"}
VISIBLE = {"Catalog": "CATALOG", "Search": "SEARCH"}


def identity(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a product is deleted by."""
    return {"sku": item["sku"], "source": {"locale": item["storeViewCode"]}}


def translate(item: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """The product; `ids` are its variant reference ids, attribute code -> id, as in its parent's configurations."""
    configurations, bundles = _configurations(item), _bundles(item)
    kind = item.get("type")
    is_hollow = (kind == "configurable" and not configurations) or (kind == "bundle" and not bundles)
    product = drop_empty(
        {
            "sku": require(item, "sku"),
            "source": source(item),
            "name": require(item, "name"),
            "slug": item.get("urlKey") or f"{slug(item['name'])}-{item['productId']}".strip("-"),
            "status": "DISABLED" if is_hollow else str(item.get("status") or "DISABLED").upper(),
            "description": item.get("description") or "",
            "shortDescription": item.get("shortDescription") or "",
            "visibleIn": [VISIBLE[each] for each in str(item.get("visibility")).split(", ") if each in VISIBLE],
            "externalIds": [{"id": str(item["productId"]), "origin": ORIGIN}],
            "metaTags": words.meta_tags(item.get("metaTitle"), item.get("metaDescription"), item.get("metaKeyword")),
            "attributes": _attributes(item, ids),
            "images": _images(item),
            "routes": _routes(item),
            "links": _links(item),
            "configurations": configurations or None,
            "bundles": bundles or None,
        }
    )
    size = len(json.dumps(product, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        raise NoTranslation(f"{size} bytes are more than a product may have, {MOST_BYTES}")
    return product


def _attributes(item: Mapping[str, Any], ids: Mapping[str, str]) -> list[dict[str, Any]]:
    extra: dict[str, Any] = {
        "inStock": str(bool(item.get("inStock"))).lower(),
        "lowStock": str(bool(item.get("lowStock"))).lower(),
    }
    if item.get("weight") is not None:
        extra["weight"] = item["weight"]
        if item.get("weightUnit"):
            extra["weightType"] = item["weightUnit"]
    attributes = [{"code": EXTRA_ATTRIBUTE, "values": [json.dumps(extra, separators=(",", ":"))]}]
    for attribute in item.get("attributes") or ():
        code = attribute["attributeCode"]
        if code in IN_EXTRA or code == EXTRA_ATTRIBUTE:
            continue
        values = [_text(value) for value in attribute.get("value") or () if value is not None]
        entry = {"code": code, "values": values, "variantReferenceId": ids.get(code)}
        attributes.append(drop_empty(entry))
    return attributes


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _images(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    images = []
    for image in sorted(item.get("images") or (), key=lambda image: float(image.get("sortOrder") or 0)):
        resource = image.get("resource") or {}
        if not resource.get("url"):
            continue
        roles = resource.get("roles") or []
        images.append(
            {
                "url": resource["url"],
                "label": resource.get("label") or "",
                "roles": [ROLES[role] for role in roles if role in ROLES],
                "customRoles": [role for role in roles if role not in ROLES],
            }
        )
    return images


def _routes(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"path": words.path(category["categoryPath"]), "position": category.get("productPosition") or 0}
        for category in item.get("categoryData") or ()
        if category.get("categoryPath")
    ]


def _links(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    links = [{"type": link["type"].upper(), "sku": link["sku"]} for link in item.get("links") or ()]
    for parent in item.get("parents") or ():
        kind = parent["productType"]
        links.append({"type": PARENTS.get(kind, kind.upper()), "sku": parent["sku"]})
    return links


def _configurations(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    configurations = []
    for option in item.get("optionsV2") or ():
        if option.get("type") != "configurable" or not option.get("id") or not option.get("values"):
            continue
        values = [
            drop_empty(
                {
                    "variantReferenceId": value["id"],
                    "label": value.get("label"),
                    "colorHex": value.get("colorHex"),
                    "imageUrl": value.get("imageUrl"),
                }
            )
            for value in option["values"]
        ]
        configuration = {
            "attributeCode": option["id"],
            "label": option.get("label"),
            "type": "SWATCH" if option.get("swatchType") else "CONFIGURABLE",
            "values": values,
        }
        defaults = [value["id"] for value in option["values"] if value.get("isDefault")]
        # null is allowed for this one, and says that there is none.
        default = defaults[0] if defaults else None
        configurations.append(drop_empty(configuration) | {"defaultVariantReferenceId": default})
    return configurations


def _bundles(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    bundles: list[dict[str, Any]] = []
    groups: set[str] = set()
    skus: set[str] = set()
    for option in item.get("optionsV2") or ():
        values = [value for value in option.get("values") or () if value.get("sku")]
        if option.get("type") != "bundle" or not values:
            continue
        for value in values:
            if value["sku"] in skus:
                raise NoTranslation(f"{value['sku']} stands in the bundle twice")
            skus.add(value["sku"])
        bundles.append(
            {
                "group": _unique(option.get("label") or "Bundle group", groups),
                "required": bool(option.get("required")),
                "multiSelect": option.get("renderType") in ("checkbox", "multi"),
                "defaultItemSkus": [value["sku"] for value in values if value.get("isDefault")],
                "items": [
                    {
                        "sku": value["sku"],
                        "qty": value.get("qty") or 0,
                        "userDefinedQty": bool(value.get("qtyMutability")),
                    }
                    for value in values
                ],
            }
        )
    return bundles


def _unique(name: str, taken: set[str]) -> str:
    """The name, with a number behind it if another group has it."""
    number, made = 1, name
    while made in taken:
        number += 1
        made = f"{name} {number}"
    taken.add(made)
    return made
