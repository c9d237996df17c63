"""What can be chosen of a product, and what is left of it once something is chosen."""

import base64
from typing import Any

import pytest

from tests.service.storefront.front import Front

# Attribute 119 is the colour, 121 the size of a cup.
ESPRESSO, CAPPUCCINO, BREAKFAST = "configurable/121/37", "configurable/121/38", "configurable/121/39"
COPPER, CREAM, MOSS, CHARCOAL = (
    "configurable/119/29",
    "configurable/119/30",
    "configurable/119/32",
    "configurable/119/33",
)

OPTIONS = "options { id title required multi values { id title inStock __typename"
SWATCH = "... on ProductViewOptionValueSwatch { type value }"
PRODUCT = "... on ProductViewOptionValueProduct { quantity isDefault canEditQuantity product { sku } }"

REFINE = f"""
query ($sku: String!, $optionIds: [String!]!) {{
  refineProduct(sku: $sku, optionIds: $optionIds) {{
    sku __typename
    ... on SimpleProductView {{ price {{ roles final {{ amount {{ value }} }} }} }}
    ... on ComplexProductView {{
      {OPTIONS} }} }}
      priceRange {{
        minimum {{ roles final {{ amount {{ value }} }} }}
        maximum {{ roles final {{ amount {{ value }} }} }}
      }}
    }}
  }}
}}
"""


def uid(text: str) -> str:
    """An option's value as it is named on the wire."""
    return base64.b64encode(text.encode()).decode()


def refined(front: Front, sku: str, *chosen: str) -> Any:
    """What is left of a product."""
    return front.ask(REFINE, {"sku": sku, "optionIds": [uid(each) for each in chosen]})["refineProduct"]


def titles(answer: Any) -> dict[str, list[str]]:
    """The values that each option offers."""
    return {option["id"]: [value["title"] for value in option["values"]] for option in answer["options"]}


def spread(answer: Any) -> tuple[float, float]:
    """The least and the most that is asked for."""
    prices = answer["priceRange"]
    assert prices["minimum"]["roles"] == prices["maximum"]["roles"] == ["visible"]
    return prices["minimum"]["final"]["amount"]["value"], prices["maximum"]["final"]["amount"]["value"]


COLOURS = ["Charcoal", "Moss", "Harbor blue", "Cream", "Copper"]
SIZES = ["Breakfast", "Cappuccino", "Espresso"]


def test_a_configurable_product_offers_the_values_of_its_variants_in_their_order(front: Front) -> None:
    answer = front.product("KL-CUP", f"... on ComplexProductView {{ {OPTIONS} {SWATCH} }} }} }}")
    assert titles(answer) == {"cup_size": SIZES, "color": COLOURS}
    sizes, colours = answer["options"]
    assert (sizes["title"], sizes["required"], sizes["multi"]) == ("Cup size", False, False)
    assert colours["values"][0] == {
        "id": uid(CHARCOAL),
        "title": "Charcoal",
        "inStock": True,
        "__typename": "ProductViewOptionValueConfiguration",
    }
    swatches = [(value["type"], value["value"]) for value in [*sizes["values"][:1], *colours["values"][1:]]]
    assert swatches == [
        ("TEXT", "Breakfast"),
        ("COLOR_HEX", "#5a6b3b"),
        ("COLOR_HEX", "#2f4f6f"),
        ("COLOR_HEX", "#f4ecd8"),
        ("IMAGE", "https://shop.example/media/attribute/swatch/c/o/copper.png"),
    ]


def test_a_title_is_that_of_the_store_view(front: Front) -> None:
    answer = front.product("KL-CUP", f"... on ComplexProductView {{ {OPTIONS} }} }} }}", view="french")
    assert [value["title"] for value in answer["options"][1]["values"]][3] == "Crème"


