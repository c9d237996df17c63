"""Bundles and grouped products, and what is in them."""

from dataclasses import dataclass

from saasexport.demo.product import Product
from saasexport.demo.rows import Rows, Value
from saasexport.demo.scopes import EVERY_STORE, STORE_FRENCH, WEBSITE_WHOLESALE
from saasexport.demo.stock import NOT_KEPT


def set_products() -> list[Product]:
    """Bundles and grouped products."""

    def whole(sku: str, name: str, price: float | None, kind: str, **values: Value) -> Product:
        return Product(
            sku,
            name,
            price,
            f"{name}: cheaper together.",
            kind,
            "Default",
            categories=("gifts", "brewing"),
            values=values,
            stock=NOT_KEPT,
        )

    return [
        whole(
            "KL-SET-MORNING",
            "Morning Set",
            60,
            "bundle",
            price_type=1,
            price_view=0,
            sku_type=1,
            weight_type=1,
            weight=3.5,
            shipment_type=0,
            special_price=90,
        ),
        whole(
            "KL-SET-BREWER",
            "Build Your Brew Bar",
            None,
            "bundle",
            price_type=0,
            price_view=1,
            sku_type=0,
            weight_type=0,
            shipment_type=1,
        ),
        whole("KL-GRP-TASTING", "Tasting Flight", None, "grouped"),
        # None of its parts is left.
        whole("KL-GRP-EMPTY", "Empty Shelf", None, "grouped"),
    ]


# sku, quantity, price, price type (1: percent), default, may the quantity be changed
Selection = tuple[str, float, float, int, int, int]


@dataclass(frozen=True)
class BundleOption:
    """One choice inside a bundle."""

    title: str
    kind: str
    required: int
    selections: tuple[Selection, ...]
    french: str | None = None


BUNDLES: dict[str, tuple[BundleOption, ...]] = {
    "KL-SET-MORNING": (
        BundleOption(
            "Coffee", "select", 1, (("KL-ESP-HOUSE", 2, 0, 0, 1, 0), ("KL-FIL-DAWN", 1, 3.5, 0, 0, 1)), "Café"
        ),
        BundleOption("Kettle", "radio", 1, (("KL-KTL-STOVE", 1, 10, 1, 1, 0),), "Bouilloire"),
        BundleOption(
            "Cups", "multi", 0, (("KL-CUP-CREAM-CAPPUCCINO", 2, 18, 0, 0, 1), ("KL-OFF", 1, 5, 0, 0, 0))
        ),
    ),
    "KL-SET-BREWER": (
        BundleOption("Dripper", "radio", 1, (("KL-DRP-CLAY", 1, 0, 0, 1, 0),)),
        BundleOption(
            "Grinder", "checkbox", 0, (("KL-GRD-HAND", 1, 0, 0, 0, 0), ("KL-ONLY-TRADE", 1, 0, 0, 0, 0))
        ),
        BundleOption("Nothing yet", "select", 0, ()),
    ),
}
# (bundle, selected product): the price on the wholesale website.
SELECTION_PRICES = {
    ("KL-SET-MORNING", "KL-FIL-DAWN"): (0, 2.9),
    ("KL-SET-MORNING", "KL-KTL-STOVE"): (1, 12.5),
}

# (sku, position, qty) of a grouped product's parts; one of them is not sold on the retail website.
GROUPED = {
    "KL-GRP-TASTING": (
        ("KL-TEA-SENCHA", 2, 1),
        ("KL-TEA-BREAK", 1, 2),
        ("KL-MAT-STONE", 3, 0.5),
        ("KL-ONLY-TRADE", 4, 1),
    ),
}


def write_sets(rows: Rows, ids: dict[str, int]) -> None:
    """Write the options of bundles, and of both kinds which product is part of which."""
    for sku, options in BUNDLES.items():
        for position, one in enumerate(options, 1):
            option_id = _write_option(rows, ids[sku], position, one)
            for number, selection in enumerate(one.selections, 1):
                _write_selection(rows, ids, sku, option_id, number, selection)
    pairs = [
        (sku, part) for sku, options in BUNDLES.items() for one in options for part, *_ in one.selections
    ]
    pairs += [(sku, part) for sku, parts in GROUPED.items() for part, *_ in parts]
    relations = ((ids[parent], ids[part]) for parent, part in pairs)
    rows.add_all("catalog_product_relation", "parent_id, child_id", relations)


def _write_option(rows: Rows, bundle_id: int, position: int, one: BundleOption) -> int:
    option_id = rows.next_id("catalog_product_bundle_option")
    rows.add(
        "catalog_product_bundle_option",
        option_id=option_id,
        parent_id=bundle_id,
        required=one.required,
        position=position,
        type=one.kind,
    )
    titles = ((EVERY_STORE, one.title), (STORE_FRENCH, one.french))
    rows.add_all(
        "catalog_product_bundle_option_value",
        "option_id, parent_product_id, store_id, title",
        ((option_id, bundle_id, store_id, title) for store_id, title in titles if title is not None),
    )
    return option_id


def _write_selection(
    rows: Rows, ids: dict[str, int], bundle: str, option_id: int, position: int, selection: Selection
) -> None:
    part, quantity, price, price_type, is_default, may_change = selection
    selection_id = rows.next_id("catalog_product_bundle_selection")
    rows.add(
        "catalog_product_bundle_selection",
        selection_id=selection_id,
        option_id=option_id,
        parent_product_id=ids[bundle],
        product_id=ids[part],
        position=position,
        is_default=is_default,
        selection_price_type=price_type,
        selection_price_value=price,
        selection_qty=quantity,
        selection_can_change_qty=may_change,
    )
    if (bundle, part) in SELECTION_PRICES:
        website_type, website_price = SELECTION_PRICES[bundle, part]
        rows.add(
            "catalog_product_bundle_selection_price",
            selection_id=selection_id,
            parent_product_id=ids[bundle],
            website_id=WEBSITE_WHOLESALE,
            selection_price_type=website_type,
            selection_price_value=website_price,
        )
