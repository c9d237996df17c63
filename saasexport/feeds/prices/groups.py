"""Prices of customer groups and quantities: tiers, group prices and catalog rules (feeds.md 3.4.3, 3.4.4).

All rows of a website and group are kept, fixed and percentage side by side (feeds.md 5); a row of all websites
counts where the website has none of its own for that group and quantity.
"""

from collections.abc import Iterable

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop
from saasexport.feeds.prices.scope import scope
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import number

SQL = queries.beside(__file__)


class Price(NamedTuple):
    """What an item says of a price besides `regular`: both by what may replace it, in the order of appearance."""

    discounts: dict[str, dict[str, Any]]  # code -> entry
    tiers: dict[int | float, dict[str, Any]]  # quantity -> entry

    def copy(self) -> "Price":
        """A price to go on from: a group's item starts as its website's (feeds.md 3.4.3)."""
        return Price(dict(self.discounts), dict(self.tiers))


class Tier(NamedTuple):
    """A row of catalog_product_entity_tier_price."""

    website_id: int  # 0: all
    group_id: int | None  # None: all
    quantity: Any
    price: Any
    percentage: Any

    def apply(self, price: Price) -> None:
        """Put it into a price: quantity 1 is a group price, a larger one a tier, a smaller one nothing."""
        if self.is_ignored():
            return
        quantity = number(self.quantity, "tierPrices.qty") or 0
        if self.percentage is None:
            kind, amount = "price", number(self.price, "tierPrices.price")
        else:
            kind, amount = "percentage", number(self.percentage, "tierPrices.percentage")
        if quantity == 1:
            price.discounts["group"] = {"code": "group", kind: amount}
        else:
            price.tiers[quantity] = {"qty": quantity, kind: amount}

    def is_ignored(self) -> bool:
        """Whether it says nothing: a quantity below 1 makes no item for its group."""
        try:
            return (number(self.quantity, "tierPrices.qty") or 0) < 1
        except InvalidValue:
            return False


class Groups(NamedTuple):
    """Tier and rule rows by product."""

    tiers: dict[int, list[Tier]]
    rules: dict[int, list[tuple[int, int, Any]]]  # website, group, price

    def put_website(self, product_id: int, website_id: int, price: Price) -> None:
        """Put in what holds for all groups on a website."""
        for tier in self.tiers.get(product_id, ()):
            if tier.group_id is None and tier.website_id in (0, website_id):
                tier.apply(price)

    def of_website(self, product_id: int, website_id: int) -> list[int]:
        """The groups with a price of their own on a website, in the order of their rows."""
        group_ids = {
            tier.group_id: None
            for tier in self.tiers.get(product_id, ())
            if tier.group_id is not None and tier.website_id in (0, website_id) and not tier.is_ignored()
        }
        group_ids |= {group_id: None for at, group_id, _ in self.rules.get(product_id, ()) if at == website_id}
        return list(group_ids)

    def put_group(self, product_id: int, website_id: int, group_id: int, price: Price) -> None:
        """Put in what holds for one group on a website; its rule price comes last (feeds.md 3.4.5)."""
        for tier in self.tiers.get(product_id, ()):
            if tier.group_id == group_id and tier.website_id in (0, website_id):
                tier.apply(price)
        for at, group, amount in self.rules.get(product_id, ()):
            if at == website_id and group == group_id:
                price.discounts["catalog_rule"] = {
                    "code": "catalog_rule",
                    "price": number(amount, "discounts.price"),
                }


def load(shop: Shop, ids: Iterable[int]) -> Groups:
    """Read the tier prices of these products, and their rule prices of the day each website has."""
    websites = scope(shop).websites
    tiers: dict[int, list[Tier]] = {}
    for product_id, website_id, all_groups, group_id, *values in shop.rows(SQL.tier_prices, ids):
        tier = Tier(website_id, None if all_groups else group_id, *values)
        tiers.setdefault(product_id, []).append(tier)
    rules: dict[int, list[tuple[int, int, Any]]] = {}
    days = '["' + '","'.join({website.today for website in websites.values()}) + '"]'
    for product_id, website_id, group_id, price, day in shop.rows(SQL.rule_prices, ids, days=days):
        if website_id in websites and websites[website_id].today == day:
            rules.setdefault(product_id, []).append((website_id, group_id, price))
    return Groups(tiers, rules)
