"""Prices as the Optimizer takes them: in the price book of a website, or of a customer group there."""

from collections.abc import Mapping

from saasexport.delivery.destinations.optimizer.words import LeftOut, NoTranslation, require
from saasexport.stdlib import Any

# The longest id of a price book.
MOST_ID = 64

# The price of what is put together is worked out there; without a price of its own it would cost nothing.
COMPUTED = ("GROUPED", "BUNDLE_DYNAMIC")


def book_id(website: str, group: str) -> str:
    """The id of the price book of a customer group's code; "0" is everybody's."""
    made = website if group == "0" else f"{website}::{group}"
    if len(made) > MOST_ID:
        raise NoTranslation(f"the website code {website} is too long: a price book's id may have {MOST_ID} characters")
    return made


def identity(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a price is deleted by."""
    return {"sku": item["sku"], "priceBookId": book_id(item["websiteCode"], item["customerGroupCode"])}


def translate(item: Mapping[str, Any]) -> dict[str, Any]:
    """The price of a product in a price book."""
    if item.get("type") in COMPUTED:
        raise LeftOut(f"the price of a {item['type']} is worked out there")
    require(item, "sku")
    regular = item.get("regular")
    if isinstance(regular, bool) or not isinstance(regular, int | float):
        raise NoTranslation("regular is missing")
    return {
        **identity(item),
        "regular": regular,
        "discounts": [made for each in item.get("discounts") or () if (made := _discount(each))],
        "tierPrices": [made for each in item.get("tierPrices") or () if (made := _tier(each, regular))],
    }


def _discount(discount: Mapping[str, Any]) -> dict[str, Any] | None:
    """A discount; None for a percentage that is none."""
    if discount.get("price") is not None:
        return {"code": discount["code"], "price": discount["price"]}
    percentage = discount["percentage"]
    if discount["code"] == "special_price":  # what remains to be paid
        percentage = round(100 - percentage, 4)
    return {"code": discount["code"], "percentage": percentage} if 0 < percentage < 100 else None


def _tier(tier: Mapping[str, Any], regular: float) -> dict[str, Any] | None:
    """A price from a quantity on; None where it would be refused."""
    if tier["qty"] <= 1:
        return None
    if tier.get("price") is not None:
        return {"qty": tier["qty"], "price": tier["price"]} if tier["price"] <= regular else None
    return {"qty": tier["qty"], "percentage": tier["percentage"]} if 0 < tier["percentage"] < 100 else None
