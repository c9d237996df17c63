"""The two category trees of the demo shop, and who may see what in them."""

from dataclasses import dataclass, field

from saasexport.demo.attributes import CATEGORY_ATTRIBUTES, CATEGORY_SET
from saasexport.demo.rows import Rows, Value
from saasexport.demo.scopes import (
    EVERY_STORE,
    GROUP_GENERAL,
    GROUP_NOT_LOGGED_IN,
    GROUP_WHOLESALE,
    OPENED,
    STORE_DEFAULT,
    STORE_FRENCH,
    STORE_VIEWS,
    STORE_WHOLESALE,
    WEBSITE_BASE,
    WEBSITE_WHOLESALE,
)


@dataclass(frozen=True)
class Category:
    """A category; its url key is also the name by which the demo calls it."""

    key: str
    name: str
    parent: str
    french: str | None = None
    anchor: int = 0
    values: dict[str, Value] = field(default_factory=dict)  # for every store view
    french_values: dict[str, Value] = field(default_factory=dict)


TREE = (
    Category("", "Root Catalog", ""),
    Category("retail", "Kettle Lane", "", anchor=1),
    Category(
        "coffee",
        "Coffee",
        "retail",
        "Café",
        1,
        values={
            "image": "/media/catalog/category/coffee-sacks.jpg",
            "display_mode": "PRODUCTS_AND_PAGE",
            "available_sort_by": "position,name,price",
            "default_sort_by": "name",
            "meta_title": "Fresh coffee from the lane",
            "meta_keywords": "coffee, beans, roasted weekly",
            "meta_description": "Roasted on Tuesdays, sent on Wednesdays.",
            "description": '<p>Roasted on Tuesdays. <img src="{{media url=wysiwyg/roaster.jpg}}"></p>',
        },
        french_values={"url_key": "cafe", "description": "<p>Torréfié chaque mardi.</p>"},
    ),
    Category("espresso", "Espresso", "coffee", "Espresso", 1, values={"image": "espresso-cup.jpg"}),
    Category("dark-roasts", "Dark roasts", "espresso", "Torréfactions foncées"),
    Category(
        "filter-coffee", "Filter coffee", "coffee", "Café filtre", 1, french_values={"url_key": "cafe-filtre"}
    ),
    Category("single-origin", "Single origin", "filter-coffee", "Pure origine"),
    Category("decaf", "Decaf", "coffee", "Décaféiné"),
    Category(
        "tea",
        "Tea",
        "retail",
        "Thé",
        1,
        values={
            "image": "/media/catalog/category/tea-chest.jpg",
            "available_sort_by": "name,price",
            # Not among the ways on offer: the first of them is taken.
            "default_sort_by": "harvested_on",
            "description": '<p>Ask for <a href="{{store url=contact}}">a tasting</a>.</p>',
        },
        french_values={"url_key": "the"},
    ),
    Category("black-tea", "Black tea", "tea", "Thé noir"),
    Category("green-tea", "Green tea", "tea", "Thé vert", 1),
    Category("matcha", "Matcha", "green-tea", "Matcha"),
    Category("infusions", "Herbal infusions", "tea", "Infusions"),
    Category("brewing", "Brewing", "retail", "Préparation", 1),
    Category("kettles", "Kettles", "brewing", "Bouilloires"),
    Category("grinders", "Grinders", "brewing", "Moulins", values={"available_sort_by": "price"}),
    Category("pour-over", "Pour-over", "brewing", "Filtre manuel"),
    Category("teapots", "Teapots", "brewing", "Théières"),
    Category("kitchen-tools", "Kitchen tools", "retail", "Ustensiles", 1),
    Category("knives", "Knives", "kitchen-tools", "Couteaux"),
    Category("pans", "Pans", "kitchen-tools", "Poêles", french_values={"is_active": 0}),
    Category(
        "market-stall",
        "Market stall",
        "retail",
        "Étal du marché",
        values={
            # Neither a file of the media folder nor a bare name: passed on as it is.
            "image": "/pub/stall/awning.jpg",
            "display_mode": "PAGE",
        },
    ),
    Category("cups", "Cups and mugs", "market-stall", "Tasses", 1),
    Category("gifts", "Gifts", "market-stall", "Cadeaux"),
    # The same path as "gifts": two categories, one identity.
    Category("gifts-2", "Gifts (old)", "market-stall", values={"url_key": "gifts"}),
    Category("summer-market", "Summer market", "retail", "Marché d'été", values={"is_active": 0}),
    Category("cold-brew", "Cold brew", "summer-market", "Café froid", 1),
    Category("cold-brew-kits", "Cold brew kits", "cold-brew"),
    Category("workshops", "Workshops", "retail", "Ateliers", values={"include_in_menu": 0}),
    Category("latte-art", "Latte art", "workshops"),
    # Without a url key there is no path; without the two switches what is below counts as switched on.
    Category(
        "staff-picks",
        "Staff picks",
        "retail",
        values={"url_key": None, "is_active": None, "include_in_menu": None},
    ),
    Category("staff-picks-tea", "Tea we drink ourselves", "staff-picks"),
    Category("clearance", "Clearance", "retail", "Fins de série", values={"default_sort_by": "price"}),
    Category("wholesale", "Kettle Lane Wholesale", "", anchor=1),
    Category("by-the-sack", "Coffee by the sack", "wholesale", anchor=1),
    Category("by-the-chest", "Tea by the chest", "wholesale", anchor=1),
    Category("cafe-supplies", "Café supplies", "wholesale", anchor=1),
    Category("crockery", "Crockery", "cafe-supplies"),
)

