"""The configuration in force, and where its file is.

Every key is declared once, in saasexport.config.keys.  The file's bytes and the
values they gave are kept in our database, so that a job reads TOML, and loads
saasexport.config.parsing, only after the file has changed.
"""

import os
from collections.abc import Sequence

from saasexport.config import ownership
from saasexport.config.keys import FEED_KEYS, KEYS
from saasexport.errors import ConfigError
from saasexport.stdlib import Any

# What init writes where nobody else can be meant: a service on this machine.
DEFAULT_ENVIRONMENT = "testing-1"

DEFAULT_FILES = ("saasexport.toml", "/etc/saasexport/saasexport.toml")


Sections = dict[str, dict[str, Any]]


class Config:
    """The configuration in force.  Paths are absolute; keys left out have their defaults."""

    def __init__(self, file: str, sections: Sections, feeds: Sections, given: Sequence[str] = ()) -> None:
        self.file = file
        self.sections = sections  # shop, export, service: key -> value
        self.feeds = feeds  # feed -> key -> value, as the file has them
        self.given = tuple(given)  # "section.key" of every key that stands in the file

    def __getitem__(self, dotted: str) -> Any:
        section, _, key = dotted.rpartition(".")
        return self.sections[section][key]

    @property
    def data_space(self) -> str:
        """What was delivered is on record for each of these: another destination has nothing of it."""
        name, environment = self["service.destination"], str(self["service.environment_id"])
        if name == "commerce":
            return environment
        if name == "optimizer":  # an item under another locale is another item
            locales = sorted((self["service.locales"] or {}).items())
            return f"{name}:{','.join(f'{view}={locale}' for view, locale in locales)}:{environment}"
        place = {"typesense": "service.typesense.collection", "nats": "service.nats.subject"}.get(name)
        return f"{name}:{(self[place] if place else None) or ''}:{environment}"

    def place(self, dotted: str) -> str:
        """The file and the key, as messages name them."""
        section, _, key = dotted.rpartition(".")
        return f"{self.file}: [{section}] {key}"

    def of_feed(self, feed: str, key: str) -> Any:
        """A feed's setting, or its default."""
        return self.feeds.get(feed, {}).get(key, FEED_KEYS[key].default)

    def as_dict(self) -> dict[str, Any]:
        """The configuration as plain values, to be kept."""
        return {"file": self.file, "sections": self.sections, "feeds": self.feeds, "given": list(self.given)}


def from_dict(kept: dict[str, Any]) -> Config:
    """The configuration as `as_dict` gave it; keys that an older version did not have get their defaults."""
    file, old = kept["file"], kept["sections"]
    sections = {
        section: {name: key.resolve(file, key.default) for name, key in keys.items()} | old.get(section, {})
        for section, keys in KEYS.items()
    }
    return Config(file, sections, kept["feeds"], tuple(kept["given"]))


def find(option: str | None = None) -> str:
    """The configuration file to use: --config, $SAASEXPORT_CONFIG, ./saasexport.toml, /etc/saasexport/."""
    if named := named_file(option):
        return checked_name(os.path.abspath(named))
    for candidate in DEFAULT_FILES:
        if os.path.exists(candidate):
            return checked_name(os.path.abspath(candidate))
    raise ConfigError(
        "no configuration: neither ./saasexport.toml nor /etc/saasexport/saasexport.toml exists",
        "make one with: saasexport init --shop FILE",
    )


def named_file(option: str | None) -> str:
    """The configuration file that --config or $SAASEXPORT_CONFIG names; empty if there is neither."""
    if option == "":  # what would be taken instead may be another shop's
        raise ConfigError("--config names no file", "is it a variable that is not set?")
    return option or os.environ.get("SAASEXPORT_CONFIG", "")


def checked_name(path: str) -> str:
    """The name of a configuration file, if it is text that can be shown, stored and put into a crontab."""
    if not path.isprintable():
        raise ConfigError(f"{path!r}: the name of a configuration must be printable UTF-8", "rename the file or folder")
    return path


def read(path: str) -> bytes:
    """The bytes of a configuration file that only its owner, we or root may write."""
    ownership.require(path, "")
    try:
        with open(path, "rb") as file:
            return file.read()
    except PermissionError as error:
        raise ConfigError(f"{path}: {error.strerror}", "run this as the user who owns it") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", "see --config and $SAASEXPORT_CONFIG") from error
