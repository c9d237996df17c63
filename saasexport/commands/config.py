"""saasexport config: the values in force and where each comes from."""

import argparse
from typing import Any

from saasexport.commands import for_programs, table
from saasexport.config import addresses, config, keys
from saasexport.feeds import all_feeds

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
    path = config.find(options.config)
    settings = config.load(path, tuple(all_feeds()))
    rows = [(name, _hidden(name, value), _source(settings, name)) for name, value in _values(settings)]
    if options.json:
        return for_programs.show([dict(zip(KEYS, row, strict=True)) for row in rows])
    print(f"configuration file: {path}")
    printed = [(name, None if value is None else _printed(value), source) for name, value, source in rows]
    print("\n".join(table.lines(("Setting", "Value", "From"), printed)))
    return 0


def _values(settings: config.Config) -> list[tuple[str, Any]]:
    """Every setting of the fixed sections; of the feeds those that the file has, and what each feed is sent with."""
    names = [f"{section}.{key}" for section, known in keys.KEYS.items() for key in known]
    found = [(name, settings[name]) for name in names]
    for feed in all_feeds().values():
        for key in keys.FEED_KEYS:
            name = f"feeds.{feed.name}.{key}"
            value = settings.of_feed(feed.name, key)
            if key == "batch_size" and value is None:
                value = feed.batch_size
            if name in settings.given or key in ("enabled", "batch_size"):
                found.append((name, value))
    return found


def _hidden(name: str, value: Any) -> Any:
    """An address without what only its owner may know: a password, or the secret path of a dead man's switch."""
    if not isinstance(value, str) or "://" not in value:
        return value
    return addresses.shown(value, is_path_secret=name == "export.ping_url")


def _printed(value: Any) -> str:
    """A value as the file would have it, but for the quotes of a text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)


def _source(settings: config.Config, name: str) -> str:
    return "file" if name in settings.given else "default"
