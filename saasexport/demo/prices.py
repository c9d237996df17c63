"""Tier and group prices, and the prices that catalog rules gave for yesterday, today and tomorrow."""

from datetime import date, timedelta

from saasexport.demo.rows import Rows
from saasexport.demo.scopes import (
    GROUP_GENERAL,
    GROUP_NOT_LOGGED_IN,
    GROUP_RETAILER,
    GROUP_WHOLESALE,
    WEBSITE_BASE,
    WEBSITE_WHOLESALE,
)

EVERY_WEBSITE = 0
# A group that a price for all groups carries, and that means nothing.
ANY = 0

# (sku, all groups, group, quantity, fixed price or 0, website, percentage or None)
TIERS: tuple[tuple[str, int, int, float, float, int, float | None], ...] = (
    ("KL-ESP-HOUSE", 1, ANY, 6, 13, EVERY_WEBSITE, None),
    ("KL-ESP-HOUSE", 0, GROUP_WHOLESALE, 1, 10.5, WEBSITE_WHOLESALE, None),
    ("KL-ESP-HOUSE", 0, GROUP_WHOLESALE, 30, 9.25, WEBSITE_WHOLESALE, None),
    ("KL-TIERS", 1, ANY, 1, 4.2, EVERY_WEBSITE, None),
    ("KL-TIERS", 1, ANY, 10, 0, EVERY_WEBSITE, 8),
    ("KL-TIERS", 1, ANY, 10, 3.5, WEBSITE_WHOLESALE, None),
    ("KL-TIERS", 1, ANY, 0.5, 5, EVERY_WEBSITE, None),
    ("KL-TIERS", 0, GROUP_GENERAL, 1, 0, WEBSITE_BASE, 5),
    ("KL-TIERS", 0, GROUP_NOT_LOGGED_IN, 20, 3.9, WEBSITE_BASE, None),
    ("KL-TIERS-MIXED", 0, GROUP_WHOLESALE, 1, 3.2, WEBSITE_WHOLESALE, None),
    ("KL-TIERS-MIXED", 0, GROUP_WHOLESALE, 25, 0, WEBSITE_WHOLESALE, 12.5),
    ("KL-TIERS-MIXED", 0, GROUP_WHOLESALE, 100, 2.4, WEBSITE_WHOLESALE, None),
    ("KL-TIERS-MIXED", 0, GROUP_RETAILER, 10, 0, EVERY_WEBSITE, 3),
    ("KL-SET-MORNING", 1, ANY, 2, 0, EVERY_WEBSITE, 5),
    # Of a website that does not sell the product.
    ("KL-ONLY-BASE", 1, ANY, 5, 8, WEBSITE_WHOLESALE, None),
)

# (sku, website, group, price)
RULE_PRICES = (
    ("KL-RULE", WEBSITE_BASE, GROUP_NOT_LOGGED_IN, 32.4),
    ("KL-RULE", WEBSITE_BASE, GROUP_GENERAL, 30.6),
    ("KL-RULE", WEBSITE_WHOLESALE, GROUP_WHOLESALE, 27),
    ("KL-TEA-BREAK", WEBSITE_BASE, GROUP_GENERAL, 6.48),
    # On top of a tier price of the same group.
    ("KL-TIERS", WEBSITE_BASE, GROUP_GENERAL, 4.05),
    ("KL-ONLY-TRADE", WEBSITE_BASE, GROUP_GENERAL, 20),
)


def write_prices(rows: Rows, ids: dict[str, int], today: date) -> None:
    """Write tier prices and rule prices."""
    rows.add_all(
        "catalog_product_entity_tier_price",
        "entity_id, all_groups, customer_group_id, qty, value, website_id, percentage_value",
        ((ids[sku], *tier) for sku, *tier in TIERS),
    )
    columns = "rule_date, product_id, website_id, customer_group_id, rule_price, earliest_end_date"
    ends = str(today + timedelta(30))
    # Magento works out three days at a time; the price falls a little every day.
    for offset in (-1, 0, 1):
        day = str(today + timedelta(offset))
        rule_prices = [
            (day, ids[sku], website, group, round(price - offset / 10, 2), ends)
            for sku, website, group, price in RULE_PRICES
        ]
        rows.add_all("catalogrule_product_price", columns, rule_prices)
        rows.add_all("catalogrule_product_price_replica", columns, rule_prices)
