"""The entities that saas:resync --by-ids names, and --by-ids-file: what they are called, and who that is."""

import argparse
import sys

from saasexport.entity_key import EntityId
from saasexport.errors import ConfigError
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.sync import lookup
from saasexport.sync.exporter import Exporter


def is_given(options: argparse.Namespace) -> bool:
    """Whether some entities are named, in either way."""
    return options.by_ids is not None or options.by_ids_file is not None


def keys(options: argparse.Namespace) -> list[str]:
    """What --by-ids and --by-ids-file name, once each; a line of a file is a key as it stands."""
    listed = (key.strip() for key in (options.by_ids or "").split(","))
    return list(dict.fromkeys(key for key in (*listed, *options.lines) if key))


def lines_of(path: str) -> list[str]:
    """The lines of a file, or of standard input: SKUs with commas or blanks at their ends can be named there."""
    try:
        with open(0 if path == "-" else path, encoding="utf-8-sig", newline="", closefd=path != "-") as file:
            return [line.removesuffix("\n").removesuffix("\r") for line in file]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigError(f"--by-ids-file {path}: {reason}", "one id or SKU a line") from error


def entities(exporter: Exporter, feed: Feed, options: argparse.Namespace) -> list[EntityId]:
    """The entities that --by-ids names; what it names in vain is told, and logged."""
    try:
        id_type = lookup.id_type_of(feed, options.id_type or "default")
    except ConfigError as error:
        if not feed.id_types:
            exporter.log.error("03-09", f"{feed.name}: --by-ids is not supported for this feed")
        raise error
    ids, missing = lookup.entities(exporter.installation, feed, keys(options), id_type)
    if missing:
        kind = "none" if not ids else "some"
        named = ", ".join(_show_key(exporter.installation, feed, key, id_type) for key in missing)
        message = f"{feed.name}: by-ids, {kind} found: nothing has {lookup.name_for_people(feed, id_type)} {named}"
        exporter.log.warning("03-10", message)
        print(f"saasexport: CDE03-10 {message}", file=sys.stderr)
    return ids


def _show_key(installation: Installation, feed: Feed, key: str, id_type: str) -> str:
    """A key that means nothing, with what it may have meant."""
    meant = lookup.near(installation, feed, [key], id_type)
    return f"{key} (did you mean {meant}?)" if meant else key
