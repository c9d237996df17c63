"""Prices of customer groups and quantities: tiers, group prices and catalog rules (feeds.md 3.4.3, 3.4.4).

All rows of a website and group are kept, fixed and percentage side by side (feeds.md 5); a row of all websites
counts where the website has none of its own for that group and quantity.
"""

from collections.abc import Iterable

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop
from saasexport.feeds.prices.scope import scope
from saasexport.stdlib import Any
from saasexport.values import Shared, number

SQL = queries.beside(__file__)

# What an item says of a price besides `regular`: entries by what may replace them, in the order of appearance.
# That is the code of a discount, or the quantity of a tier.
Price = dict[str | int | float, dict[str, Any]]

# What a row puts into a price, or why nobody knows.
_Entry = tuple[str | int | float, dict[str, Any]] | InvalidValue

# A tier or rule price: the website (0: all), the customer group (None: all), and what it puts into their price.
Row = tuple[int, int | None, _Entry]


def load(shop: Shop, ids: Iterable[int]) -> dict[int, list[Row]]:
    """The tier prices of these products, and their rule prices of the day each website has, which come last."""
    websites = scope(shop).websites
    rows: dict[int, list[Row]] = {}
    known: dict[tuple[Any, ...], _Entry | None] = {}  # many products have the same tiers
    for product_id, website_id, all_groups, group_id, *values in shop.rows(SQL.tier_prices, ids):
        tier = tuple(values)
        if tier not in known:
            known[tier] = _tier(*tier)
        entry = known[tier]
        if entry is not None:
            rows.setdefault(product_id, []).append((website_id, None if all_groups else group_id, entry))
    days = '["' + '","'.join({website.today for website in websites.values()}) + '"]'
    for product_id, website_id, group_id, price, day in shop.rows(SQL.rule_prices, ids, days=days):
        if website_id in websites and websites[website_id].today == day:
            rows.setdefault(product_id, []).append((website_id, group_id, _rule(price)))
    return rows


def of_website(rows: Iterable[Row], website_id: int) -> Iterable[int]:
    """The groups with a price of their own on a website, in the order of their rows."""
    return {group: None for at, group, _ in rows if group is not None and (at == website_id or at == 0)}


def put(rows: Iterable[Row], website_id: int, group_id: int | None, price: Price) -> None:
    """Put in what holds on a website, for one group or for all of them; a rule price comes last (feeds.md 3.4.5)."""
    for at, group, entry in rows:
        if group == group_id and (at == website_id or at == 0):
            if isinstance(entry, InvalidValue):
                raise entry
            price[entry[0]] = entry[1]


def _tier(quantity: Any, fixed: Any, percentage: Any) -> _Entry | None:
    """Quantity 1 is a group price, a larger one a tier; a smaller one says nothing, and makes no item for its group."""
    try:
        quantity = number(quantity, "tierPrices.qty") or 0
        if quantity < 1:
            return None
        kind = "price" if percentage is None else "percentage"
        amount = number(fixed if percentage is None else percentage, "tierPrices." + kind)
    except InvalidValue as error:
        return error
    if quantity == 1:
        return "group", Shared({"code": "group", kind: amount})
    return quantity, Shared({"qty": quantity, kind: amount})


def _rule(price: Any) -> _Entry:
    try:
        return "catalog_rule", {"code": "catalog_rule", "price": number(price, "discounts.price")}
    except InvalidValue as error:
        return error