def test_one_choice_leaves_the_product_with_what_can_still_be_chosen(front: Front) -> None:
    answer = refined(front, "KL-CUP", BREAKFAST)
    assert (answer["sku"], answer["__typename"]) == ("KL-CUP", "ComplexProductView")
    # Copper is disabled in this size, moss has no size at all; another size can be chosen instead.
    assert titles(answer) == {"cup_size": SIZES, "color": ["Charcoal", "Harbor blue", "Cream"]}
    stock = {value["title"]: value["inStock"] for value in answer["options"][1]["values"]}
    assert stock == {"Charcoal": False, "Harbor blue": True, "Cream": True}
    assert spread(answer) == (9.0, 20.0)


def test_a_colour_of_one_size_leaves_that_size_and_all_colours(front: Front) -> None:
    answer = refined(front, "KL-CUP", MOSS)
    assert titles(answer) == {"cup_size": ["Cappuccino"], "color": COLOURS}
    assert spread(answer) == (22.0, 22.0)


@pytest.mark.parametrize(
    ("chosen", "sku", "final"),
    [
        ((MOSS, CAPPUCCINO), "KL-CUP-MOSS-CAPPUCCINO", 22.0),
        ((CAPPUCCINO, MOSS), "KL-CUP-MOSS-CAPPUCCINO", 22.0),
        ((CREAM, BREAKFAST), "KL-CUP-CREAM-BREAKFAST", 9.0),
        ((CHARCOAL, BREAKFAST), "KL-CUP-CHARCOAL-BREAKFAST", 26.0),
    ],
)
def test_all_choices_lead_to_the_variant(front: Front, chosen: tuple[str, ...], sku: str, final: float) -> None:
    assert refined(front, "KL-CUP", *chosen) == {
        "sku": sku,
        "__typename": "SimpleProductView",
        "price": {"roles": ["visible"], "final": {"amount": {"value": final}}},
    }


@pytest.mark.parametrize(
    "chosen", [(MOSS, ESPRESSO), (MOSS, BREAKFAST), (COPPER, BREAKFAST), ("configurable/119/999",), ("bogus",)]
)
def test_what_cannot_be_chosen_leaves_nothing(front: Front, chosen: tuple[str, ...]) -> None:
    assert refined(front, "KL-CUP", *chosen) is None


@pytest.mark.parametrize(
    ("sku", "chosen", "kind"),
    [
        ("KL-CUP", (), "ComplexProductView"),
        ("KL-ESP-HOUSE", (MOSS,), "SimpleProductView"),
        ("KL-SET-MORNING", ("bundle/1/1/2",), "ComplexProductView"),
        ("KL-GRP-TASTING", (), "ComplexProductView"),
        ("kl-cup", (), "ComplexProductView"),
    ],
)
def test_what_is_not_chosen_by_variants_is_answered_as_it_is(
    front: Front, sku: str, chosen: tuple[str, ...], kind: str
) -> None:
    answer = refined(front, sku, *chosen)
    assert (answer["sku"], answer["__typename"]) == (sku.upper(), kind)


def test_a_product_that_is_not_there_refines_to_nothing(front: Front) -> None:
    assert refined(front, "KL-NOBODY") is None


def test_an_id_may_lack_its_padding(front: Front) -> None:
    ids = [uid(MOSS).rstrip("="), uid(CAPPUCCINO).rstrip("=")]
    assert front.ask(REFINE, {"sku": "KL-CUP", "optionIds": ids})["refineProduct"]["sku"] == "KL-CUP-MOSS-CAPPUCCINO"


def test_a_bundle_offers_products_that_are_enabled(front: Front) -> None:
    answer = front.product("KL-SET-MORNING", f"... on ComplexProductView {{ {OPTIONS} {PRODUCT} }} }} }}")
    coffee, kettle, cups = answer["options"]
    assert [(o["id"], o["title"], o["required"], o["multi"]) for o in answer["options"]] == [
        ("1", "Coffee", True, False),
        ("2", "Kettle", True, False),
        ("3", "Cups", False, True),
    ]
    assert coffee["values"][0] == {
        "id": uid("bundle/1/1/2"),
        "title": "House Espresso",
        "inStock": True,
        "__typename": "ProductViewOptionValueProduct",
        "quantity": 2.0,
        "isDefault": True,
        "canEditQuantity": False,
        "product": {"sku": "KL-ESP-HOUSE"},
    }
    assert [[value["product"]["sku"] for value in option["values"]] for option in (kettle, cups)] == [
        ["KL-KTL-STOVE"],
        ["KL-CUP-CREAM-CAPPUCCINO"],
    ]


