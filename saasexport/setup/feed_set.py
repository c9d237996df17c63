"""Which feeds an installation has: those built in, and those of its folder (`[export] feeds_dir`).

A feed of the folder takes the place of the built-in one of its name.  A file that
cannot be used costs its own feed and nothing else: that feed is there, with the
reason why it is not available.
"""

import os
from collections.abc import Iterable, Sequence
from functools import partial

from saasexport import queries
from saasexport.config import ownership
from saasexport.config.settings import Config
from saasexport.database import questions, uuids
from saasexport.errors import ConfigError
from saasexport.feed import EntityItems, Feed, Shop
from saasexport.feeds import all_feeds, further_feeds, in_order
from saasexport.stdlib import TYPE_CHECKING, Any, NamedTuple, sqlite3

if TYPE_CHECKING:  # what reads files of feeds is loaded where there are any
    from saasexport.feeds.own.loaded import Loaded
    from saasexport.feeds.own.loading import Surroundings

SQL = queries.beside(__file__)


class FeedSet(NamedTuple):
    """The feeds of an installation."""

    feeds: dict[str, Feed]
    loaded: dict[str, Any]  # Loaded, of the folder, by the feed's name
    nameless: list[str]  # a line for each file that names no feed and cannot be used
    files: str  # what tells that the folder is not as it was when it was read


def names_of(settings: Config) -> tuple[str, ...] | None:
    """The names that [feeds.*] may have; None if a file does not tell which feed it is.  The shop is not asked."""
    names = dict.fromkeys((*all_feeds(), *further_feeds(settings["service.destination"])))
    for path in paths(settings):
        from saasexport.feeds.own import folder, head

        try:
            require_own(path, settings.file)
            name = head.read(folder.text_of(path)).feed
        except (OSError, ValueError, ConfigError):
            return None
        if not name:  # a pair's module says it, and is not run for that
            return None
        names[name] = None
    return tuple(names)


def needs_shop(settings: Config) -> bool:
    """Whether there are files of feeds, which are read against the shop."""
    return bool(paths(settings))


def paths(settings: Config) -> list[str]:
    """The files of feeds, by name."""
    if not questions.files_of(settings["export.feeds_dir"]):
        return []
    from saasexport.feeds.own import folder

    return folder.paths(settings["export.feeds_dir"])


def built_in(settings: Config) -> FeedSet:
    """The feeds where there are no files."""
    files = questions.files_of(settings["export.feeds_dir"])
    feeds = dict(all_feeds()) if settings["export.built_in"] else {}
    if feeds and (further := further_feeds(settings["service.destination"], settings["service.price_books"])):
        feeds = in_order({**feeds, **further})
    return FeedSet(feeds, {}, [], files)


def identity_of(settings: Config, shop: sqlite3.Connection) -> str:
    """What a shop's UUIDs are made from if nothing is on record: its address, else its file's name."""
    if address := settings["shop.parameters"].get("base_url"):
        return str(address)
    try:
        row = shop.execute(SQL.base_url).fetchone()
    except sqlite3.Error:
        row = None
    return str(row[0]) if row and row[0] else os.path.basename(settings["shop.database"])


def surroundings(settings: Config, shop: sqlite3.Connection, identity: str | None = None) -> "Surroundings":
    """What files of feeds are read with; `identity` is what the shop's UUIDs are made from, if it is on record."""
    from saasexport.feeds.own.loading import Surroundings

    uuid_of = partial(uuids.uuid5, identity or identity_of(settings, shop))
    return Surroundings(shop, all_feeds(), settings["shop.parameters"], uuid_of)


def load(settings: Config, shop: sqlite3.Connection, identity: str | None = None) -> FeedSet:
    """The feeds as the folder and the shop are now; `shop` is a connection that only reads."""
    from saasexport.feeds.own import folder

    around = surroundings(settings, shop, identity)
    path = settings["export.feeds_dir"]
    feeds, _, _, state = built_in(settings)
    files = folder.load(path, around, lambda file: require_own(file, settings.file))
    loaded: dict[str, Loaded] = {}
    nameless: list[str] = []
    for each in files:
        if each.feed is not None:
            feeds[each.feed.name] = each.feed
            loaded[each.feed.name] = each
        elif each.name:
            feeds[each.name] = _unavailable(each, _describe_faults(each, settings))
            loaded[each.name] = each
        else:
            nameless.append(_describe_faults(each, settings))
    return FeedSet(in_order(feeds), loaded, nameless, state)


def without_shop(settings: Config, reason: str) -> FeedSet:
    """The feeds where the shop cannot be asked: those of the folder are named, and unavailable."""
    from saasexport.feeds.own import folder, head
    from saasexport.feeds.own.loaded import Loaded

    feeds, _, _, state = built_in(settings)
    for path in paths(settings):
        each = Loaded(path, head.Head())
        try:
            require_own(path, settings.file)
            each = Loaded(path, head.read(folder.text_of(path)))
        except (OSError, ValueError, ConfigError):
            continue
        if each.name:
            feeds[each.name] = _unavailable(each, reason)
    return FeedSet(in_order(feeds), {}, [], state)


def require_own(path: str, config_file: str) -> None:
    """Refuse a file that anybody but root and the configuration's owner may write or exchange."""
    owners = {0, os.stat(config_file).st_uid} if os.path.exists(config_file) else {0, os.geteuid()}
    target = os.path.realpath(path)
    for one in dict.fromkeys((path, target, os.path.dirname(path), os.path.dirname(target))):
        try:
            status = os.stat(one)
        except OSError:
            continue  # who opens it has words for it
        if status.st_uid not in owners:
            raise ConfigError(f"{one}: belongs to {ownership.name_of(status.st_uid)}, who may change it")
        if ownership.is_writable_by_others(one, status):
            raise ConfigError(f"{one}: may be written by others", f"run: chmod go-w {one}")


def _describe_faults(each: "Loaded", settings: Config) -> str:
    """The faults of a file as one line, its path as seen from the configuration."""
    root = os.path.dirname(settings.file) + os.sep
    lines = [line.removeprefix(root) for line in each.lines()]
    more = f" (and {len(lines) - 1} more: saasexport feeds check)" if len(lines) > 1 else ""
    return (lines[0] if lines else f"{each.path}: cannot be used") + more


def _unavailable(each: "Loaded", reason: str) -> Feed:
    """What stands for a feed whose file cannot be used: its names, and why."""
    published = all_feeds().get(each.name)
    if published is not None:
        own: dict[str, Any] = {"subscriptions": (), "settings": (), "due": None, "fingerprint": None}
        return published.with_fields(**own, assemble=_nothing, origin=each.path, fault=reason)
    identity = each.head.identity or ("id",)
    return Feed(each.name, identity, ("", ""), _nothing, origin=each.path, fault=reason)


def _nothing(_shop: Shop, _ids: Sequence[Any]) -> Iterable[EntityItems]:
    return ()
