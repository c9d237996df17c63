"""The configuration file: TOML, checked as a whole.

What is wrong is said with file, key and what was expected; nothing is guessed.
A job comes here only after the file has changed: what it gave is kept in our database.
"""

import os
from collections.abc import Callable

from saasexport.config import addresses, settings, sources
from saasexport.config.keys import FEED_KEYS, KEYS, OF_COMMERCE, Key
from saasexport.config.secret import BYTE_ORDER_MARK
from saasexport.config.settings import Config
from saasexport.errors import ConfigError
from saasexport.stdlib import Any

# What may hold a password or token, and is not shown with it.
ADDRESSES = (("service", "url"), ("service", "token_url"), ("export", "ping_url"))
HIDDEN = (*ADDRESSES, ("mirror", "source"))

# The names that [feeds.*] may have, or what gives them once the other sections are known: None, if it cannot be told.
Names = tuple[str, ...] | Callable[["Config"], tuple[str, ...] | None]


def load(path: str, feeds: Names) -> Config:
    """Read and check a configuration file."""
    return parse(path, settings.read(path), feeds)


def parse(path: str, content: bytes, feeds: Names) -> Config:
    """Check the content of a configuration file; `feeds` are the names that [feeds.*] may have."""
    import tomllib  # late: costs as much as an idle tick

    try:
        raw = tomllib.loads(content.removeprefix(BYTE_ORDER_MARK).decode())
    except RecursionError as error:
        raise ConfigError(f"{path}: not TOML: nested too deeply") from error
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError, and what numbers may raise
        raise ConfigError(f"{path}: not TOML: {error}") from error
    _refuse_unknown(path, "", raw, (*(section for section in KEYS if "." not in section), "feeds"))
    given: list[str] = []
    sections: dict[str, dict[str, Any]] = {}
    for section, keys in KEYS.items():
        table = _table(path, section, _raw_section(path, raw, section))
        sections[section] = _section(path, section, table, keys)
        given += [f"{section}.{key}" for key in table]
    feed_tables = _table(path, "feeds", raw.get("feeds", {}))
    names = feeds(Config(path, sections, {})) if callable(feeds) else feeds
    if names is not None:
        _refuse_unknown(path, "feeds", feed_tables, names)
    settings = {}
    for feed, table in feed_tables.items():
        section = f"feeds.{feed}"
        values = _section(path, section, _table(path, section, table), FEED_KEYS)
        settings[feed] = {key: values[key] for key in table}
        given += [f"{section}.{key}" for key in table]
    config = Config(path, sections, settings, tuple(given))
    _check_service(config)
    _check_files(config)
    _check_mirror(config)
    return config


def _raw_section(path: str, raw: dict[str, Any], section: str) -> Any:
    """What the file has of a section; a section within it is none of its keys."""
    above, _, name = section.rpartition(".")
    if above:
        return _table(path, above, raw.get(above, {})).get(name, {})
    values = raw.get(section, {})
    within = {each.rpartition(".")[2] for each in KEYS if each.startswith(f"{section}.")}
    return {key: value for key, value in values.items() if key not in within} if isinstance(values, dict) else values


# Each of them is written or read as what it is: as another it would be lost.
FILES = tuple(
    f"{section}.{name}"
    for section, keys in KEYS.items()
    for name, key in keys.items()
    if key.is_path and key.expected != "a folder"
)


def _check_files(config: Config) -> None:
    """Refuse one file with two meanings."""
    names = {os.path.realpath(config.file): "the configuration itself"}
    for dotted in FILES:
        path = config[dotted]
        if path is None:
            continue
        other = names.get(os.path.realpath(path))
        if other and not (dotted.endswith("ca_file") and other.endswith("ca_file")):
            raise ConfigError(f"{config.place(dotted)}: {path}: is {other}, too", "name another file")
        names[os.path.realpath(path)] = config.place(dotted).removeprefix(f"{config.file}: ")


