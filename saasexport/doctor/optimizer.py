"""What of this shop is more than a tenant of the Optimizer takes (docs/optimizer.md)."""

import sqlite3
from collections.abc import Iterator

from saasexport.doctor.finding import Examined, Findings, fail, ok, warn

# A price book's id has 64 characters; "::" and the sha1 of a customer group take 42.
MOST_CODE = 22

# Of price books times catalogue views, unless more were bought.
MOST_BOOKS = 100

# Attributes without whose metadata no product of a locale is shown.
NEEDED = ("sku", "name", "description", "short_description", "price")

CHECK = "optimizer"


def optimizer(examined: Examined) -> Findings:
    """Codes of websites, the number of price books, and products that are too large."""
    ours, shop = examined.ours, examined.shop
    if examined.config["service.destination"] != "optimizer" or ours is None or shop is None:
        return
    query = "select code from store_website where website_id <> 0 and length(code) > ? order by code"
    codes = [code for (code,) in shop.execute(query, (MOST_CODE,))]
    for code in codes:
        text = f"the code of website {code} has {len(code)} characters, {MOST_CODE} are allowed"
        lost = "price books and prices of its customer groups are not sent"
        yield fail(CHECK, f"{text}: {lost}", "shorten it in the shop")
    books = _count_price_books(ours)
    if books > MOST_BOOKS:
        text = f"{books} price books, and a tenant has room for {MOST_BOOKS}, counted once for each catalogue view"
        is_all = examined.config["service.price_books"] == "all"
        fewer = 'set [service] price_books = "used"' if is_all else "exclude customer groups from websites"
        yield warn(CHECK, text, f"{fewer}, or buy more")
    query = "select count(*) from cde_products_feed where status = 400 and errors like ?"
    (large,) = ours.execute(query, ("Optimizer: % bytes are more than a product may have%",)).fetchone()
    if large:
        yield warn(CHECK, f"{large} products are larger than the 200,000 bytes allowed", "saasexport failed products")
    missing = list(_missing_metadata(ours))
    for view, names in missing:
        text = f"store view {view} has no metadata of {names}: its products are stored there and not shown"
        yield fail(CHECK, text, "saasexport failed productAttributes")
    if not codes and not large and not missing and books <= MOST_BOOKS:
        yield ok(CHECK, f"{books} of {MOST_BOOKS} price books; no website's code and no product is too long")


def _missing_metadata(ours: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Store views of which attributes were sent, but not all that the Optimizer needs, and their names."""
    codes: dict[str, set[str]] = {}
    query = (
        "select json_extract(feed_data, '$.storeViewCode'), json_extract(feed_data, '$.attributeCode')"
        " from cde_product_attributes_feed where status = 200 and is_deleted = 0"
    )
    for view, code in ours.execute(query):
        codes.setdefault(view, set()).add(code)
    for view, present in sorted(codes.items()):
        if missing := [code for code in NEEDED if code not in present]:
            yield view, ", ".join(missing)


def _count_price_books(ours: sqlite3.Connection) -> int:
    """How many there are; none before the first job that has this destination, which makes their table."""
    if not ours.execute("select 1 from sqlite_master where name = 'cde_price_books_feed'").fetchone():
        return 0
    count: int = ours.execute("select count(*) from cde_price_books_feed where is_deleted = 0").fetchone()[0]
    return count
