"""Configurable products with their children, one for each combination of what one may choose."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product as combinations
from typing import Any

from saasexport.demo.attributes import attribute_id
from saasexport.demo.choices import option
from saasexport.demo.product import ABSENT, Product
from saasexport.demo.rows import Rows, Value
from saasexport.demo.scopes import WEBSITE_BASE
from saasexport.demo.stock import NOT_KEPT, Stock


@dataclass(frozen=True)
class Family:
    """A configurable product and the values its children may take."""

    sku: str
    name: str
    price: float
    attribute_set: str
    categories: tuple[str, ...]
    choices: dict[str, tuple[str, ...]]
    without: tuple[str, ...] = ()  # children that are not made


FAMILIES = (
    Family(
        "KL-CUP",
        "Lane Cup",
        12,
        "Tableware",
        ("cups", "crockery"),
        {
            "color": ("Copper", "Cream", "Harbor blue", "Moss", "Charcoal"),
            "cup_size": ("Espresso", "Cappuccino", "Breakfast"),
        },
        ("KL-CUP-MOSS-ESPRESSO",),
    ),
    Family(
        "KL-BLEND",
        "Lane Blend",
        13,
        "Coffee",
        ("espresso", "by-the-sack"),
        {"grind": ("Whole beans", "Espresso", "Filter"), "pack_size": ("250 g", "1 kg", "5 kg sack")},
    ),
    Family(
        "KL-POT", "Hill Farm Teapot", 48, "Tableware", ("teapots",), {"glaze": ("Speckled", "Celadon", "Ash")}
    ),
    # Every child is switched off.
    Family("KL-JUG", "Hill Farm Jug", 26, "Tableware", ("cups",), {"glaze": ("Speckled", "Ash")}),
)

# What sets single children apart.
CHILDREN: dict[str, dict[str, Any]] = {
    "KL-CUP-COPPER-BREAKFAST": {"values": {"status": 2}},
    "KL-CUP-CREAM-ESPRESSO": {"values": {"status": 2}, "english": {"status": 1}},
    "KL-CUP-HARBOR-BLUE-ESPRESSO": {"websites": (WEBSITE_BASE,)},
    "KL-CUP-CHARCOAL-BREAKFAST": {"stock": Stock((("default", 0, 0),))},
    # One of the two values is missing, then both.
    "KL-CUP-MOSS-BREAKFAST": {"values": {"cup_size": ABSENT}},
    "KL-CUP-CHARCOAL-ESPRESSO": {"values": {"cup_size": ABSENT, "color": ABSENT}},
    "KL-CUP-CREAM-BREAKFAST": {"values": {"special_price": 9}, "french": {"color": option("color", "Moss")}},
    "KL-BLEND-ESPRESSO-250-G": {"values": {"status": None}},
    "KL-JUG-SPECKLED": {"values": {"status": 2}},
    "KL-JUG-ASH": {"values": {"status": 2}},
}


def _child_sku(family: Family, labels: tuple[str, ...]) -> str:
    return "-".join((family.sku, *labels)).upper().replace(" ", "-")


def children_of(family: Family) -> Iterator[Product]:
    """The children of a configurable product, in the order of their ids."""
    for number, labels in enumerate(combinations(*family.choices.values())):
        sku = _child_sku(family, labels)
        if sku in family.without:
            continue
        special = CHILDREN.get(sku, {})
        chosen: dict[str, Value] = {
            code: option(code, label) for code, label in zip(family.choices, labels, strict=True)
        }
        child = Product(
            sku,
            f"{family.name}, {', '.join(labels).lower()}",
            family.price + number,
            f"{family.name} of your choice.",
            attribute_set=family.attribute_set,
            values=chosen | {"visibility": 1, "weight": 0.5 + number / 10} | special.get("values", {}),
        )
        yield replace(child, **{key: value for key, value in special.items() if key != "values"})


def family_products() -> Iterator[Product]:
    """The configurable products, each before its children."""
    for family in FAMILIES:
        yield Product(
            family.sku,
            family.name,
            None,
            f"{family.name}: choose yours. Made down the lane.",
            "configurable",
            family.attribute_set,
            categories=family.categories,
            stock=NOT_KEPT,
            images=2,
            french={"name": f"{family.name} (au choix)"},
            has_options=True,
        )
        yield from children_of(family)


def write_families(rows: Rows, ids: dict[str, int]) -> None:
    """Tie configurable products to their children."""
    for family in FAMILIES:
        parent_id = ids[family.sku]
        # Positions run against the order of ids.
        for position, code in enumerate(reversed(family.choices)):
            rows.add(
                "catalog_product_super_attribute",
                product_id=parent_id,
                attribute_id=attribute_id(code),
                position=position,
            )
        for child in children_of(family):
            rows.add("catalog_product_super_link", product_id=ids[child.sku], parent_id=parent_id)
            rows.add("catalog_product_relation", parent_id=parent_id, child_id=ids[child.sku])
