"""saasexport config: the values in force and where each comes from."""

import argparse
from typing import Any

from saasexport import config
from saasexport.commands import table
from saasexport.feeds import all_feeds

EXAMPLES = {"config": "saasexport config"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """No options."""


def run(options: argparse.Namespace, name: str) -> int:
    """Show every setting; a key file's content is never read here."""
    path = config.find(options.config)
    settings = config.load(path, tuple(all_feeds()))
    rows: list[tuple[str, Any, str]] = []
    for section, keys in config.KEYS.items():
        for key in keys:
            name = f"{section}.{key}"
            value = settings[name]
            rows.append((name, None if value is None else str(value), _source(settings, name)))
    for feed in all_feeds().values():
        for key in config.FEED_KEYS:
            name = f"feeds.{feed.name}.{key}"
            value = settings.of_feed(feed.name, key)
            if key == "batch_size" and value is None:
                value = feed.batch_size
            if name in settings.given or key in ("enabled", "batch_size"):
                rows.append((name, str(value), _source(settings, name)))
    print(f"configuration file: {path}")
    print("\n".join(table.lines(("Setting", "Value", "From"), rows)))
    return 0


def _source(settings: config.Config, name: str) -> str:
    return "file" if name in settings.given else "default"
