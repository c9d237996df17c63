"""When prices change without any write to the shop: a day has come (feeds.md 5).

A special price holds from the first to the last of its days, a rule price on its day, by the clock of the website.
So the moments are midnights: the first one of each website's day that makes a difference.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from saasexport import queries
from saasexport.feed import Due, Shop
from saasexport.feeds.prices.scope import scope
from saasexport.shop import scopes
from saasexport.stdlib import Any

SQL = queries.beside(__file__)

# Rows of the table of dates read at a time: a few milliseconds of the shop's time.
SLICE = 20_000

# To SQLite such bytes are above any number and any text.
BEHIND_ALL = b"\xff" * 8

# Products of one page; rule prices are many, and memory must not grow with them.
PAGE = 5_000


def next_moment(shop: Shop) -> datetime | None:
    """The first midnight after now at which a special or rule price begins or ends."""
    zones = _zones(shop)
    earliest = min((_day(shop.now, zone) for zone in zones), default=None)
    if earliest is None:
        return None
    begins = _days(shop, "special_from_date", earliest)
    ends = {day + timedelta(days=1) for day in _days(shop, "special_to_date", earliest)}
    moments = [_midnight(day, zone) for zone in zones for day in begins | ends if day > _day(shop.now, zone)]
    for website in scopes.websites(shop):
        zone = scopes.timezone(shop, website.default_store_id, website.id)
        today = _day(shop.now, zone)
        if shop.rows(SQL.has_rules, day=today.isoformat(), website_id=website.id)[0][0]:
            moments.append(_midnight(today + timedelta(days=1), zone))
    return min(moments, default=None)


def due_ids(shop: Shop, since: datetime) -> Iterator[int]:
    """The products concerned by the midnights after `since` and not after now."""
    for zone in _zones(shop):
        before, today = _day(since, zone), _day(shop.now, zone)
        if before < today:
            one = timedelta(days=1)
            yield from _products(shop, "special_from_date", before + one, today)
            yield from _products(shop, "special_to_date", before, today - one)
    for website in scopes.websites(shop):
        zone = scopes.timezone(shop, website.default_store_id, website.id)
        before, today = _day(since, zone), _day(shop.now, zone)
        if before < today:
            yield from _rule_products(shop, website.id, before, today)


DUE = Due(next=next_moment, ids=due_ids)


def _zones(shop: Shop) -> Iterable[tzinfo]:
    """The time zones of the websites, each once."""
    return {
        str(zone): zone
        for website in scopes.websites(shop)
        for zone in [scopes.timezone(shop, website.default_store_id, website.id)]
    }.values()


def _day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _slices(shop: Shop) -> Iterator[dict[str, Any]]:
    """Where slices of the table of dates begin and end, whatever its rows are numbered by."""
    after: Any = float("-inf")
    while after != BEHIND_ALL:
        rows = shop.rows(SQL.end_of_slice, after=after, others=SLICE - 1)
        upto = rows[0][0] if rows and isinstance(rows[0][0], int | float) else BEHIND_ALL
        yield {"after": after, "upto": upto}
        after = upto


def _days(shop: Shop, attribute: str, earliest: date) -> set[date]:
    """The days from `earliest` on that an attribute names; a value that is no date names none."""
    days: set[date] = set()
    attribute_id = scope(shop).attributes[attribute]
    for part in _slices(shop):
        for (text,) in shop.rows(SQL.days, None, attribute=attribute_id, day=earliest.isoformat(), **part):
            try:
                day = date.fromisoformat(text)
            except (ValueError, TypeError):
                continue
            if day.year < date.max.year:  # what comes after it is a day too
                days.add(day)
    return days


def _products(shop: Shop, attribute: str, first: date, last: date) -> Iterator[int]:
    attribute_id = scope(shop).attributes[attribute]
    days = {"first": first.isoformat(), "last": last.isoformat()}
    for part in _slices(shop):
        for (product_id,) in shop.rows(SQL.on_days, None, attribute=attribute_id, **days, **part):
            yield product_id


def _rule_products(shop: Shop, website_id: int, first: date, last: date) -> Iterator[int]:
    after = 0
    days = {"first": first.isoformat(), "last": last.isoformat()}
    while True:
        rows = shop.rows(SQL.rule_products, None, after=after, limit=PAGE, website_id=website_id, **days)
        for (product_id,) in rows:
            yield product_id
        if len(rows) < PAGE:
            return
        after = rows[-1][0]
