"""Price books as the Optimizer takes them: one of a website, and one below it for each customer group."""

from collections.abc import Mapping

from saasexport.delivery.destinations.optimizer.words import NoTranslation, require
from saasexport.stdlib import Any

MOST_ID = 64
MOST_CURRENCY = 5


def identity(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a price book is deleted by."""
    return {"priceBookId": item["priceBookId"]}


def translate(item: Mapping[str, Any]) -> dict[str, Any]:
    """The price book: a base has a currency, a child its parent's."""
    made = {"priceBookId": require(item, "priceBookId"), "name": require(item, "name")}
    if len(made["priceBookId"]) > MOST_ID:
        raise NoTranslation(f"the id of a price book may have {MOST_ID} characters: {made['priceBookId']}")
    if parent := item.get("parentId"):
        return {**made, "parentId": parent}
    currency = require(item, "currency")
    if len(currency) > MOST_CURRENCY:
        raise NoTranslation(f"{currency} is no currency")
    return {**made, "currency": currency}