def test_a_grouped_product_is_one_option_of_its_products(front: Front) -> None:
    answer = front.product("KL-GRP-TASTING", f"... on ComplexProductView {{ {OPTIONS} {PRODUCT} }} }} }}")
    (option,) = answer["options"]
    assert (option["title"], option["required"], option["multi"]) == ("Tasting Flight", False, True)
    assert [(value["title"], value["quantity"], value["isDefault"]) for value in option["values"]] == [
        ("Market Breakfast Tea", 2.0, False),
        ("First Pick Sencha", 1.0, False),
        ("Stone Ground Matcha", 0.5, False),
    ]


VARIANTS = """
query ($sku: String!, $optionIds: [String!], $pageSize: Int, $cursor: String) {
  variants(sku: $sku, optionIds: $optionIds, pageSize: $pageSize, cursor: $cursor) {
    cursor variants { selections product { sku inStock } }
  }
}
"""

# By SKU; copper in the breakfast size is disabled, and one has neither a size nor a colour.
CUPS = [
    "CHARCOAL-BREAKFAST",
    "CHARCOAL-CAPPUCCINO",
    "COPPER-CAPPUCCINO",
    "COPPER-ESPRESSO",
    "CREAM-BREAKFAST",
    "CREAM-CAPPUCCINO",
    "CREAM-ESPRESSO",
    "HARBOR-BLUE-BREAKFAST",
    "HARBOR-BLUE-CAPPUCCINO",
    "HARBOR-BLUE-ESPRESSO",
    "MOSS-BREAKFAST",
    "MOSS-CAPPUCCINO",
]


@pytest.mark.parametrize("size", [1, 4, 5, 11, 12, 100])
def test_variants_come_in_pages_without_gap_or_repetition(front: Front, size: int) -> None:
    skus: list[str] = []
    cursor, pages = None, 0
    while cursor or not pages:
        variables = {"sku": "KL-CUP", "pageSize": size, "cursor": cursor}
        page = front.ask(VARIANTS, variables)["variants"]
        skus += [row["product"]["sku"] for row in page["variants"]]
        cursor, pages = page["cursor"], pages + 1
    assert (skus, pages) == ([f"KL-CUP-{name}" for name in CUPS], -(-12 // size))


def test_a_variant_names_its_choices_and_whether_it_can_be_had(front: Front) -> None:
    first = front.ask(VARIANTS, {"sku": "KL-CUP"})["variants"]["variants"][0]
    assert first == {
        "selections": [uid(BREAKFAST), uid(CHARCOAL)],
        "product": {"sku": "KL-CUP-CHARCOAL-BREAKFAST", "inStock": False},
    }


def test_variants_are_those_with_all_the_choices_one_without_a_size_too(front: Front) -> None:
    rows = front.ask(VARIANTS, {"sku": "KL-CUP", "optionIds": [uid(MOSS)]})["variants"]["variants"]
    assert [row["selections"] for row in rows] == [[uid(MOSS)], [uid(CAPPUCCINO), uid(MOSS)]]


@pytest.mark.parametrize("sku", ["KL-ESP-HOUSE", "KL-SET-MORNING", "KL-NOBODY", "KL-JUG"])
def test_what_is_not_configured_has_no_variants(front: Front, sku: str) -> None:
    assert front.ask(VARIANTS, {"sku": sku})["variants"] == {"cursor": None, "variants": []}


@pytest.mark.parametrize("variables", [{"pageSize": 0}, {"pageSize": 101}, {"pageSize": -1}, {"cursor": "bogus"}])
def test_a_page_of_variants_has_bounds(front: Front, variables: dict[str, object]) -> None:
    assert len(front.errors(VARIANTS, {"sku": "KL-CUP", **variables})) == 1