def _check_service(config: Config) -> None:
    _check_destination(config)
    for section, name in ADDRESSES:
        url = config[f"{section}.{name}"]
        is_nats = name == "url" and config["service.destination"] == "nats"
        schemes = ("nats", "tls") if is_nats else ("http", "https")
        if fault := addresses.fault_of(url, name == "ping_url", schemes) if url is not None else "":
            raise ConfigError(f"{_wrong(config.file, section, name, KEYS[section][name], url)}, which {fault}")
    environment = config["service.environment_id"]
    if not environment.isascii() or environment.strip(addresses.PATH_LETTERS):
        expected = "the SaaS data space id, of letters, digits and -_.~"
        raise ConfigError(f"{config.file}: [service] environment_id: expected {expected}, found {_show(environment)}")
    routes = {"service.path": config["service.path"]}
    routes |= {f"feeds.{feed}.path": table["path"] for feed, table in config.feeds.items() if "path" in table}
    for name, route in routes.items():
        if fault := addresses.fault_of_route(route):
            raise ConfigError(f"{config.place(name)}: {fault}, found {_show(route)}")
    if config["service.signature"] == "adobe" and not config["service.private_key_file"]:
        raise ConfigError(f'{config.file}: [service] private_key_file: needed with signature = "adobe"')


def _check_destination(config: Config) -> None:
    destination = config["service.destination"]
    needless = [] if destination == "commerce" else [f"service.{key}" for key in OF_COMMERCE]
    needless += [f"feeds.{feed}.path" for feed in config.feeds if needless]
    for name in (name for name in needless if name in config.given):
        raise ConfigError(f'{config.place(name)}: has no meaning with destination = "{destination}"', "take it out")
    for key in ("client_id", "client_secret_file") if destination == "optimizer" else ():
        if not config[f"service.{key}"]:
            raise ConfigError(f'{config.place(f"service.{key}")}: needed with destination = "optimizer"')
    locales = config["service.locales"] or {}
    texts = [value for value in locales.values() if isinstance(value, str) and value]
    if len({*texts}) < len(locales):
        raise _wrong(config.file, "service", "locales", KEYS["service"]["locales"], locales)
    if destination == "nats" and config["service.transport"] != "standard":
        raise ConfigError(f'{config.place("service.transport")}: expected "standard" with destination = "nats"')
    for section, name in (("service.typesense", "collection"), ("service.nats", "subject")):
        value = config[f"{section}.{name}"]
        parts = [value] if name == "collection" else (value or "").split(".")
        letters = addresses.PATH_LETTERS if name == "collection" else addresses.PATH_LETTERS.replace(".~", "")
        if value is not None and any(not part or not part.isascii() or part.strip(letters) for part in parts):
            raise _wrong(config.file, section, name, KEYS[section][name], value)


def _check_mirror(config: Config) -> None:
    address = config["mirror.source"]
    if address is None:
        if given := next((name for name in config.given if name.startswith("mirror.")), ""):
            missing = f"{config.file}: [mirror] source is missing: expected {sources.EXPECTED}"
            raise ConfigError(missing, f"or leave out {given}")
        return
    try:
        sources.parse(address)
    except ValueError as error:
        key = KEYS["mirror"]["source"]
        raise ConfigError(f"{_wrong(config.file, 'mirror', 'source', key, address)}, which {error}") from error


def _section(path: str, section: str, table: dict[str, Any], keys: dict[str, Key]) -> dict[str, Any]:
    _refuse_unknown(path, section, table, tuple(keys))
    values: dict[str, Any] = {}
    for name, key in keys.items():
        if name not in table:
            if key.required:
                raise ConfigError(f"{path}: [{section}] {name} is missing: expected {key.expected}")
            values[name] = key.resolve(path, key.default)
        elif not key.check(table[name]):
            raise _wrong(path, section, name, key, table[name])
        else:
            values[name] = key.resolve(path, key.unwrap(table[name]))
    return values


def _table(path: str, section: str, table: Any) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {section}: expected a table, [{section}], found {_show(table)}")
    return table


def _refuse_unknown(path: str, section: str, table: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in table:
        if name not in names:
            from saasexport.usage import near  # late: only for the message

            shown = _show(name)[1:-1]
            place = f"[{section}] {shown}" if section else f"[{shown}]"
            meant = near(name, names)
            hint = f"did you mean {meant}?" if meant else f"known are: {', '.join(names)}"
            raise ConfigError(f"{path}: {place} is not a known key", hint)


def _wrong(path: str, section: str, name: str, key: Key, value: Any) -> ConfigError:
    if (section, name) in HIDDEN and isinstance(value, str):
        value = addresses.hide_secrets(value, is_path_secret=name == "ping_url")
    return ConfigError(f"{path}: [{section}] {name}: expected {key.expected}, found {_show(value)}")


def _show(value: Any) -> str:
    """A value, for a message: not too long, and never a table or list, which may be nested without end."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    try:
        text = repr(value)
    except ValueError:  # Python prints no number of thousands of digits
        return "a number too long to show"
    return text if len(text) <= 100 else f"{text[:100]}..."
