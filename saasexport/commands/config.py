"""saasexport config: the values in force and where each comes from."""

import argparse
import sqlite3
from typing import Any

from saasexport.commands import for_programs, table
from saasexport.config import addresses, keys, parsing, settings
from saasexport.database import db
from saasexport.errors import SaasExportError
from saasexport.feeds import all_feeds
from saasexport.setup import feed_set
from saasexport.setup.installation import Installation, require_installed

EXAMPLES = {"config": "saasexport config\nsaasexport config --json"}

KEYS = {
    "setting": "section and key, as in the file: [service] url is service.url",
    "value": "the value in force; null: none",
    "from": "file, or default",
}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of config."""
    for_programs.add_option(options, KEYS, "setting")


def run(options: argparse.Namespace, name: str) -> int:
    """Show every setting, secrets hidden; a key file's content is never read here."""
    path = settings.find(options.config)
    config = parsing.load(path, feed_set.names_of)
    rows = [(name, _hidden(name, value), _source(config, name)) for name, value in _values(config)]
    if options.json:
        for_programs.show([dict(zip(KEYS, row, strict=True)) for row in rows])
    else:
        print(f"configuration file: {path}")
        printed = [(name, None if value is None else _as_in_file(value), source) for name, value, source in rows]
        print("\n".join(table.lines(("Setting", "Value", "From"), printed)))
    _require_installed(config)
    return 0


def _require_installed(config: settings.Config) -> None:
    """Say that nothing of it is in force after `uninstall`; a database that cannot be read is doctor's to name."""
    try:
        ours = db.connect_ours(config["export.database"], read_only=True, accepts_old=True)
    except SaasExportError:
        return
    try:
        require_installed(Installation(config, ours, read_only=True))
    except sqlite3.Error:
        return  # of a version that had no such state
    finally:
        ours.close()


def _values(config: settings.Config) -> list[tuple[str, Any]]:
    """Every setting of the fixed sections; of the feeds those that the file has, and what each feed is sent with."""
    names = [f"{section}.{key}" for section, known in keys.KEYS.items() for key in known]
    pairs = [(name, config[name]) for name in names]
    for feed in _names(config):
        for key in keys.FEED_KEYS:
            name = f"feeds.{feed}.{key}"
            value = config.of_feed(feed, key)
            if key == "batch_size" and value is None and feed in all_feeds():
                value = all_feeds()[feed].batch_size
            if name in config.given or key in ("enabled", "batch_size"):
                pairs.append((name, value))
    return pairs


def _names(config: settings.Config) -> tuple[str, ...]:
    """The feeds that settings may be for."""
    names = feed_set.names_of(config) or (*all_feeds(), *config.feeds)
    is_used = config["export.built_in"]
    return tuple(name for name in dict.fromkeys(names) if is_used or name not in all_feeds() or name in config.feeds)


def _hidden(name: str, value: Any) -> Any:
    """An address without what only its owner may know: a password, or the secret path of a dead man's switch."""
    if not isinstance(value, str) or "://" not in value:
        return value
    return addresses.hide_secrets(value, is_path_secret=name == "export.ping_url")


def _as_in_file(value: Any) -> str:
    """A value as the file would have it, but for the quotes of a text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)


def _source(config: settings.Config, name: str) -> str:
    return "file" if name in config.given else "default"