_IDS = {category.key: category_id for category_id, category in enumerate(TREE, 1)}

# As Commerce writes them.
ALLOW, DENY, AS_PARENT = -1, -2, 0
PERMISSIONS = (
    ("wholesale", WEBSITE_WHOLESALE, GROUP_NOT_LOGGED_IN, DENY, DENY, DENY),
    ("by-the-sack", WEBSITE_WHOLESALE, GROUP_WHOLESALE, ALLOW, ALLOW, ALLOW),
    ("cafe-supplies", WEBSITE_WHOLESALE, None, ALLOW, DENY, DENY),
    ("workshops", WEBSITE_BASE, GROUP_NOT_LOGGED_IN, ALLOW, ALLOW, DENY),
    ("clearance", None, None, ALLOW, ALLOW, ALLOW),
    ("latte-art", WEBSITE_BASE, GROUP_GENERAL, AS_PARENT, ALLOW, ALLOW),
)


def category_id(key: str) -> int:
    """The id of a category."""
    return _IDS[key]


def write_categories(rows: Rows) -> None:
    """Write both trees, their URL rewrites and the category permissions."""
    paths = {"": "1"}
    for category in TREE[1:]:
        paths[category.key] = f"{paths[category.parent]}/{category_id(category.key)}"
    siblings: dict[str, int] = {}
    for category in TREE:
        path = paths[category.key]
        rows.add(
            "catalog_category_entity",
            entity_id=category_id(category.key),
            attribute_set_id=CATEGORY_SET,
            parent_id=category_id(category.parent) if category.key else 0,
            created_at=OPENED,
            updated_at=OPENED,
            path=path,
            position=siblings.get(category.parent, 0),
            level=path.count("/"),
            children_count=sum(other.startswith(path + "/") for other in paths.values()),
        )
        siblings[category.parent] = siblings.get(category.parent, 0) + 1
        _write_values(rows, category)
    _write_rewrites(rows)
    rows.add_all(
        "magento_catalogpermissions",
        "category_id, website_id, customer_group_id, "
        "grant_catalog_category_view, grant_catalog_product_price, grant_checkout_items",
        ((category_id(key), *permission) for key, *permission in PERMISSIONS),
    )


def _write_values(rows: Rows, category: Category) -> None:
    values: dict[str, Value] = {"name": category.name}
    if category.parent:
        values |= {"url_key": category.key}
    if category.key:
        values |= {
            "is_active": 1,
            "include_in_menu": 1,
            "is_anchor": category.anchor,
            "display_mode": "PRODUCTS",
        }
    # None here means: no row at all.
    for store_id, given in (
        (EVERY_STORE, values | category.values),
        (STORE_FRENCH, {"name": category.french} | category.french_values),
    ):
        for code, value in given.items():
            if value is not None:
                attribute_id, attribute = CATEGORY_ATTRIBUTES[code]
                rows.add_all(
                    f"catalog_category_entity_{attribute.backend_type}",
                    "attribute_id, store_id, entity_id, value",
                    [(attribute_id, store_id, category_id(category.key), value)],
                )


def _write_rewrites(rows: Rows) -> None:
    """Give every category that has a path of its own an address, in the store views of its tree."""
    paths = {
        ("retail", STORE_DEFAULT): "",
        ("retail", STORE_FRENCH): "",
        ("wholesale", STORE_WHOLESALE): "",
    }
    rewrites: dict[tuple[str, int], int] = {}
    for category in TREE:
        for store_id in STORE_VIEWS:
            given = category.values | (category.french_values if store_id == STORE_FRENCH else {})
            url_key = given.get("url_key", category.key)
            if (category.parent, store_id) in paths and url_key is not None:
                path = f"{paths[category.parent, store_id]}{url_key}"
                paths[category.key, store_id] = f"{path}/"
                rewrites.setdefault((path, store_id), category_id(category.key))
    rows.add_all(
        "url_rewrite",
        "entity_type, entity_id, request_path, target_path, redirect_type, store_id, is_autogenerated",
        (
            ("category", entity_id, f"{path}.html", f"catalog/category/view/id/{entity_id}", 0, store_id, 1)
            for (path, store_id), entity_id in rewrites.items()
        ),
    )
