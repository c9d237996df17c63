"""The rules that Adobe describes in words only, and whose breach is a fault only where they are switched on."""

import json
from collections.abc import Iterator
from typing import Any

from saasexport.service.optimizer.checking import Fault
from saasexport.service.optimizer.tenant import Tenant

MOST_DISCOUNTS = 10
MOST_LEVELS = 3  # of price books


def broken_rules(tenant: Tenant, resource: str, item: dict[str, Any]) -> Iterator[Fault]:
    """What an item breaks that its schema allows."""
    if resource == "prices":
        yield from _of_price(tenant, item)
    elif resource == "price-books" and "parentId" in item:
        level, book = 1, item
        while (parent := book.get("parentId")) and level <= MOST_LEVELS:
            level, book = level + 1, tenant.items["price-books"].get((parent,), {})
        if level > MOST_LEVELS:
            yield Fault("parentId", f"a price book has at most {MOST_LEVELS} levels", item["parentId"])


def _of_price(tenant: Tenant, item: dict[str, Any]) -> Iterator[Fault]:
    if (item["priceBookId"],) not in tenant.items["price-books"]:
        yield Fault("priceBookId", "the price book does not exist", item["priceBookId"])
    if any(key[0] == item["sku"] and it.get("configurations") for key, it in tenant.items["products"].items()):
        yield Fault("sku", "a configurable product has no price of its own", item["sku"])
    discounts, tiers = item.get("discounts") or [], item.get("tierPrices") or []
    if item.get("regular", 0) < 0 or any(each.get("price", 0) < 0 for each in (*discounts, *tiers)):
        yield Fault("regular", "a price is negative", json.dumps(item.get("regular")))
    codes = [each["code"] for each in discounts]
    if len(codes) > MOST_DISCOUNTS or len({*codes}) < len(codes):
        yield Fault("discounts", f"at most {MOST_DISCOUNTS} discounts, of different codes", "")
    if any(not 0.01 <= each.get("percentage", 1) <= 99.99 for each in (*discounts, *tiers)):
        yield Fault("percentage", "a percentage is from 0.01 to 99.99", "")
    quantities = [each["qty"] for each in tiers]
    if any(each <= 1 for each in quantities) or quantities != sorted({*quantities}):
        yield Fault("qty", "quantities are above 1 and ascending", json.dumps(quantities))
