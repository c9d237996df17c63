"""saasexport feeds new: the beginning of a feed's file, for writing over."""

import argparse
import os
import sys
from difflib import get_close_matches

from saasexport.config import parsing, settings
from saasexport.config.settings import Config
from saasexport.database import db
from saasexport.errors import ConfigError
from saasexport.feeds.own import head, reads, skeleton
from saasexport.feeds.own.skeleton import Entity
from saasexport.queries import fold
from saasexport.setup import feed_set
from saasexport.shapes import SHAPES
from saasexport.shapes.declared import NAME

EXAMPLES = {
    "feeds new": "saasexport feeds new products --entity article.id > feeds.d/products.sql\n"
    "saasexport feeds new products --entity article.id --write\n"
    "saasexport feeds new shelves --entity shelf.id --shop till.sqlite"
}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of feeds new."""
    options.add_argument("feed", metavar="FEED", help="a published feed, or a name of your own")
    options.add_argument("--entity", metavar="TABLE.COLUMN", required=True, help="what its entities are the values of")
    options.add_argument("--shop", metavar="FILE", help="its SQLite database; else the configuration's")
    options.add_argument("--write", action="store_true", help="write it to feeds.d, where no file of its name is yet")


def run(options: argparse.Namespace, name: str) -> int:
    """Print the file, or write it where none is."""
    if not NAME.fullmatch(options.feed):
        raise ConfigError(
            f"{options.feed!r} is no name of a feed", "a small letter, then letters, digits and _, 40 at most"
        )
    entity = _entity(options)
    if options.feed in SHAPES:
        text = skeleton.write_published(options.feed, entity)
    elif entity.columns:
        text = skeleton.own(options.feed, entity)
    else:
        raise ConfigError(
            f"{options.feed} is no published feed, and which columns {entity.table} has is not known",
            f"name the shop: --shop FILE; published feeds are {', '.join(SHAPES)}",
        )
    if options.write:
        _write(options.config, options.feed, text)
    else:
        sys.stdout.write(text)
    return 0


def _entity(options: argparse.Namespace) -> Entity:
    """The table and the column that are meant, as the shop has them if it is known."""
    parts = head.parts_of(options.entity)
    if parts is None:
        raise ConfigError(f"--entity {options.entity!r}: expected table.column")
    path = options.shop or _shop(options.config)
    if path is None:
        return Entity(*parts, {})
    if not os.path.exists(path):
        raise ConfigError(f"{path}: the shop database does not exist", "see --shop")
    shop = db.connect_shop(os.path.abspath(path), read_only=True, place="--shop")
    try:
        return _in_shop(reads.Schema(shop), *parts)
    finally:
        shop.close()


def _in_shop(schema: reads.Schema, table: str, column: str) -> Entity:
    if schema.kind(table) != "table":
        raise ConfigError(f"--entity: the shop has no table {table}", _suggest(table, schema.names()))
    columns = schema.columns(table)
    if fold(column) not in columns:
        names = [name for name, _, _ in columns.values()]
        raise ConfigError(f"--entity: {table} has no column {column}", _suggest(column, names))
    types = {name: declared for name, declared, _ in columns.values()}
    return Entity(schema.name(table), columns[fold(column)][0], types)


def _suggest(name: str, names: list[str]) -> str:
    by_small = {each.lower(): each for each in names if each != "sqlite_master"}
    meant = get_close_matches(name.lower(), by_small, 1)
    return f"did you mean {by_small[meant[0]]}?" if meant else f"there are {', '.join(list(by_small.values())[:10])}"


def _settings(named: str | None) -> Config | None:
    """The configuration; None where none is named and none is there: a shop's first feed comes before it."""
    if named is None and "SAASEXPORT_CONFIG" not in os.environ and not any(map(os.path.exists, settings.DEFAULT_FILES)):
        return None
    path = settings.find(named)
    return parsing.parse(path, settings.read(path), feed_set.names_of)


def _shop(named: str | None) -> str | None:
    config = _settings(named)
    return config["shop.database"] if config is not None else None


def _write(named: str | None, feed: str, text: str) -> None:
    config = _settings(named)
    path = os.path.join(config["export.feeds_dir"] if config is not None else "feeds.d", f"{feed}.sql")
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        reason = f"{path}: is there already, and is never overwritten"
        raise ConfigError(reason, "print it: leave out --write") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    print(f"{os.path.relpath(path)} written; write your columns over each null, then: saasexport feeds check {feed}")
