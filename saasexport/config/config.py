"""The configuration: one TOML file, checked as a whole.

Every key is declared once, in saasexport.config.keys.  What is wrong is said with file,
key and what was expected; nothing is guessed.  The file's bytes and the values
they gave are kept in our database, so that a job reads TOML only after the file
has changed.
"""

import os
from dataclasses import dataclass
from typing import Any

from saasexport.config.keys import FEED_KEYS, KEYS, Key
from saasexport.errors import ConfigError

# What init writes where nobody else can be meant: a service on this machine.
DEFAULT_ENVIRONMENT = "testing-1"

DEFAULT_FILES = ("saasexport.toml", "/etc/saasexport/saasexport.toml")


@dataclass(frozen=True)
class Config:
    """The configuration in force.  Paths are absolute; keys left out have their defaults."""

    file: str
    sections: dict[str, dict[str, Any]]  # shop, export, service: key -> value
    feeds: dict[str, dict[str, Any]]  # feed -> key -> value, as the file has them
    given: tuple[str, ...] = ()  # "section.key" of every key that stands in the file

    def __getitem__(self, dotted: str) -> Any:
        section, _, key = dotted.partition(".")
        return self.sections[section][key]

    def of_feed(self, feed: str, key: str) -> Any:
        """A feed's setting, or its default."""
        return self.feeds.get(feed, {}).get(key, FEED_KEYS[key].default)

    def as_dict(self) -> dict[str, Any]:
        """The configuration as plain values, to be kept."""
        return {"file": self.file, "sections": self.sections, "feeds": self.feeds, "given": list(self.given)}


def from_dict(kept: dict[str, Any]) -> Config:
    """The configuration as `as_dict` gave it."""
    return Config(kept["file"], kept["sections"], kept["feeds"], tuple(kept["given"]))


def find(option: str | None = None) -> str:
    """The configuration file to use: --config, $SAASEXPORT_CONFIG, ./saasexport.toml, /etc/saasexport/."""
    named = option or os.environ.get("SAASEXPORT_CONFIG")
    if named:
        return os.path.abspath(named)
    for candidate in DEFAULT_FILES:
        if os.path.exists(candidate):
            return os.path.abspath(candidate)
    raise ConfigError(
        "no configuration: neither ./saasexport.toml nor /etc/saasexport/saasexport.toml exists",
        "make one with: saasexport init --shop FILE",
    )


def read(path: str) -> bytes:
    """The bytes of a configuration file."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except PermissionError as error:
        raise ConfigError(f"{path}: {error.strerror}", "run this as the user who owns it") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", "see --config and $SAASEXPORT_CONFIG") from error


def load(path: str, feeds: tuple[str, ...]) -> Config:
    """Read and check a configuration file."""
    return parse(path, read(path), feeds)


def parse(path: str, content: bytes, feeds: tuple[str, ...]) -> Config:
    """Check the content of a configuration file; `feeds` are the names that [feeds.*] may have."""
    import tomllib  # late: costs as much as an idle tick

    try:
        raw = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    _known(path, "", raw, (*KEYS, "feeds"))
    given: list[str] = []
    sections: dict[str, dict[str, Any]] = {}
    for section, keys in KEYS.items():
        found = _table(path, section, raw.get(section, {}))
        sections[section] = _section(path, section, found, keys)
        given += [f"{section}.{key}" for key in found]
    feed_tables = _table(path, "feeds", raw.get("feeds", {}))
    _known(path, "feeds", feed_tables, feeds)
    settings = {}
    for feed, found in feed_tables.items():
        section = f"feeds.{feed}"
        values = _section(path, section, _table(path, section, found), FEED_KEYS)
        settings[feed] = {key: values[key] for key in found}
        given += [f"{section}.{key}" for key in found]
    config = Config(path, sections, settings, tuple(given))
    _check_service(config)
    return config


def _check_service(config: Config) -> None:
    url = config["service.url"]
    if not _is_address(url):
        raise _wrong(config.file, "service", "url", KEYS["service"]["url"], url)
    ping = config["export.ping_url"]
    if ping is not None and not _is_address(ping):
        raise _wrong(config.file, "export", "ping_url", KEYS["export"]["ping_url"], ping)
    environment = config["service.environment_id"]
    if not environment.isascii() or environment.strip(_PATH_LETTERS):
        expected = "the SaaS data space id, of letters, digits and -_.~"
        raise ConfigError(f"{config.file}: [service] environment_id: expected {expected}, found {environment!r}")
    routes = {"service.path": config["service.path"]}
    routes |= {f"feeds.{feed}.path": found["path"] for feed, found in config.feeds.items() if "path" in found}
    for name, route in routes.items():
        if not route.startswith("/"):
            raise ConfigError(f"{config.file}: {name}: expected a path that begins with /, found {route!r}")
        try:
            route.format(feed="", environment_id="")
        except (KeyError, IndexError, ValueError):
            raise ConfigError(
                f"{config.file}: {name}: only {{feed}} and {{environment_id}} may stand in braces: {route!r}"
            ) from None
    if config["service.signature"] == "adobe" and not config["service.private_key_file"]:
        raise ConfigError(f'{config.file}: [service] private_key_file: needed with signature = "adobe"')


# What may stand in the path of an address as it is.
_PATH_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~"


def _is_address(url: str) -> bool:
    scheme, _, rest = url.partition("://")
    return scheme in ("http", "https") and bool(rest.strip("/")) and url.isprintable() and " " not in url


def is_local(url: str) -> bool:
    """Whether a service is on this machine, as far as its address says so."""
    host = url.partition("://")[2].partition("/")[0].lower()
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    octets = host.split(".")
    is_loopback = octets[0] == "127" and len(octets) == 4 and all(octet.isdecimal() for octet in octets)
    return is_loopback or host in ("localhost", "localhost.", "::1")


def _section(path: str, section: str, found: dict[str, Any], keys: dict[str, Key]) -> dict[str, Any]:
    _known(path, section, found, tuple(keys))
    values: dict[str, Any] = {}
    for name, key in keys.items():
        if name not in found:
            if key.required:
                raise ConfigError(f"{path}: [{section}] {name} is missing: expected {key.expected}")
            values[name] = _placed(path, key, key.default)
        elif not key.check(found[name]):
            raise _wrong(path, section, name, key, found[name])
        else:
            values[name] = _placed(path, key, found[name])
    return values


def _placed(path: str, key: Key, value: Any) -> Any:
    if key.is_path and value is not None:
        return os.path.join(os.path.dirname(path), value)
    return value


def _table(path: str, section: str, found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: {section}: expected a table, [{section}], found {found!r}")
    return found


def _known(path: str, section: str, found: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in found:
        if name not in names:
            from saasexport.usage import near  # late: only for the message

            place = f"[{section}] {name}" if section else f"[{name}]"
            meant = near(name, names)
            hint = f"did you mean {meant}?" if meant else f"known are: {', '.join(names)}"
            raise ConfigError(f"{path}: {place} is not a known key", hint)


def _wrong(path: str, section: str, name: str, key: Key, value: Any) -> ConfigError:
    return ConfigError(f"{path}: [{section}] {name}: expected {key.expected}, found {value!r}")
