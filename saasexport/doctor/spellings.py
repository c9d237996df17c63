"""Texts that are one in the shop's server, and two in the copy: SQLite knows the cases of ASCII letters only.

A table is joined to another by an indexed column of the same name; only those are looked at.
"""

import sqlite3
import unicodedata
from collections.abc import Callable, Iterator

from saasexport import queries
from saasexport.doctor.finding import Examined, Findings, warn
from saasexport.setup import copied_shop

SQL = queries.beside(__file__)

Fold = Callable[[str], str]


def unlike_spellings(examined: Examined) -> Findings:
    """The copy joins what the server joins."""
    if not copied_shop.is_configured(examined.config) or examined.shop is None:
        return
    fold = _as_in_mysql if examined.config["mirror.source"].startswith("mysql:") else str.lower
    places: dict[str, list[tuple[str, str]]] = {}
    for table, column in examined.shop.execute(SQL.joining_columns):
        places.setdefault(column.lower(), []).append((table, column))
    for some in places.values():
        for first, second in _unlike(examined.shop, some, fold):
            what = f"{first} and {second} may be one for the server, and are two in its copy"
            yield warn("mirror", what, "write them alike in the shop: rows are not joined here")
            break  # one is enough to look for others


def _as_in_mysql(text: str) -> str:
    """What is equal in most of its collations: without accents, cases, and blanks at the end."""
    letters = unicodedata.normalize("NFKD", text.rstrip(" ").casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _unlike(shop: sqlite3.Connection, places: list[tuple[str, str]], fold: Fold) -> Iterator[tuple[str, str]]:
    """Texts of several tables, with their places, that the server holds for one."""
    if len(places) < 2:
        return
    special = {fold(text) for _, text in _texts(shop, places, SQL.special_texts)}
    first: dict[str, tuple[str, str]] = {}
    for place, text in _texts(shop, places, SQL.texts) if special else ():
        folded = fold(text)
        if folded not in special:
            continue
        earlier, _ = first.setdefault(folded, (text, place))
        if _as_in_sqlite(earlier) != _as_in_sqlite(text):
            yield f"{earlier!r} ({first[folded][1]})", f"{text!r} ({place})"


def _as_in_sqlite(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _texts(shop: sqlite3.Connection, places: list[tuple[str, str]], query: str) -> Iterator[tuple[str, str]]:
    for table, column in places:
        names = {"table": queries.quote(table), "column": queries.quote(column)}
        for (text,) in shop.execute(query.format(**names)):
            yield f"{table}.{column}", text
