"""An installation: the configuration, the feeds, the two databases, and what is known of them.

It is made by `opening`, which brings everything in line first; here nothing is
changed.  Shop and feeds are read when they are first asked for.
"""

import os
from collections.abc import Callable, Sequence

from saasexport import clock, lock, queries
from saasexport.config import settings
from saasexport.database import db, indexer, questions
from saasexport.database.feed_table import FeedTable
from saasexport.database.items import Encoder
from saasexport.delivery import destinations
from saasexport.entity_key import EntityId
from saasexport.errors import ConfigError, ShopError, Uninstalled
from saasexport.feed import Feed, Shop
from saasexport.feeds import module_of, of_modules
from saasexport.setup import copied_shop, feed_set
from saasexport.setup.loose_keys import read_as_numbers
from saasexport.stdlib import sqlite3

SQL = queries.beside(__file__)


class Installation:
    """Everything a job or command works with."""

    def __init__(self, config: settings.Config, ours: sqlite3.Connection, read_only: bool = False) -> None:
        self.config = config
        self.ours = ours
        self.read_only = read_only
        # Why feeds that the shop once had, or has beside things in our way, cannot be synced; a line per reason.
        self.lost: list[str] = []
        # What SQLite says of a query of a feed that the shop could answer before, by the feed's name.
        self.unanswered: dict[str, str] = {}
        self._shop: sqlite3.Connection | None = None
        self._set: feed_set.FeedSet | None = None
        self._has_loose_keys = False

    @property
    def id(self) -> str:
        """What marks the shop's triggers as this installation's."""
        return str(db.setting(self.ours, "installation_id"))

    @property
    def shop_identity(self) -> str:
        """What UUIDs are made from: the shop's address, else its file's name, as they were at the beginning."""
        kept = db.setting(self.ours, "shop_identity")
        return str(kept) if kept is not None else feed_set.identity_of(self.config, self.shop)

    @property
    def shop(self) -> sqlite3.Connection:
        """The shop, for reading."""
        if self._shop is None:
            copied_shop.require_copy(self.config)
            self._shop = db.connect_shop(
                self.config["shop.database"], read_only=self.read_only, place=self.config.place("shop.database")
            )
            # The feeds of files are read on this connection.
            self._has_loose_keys = read_as_numbers(self._shop, self.all_feeds.values())
        return self._shop

    @property
    def traits(self) -> destinations.Traits:
        """In what the destination is not as others are."""
        return destinations.traits(self.config["service.destination"])

    def load_only(self, modules: Sequence[str], shop: sqlite3.Connection) -> None:
        """Have no feeds but those that these modules declare, as `module_of` names them, and read this `shop`."""
        shop.execute("pragma query_only = on")
        self._shop = shop
        self._set = feed_set.FeedSet(of_modules(modules), {}, [], "")

    def module_of(self, feed: Feed) -> str:
        """The module that is enough to sync a feed; `all`, if it needs the other feeds."""
        # A file may take any feed's place, keys that are texts are read by what all feeds watch, and some destinations
        # have feeds below others.
        if self.feed_set.files or self._has_loose_keys or self.traits.feeds_below:
            return questions.ALL
        return module_of(feed) or questions.ALL

    @property
    def feed_set(self) -> feed_set.FeedSet:
        """The feeds there are, and what is wrong with files of feeds."""
        if self._set is None and feed_set.needs_shop(self.config):
            try:
                shop = self.shop  # which may have asked for the feeds itself
                self._set = self._set or feed_set.load(self.config, shop, db.setting(self.ours, "shop_identity"))
            except (sqlite3.Error, ShopError) as error:
                self._set = feed_set.without_shop(self.config, f"the shop cannot be read: {error}")
        if self._set is None:
            self._set = feed_set.built_in(self.config)
        return self._set

    @property
    def all_feeds(self) -> dict[str, Feed]:
        """Every feed by its name; who only looks sees those that a job has taken into use."""
        return self.known_feeds if self.read_only else self.feed_set.feeds

    @property
    def known_feeds(self) -> dict[str, Feed]:
        """The feeds that a job has taken into use: what another configuration brings is not on record before."""
        known = {row[0] for row in self.ours.execute(SQL.known_feeds)}
        return {name: feed for name, feed in self.feed_set.feeds.items() if name in known}

    def is_enabled(self, feed: Feed) -> bool:
        """Whether the configuration wants the feed."""
        return not self.why_disabled(feed)

    def why_disabled(self, feed: Feed) -> str:
        """Why the configuration does not want a feed; empty if it does."""
        if not self.config.of_feed(feed.name, "enabled"):
            return "switched off in the configuration"
        return "" if self.traits.takes(feed.name) else "not sent to this destination"

    def enabled_feeds(self) -> list[Feed]:
        """The feeds that the configuration wants."""
        return [feed for feed in self.all_feeds.values() if self.is_enabled(feed)]

    def feeds(self) -> list[Feed]:
        """The feeds that are wanted and that the shop can give."""
        usable = [feed for feed in self.enabled_feeds() if not feed.fault]
        known = self.known_feeds
        feeds = [feed for feed in usable if feed.name in known and not indexer.cursor(self.ours, feed).unavailable]
        if self.read_only:  # no job may have seen yet what the shop lost
            from saasexport.capture import triggers  # late, since only who looks asks it

            return [feed for feed in feeds if not triggers.unavailable(self.shop, feed)]
        return feeds

    def feed(self, name: str) -> Feed:
        """A feed by its name, in any letter case."""
        for feed in self.all_feeds.values():
            if feed.name.lower() == name.lower():
                return feed
        from saasexport.usage import near

        meant = near(name, self.all_feeds)
        known = ", ".join(self.all_feeds)
        raise ConfigError(
            f"there is no feed {name!r}", (f"did you mean {meant}? " if meant else "") + f"feeds are: {known}"
        )

    def batch_size(self, feed: Feed) -> int:
        """The most items of a batch."""
        return int(self.config.of_feed(feed.name, "batch_size") or feed.batch_size)

    def table(self, feed: Feed) -> FeedTable:
        """The feed's table, for the environment in force."""
        is_kept = os.environ.get("PERSIST_EXPORTED_FEED") == "1"
        exclude = self.config.of_feed(feed.name, "exclude")
        encoder = Encoder(feed, exclude, is_kept, self.config["service.max_body"])
        return FeedTable(self.ours, feed, environment_bit(self.ours, self.config.data_space), encoder)

    def shop_now(
        self, uuid_of: Callable[[str, EntityId], str] | None, feed: Feed, look_back_days: int | None = None
    ) -> Shop:
        """The shop as a pass that begins now sees it; the look-back is the configuration's, if none is given."""
        config = self.config
        shop = Shop(
            self.shop,
            None,
            config.of_feed(feed.name, "look_back_days") if look_back_days is None else look_back_days,
            uuid_of,
            feed.name,
            config.of_feed(feed.name, "exclude"),
            config["service.max_body"],
        )
        shop.wants_variant_ids = self.traits.wants_variant_ids
        if feed.origin:
            now = clock.text(shop.now)
            shop.parameters = {"now": now, "since": shop.since, **feed.parameters}
            shop.seconds, shop.places = feed.seconds, feed.places
        return shop

    def route(self, feed: Feed) -> str:
        """The path that a feed's items are posted to."""
        path = self.config.of_feed(feed.name, "path") or self.config["service.path"]
        filled: str = path.format(feed=feed.name, environment_id=self.config["service.environment_id"])
        return filled

    def lock_file(self, name: str) -> str:
        """The lock file of a job or feed."""
        return os.path.join(self.config["export.lock_dir"], name + ".lock")

    def lock(self, name: str, operation: str, waits: bool = False) -> lock.held:
        """The lock of a job or feed, to be held in a `with` block."""
        return lock.held(self.lock_file(name), operation, waits, self.config.place("export.lock_dir"))

    def close(self) -> None:
        """Close the databases."""
        if self._shop is not None:
            self._shop.close()
        self.ours.close()


def require_installed(installation: Installation) -> None:
    """Refuse to go on once `uninstall` has said that it takes everything out of the shop."""
    if since := db.setting(installation.ours, "uninstalled"):
        init = "saasexport init --shop " + installation.config["shop.database"]
        raise Uninstalled(f"{installation.config.file}: uninstalled at {since} UTC", f"to use it again, run: {init}")


def environment_bit(ours: sqlite3.Connection, environment: str) -> int:
    """The bit of an environment in the column `environments`, as a number."""
    row = ours.execute(SQL.environment_bit, {"environment_id": environment}).fetchone()
    return 1 << int(row[0]) if row else 0  # who only looks may be ahead of the job that makes it known
