"""What of this shop is more than a tenant of the Optimizer takes (docs/optimizer.md)."""

import sqlite3

from saasexport.doctor.finding import Examined, Findings, fail, ok, warn

# A price book's id has 64 characters; "::" and the sha1 of a customer group take 42.
MOST_CODE = 22

# Of price books times catalogue views, unless more were bought.
MOST_BOOKS = 100

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
        yield warn(CHECK, text, "exclude customer groups from websites, or buy more")
    query = "select count(*) from cde_products_feed where status = 400 and errors like ?"
    (large,) = ours.execute(query, ("Optimizer: % bytes are more than a product may have%",)).fetchone()
    if large:
        yield warn(CHECK, f"{large} products are larger than the 200,000 bytes allowed", "saasexport failed products")
    if not codes and not large and books <= MOST_BOOKS:
        yield ok(CHECK, f"{books} of {MOST_BOOKS} price books; no website's code and no product is too long")


def _count_price_books(ours: sqlite3.Connection) -> int:
    """How many there are; none before the first job that has this destination, which makes their table."""
    if not ours.execute("select 1 from sqlite_master where name = 'cde_price_books_feed'").fetchone():
        return 0
    count: int = ours.execute("select count(*) from cde_price_books_feed where is_deleted = 0").fetchone()[0]
    return count
