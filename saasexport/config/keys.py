"""Every setting: its type, default, range, and what it is for.

The configuration is checked against this, and docs/reference.md and the manual
page are made of it: a setting that is not here does not exist.
"""

import math
import os

from saasexport.stdlib import Any, NamedTuple


class Key(NamedTuple):
    """One key of the configuration: its type, its default, and what is allowed."""

    kind: type
    default: Any = None
    expected: str = ""
    required: bool = False
    is_path: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    meaning: str = ""
    feed: str = ""  # the value may stand in a table as this feed's, the only one that it is for

    def check(self, value: Any) -> bool:
        """Whether a value is allowed for this key."""
        value = self.unwrap(value)
        kind: type = type(value)
        if kind is not self.kind and not (self.kind is float and kind is int):  # a bool is no int here
            return False
        if self.kind is dict:
            return all(_is_parameter(name, given) for name, given in value.items())
        if self.kind is list:
            return all(isinstance(entry, str) and entry for entry in value)
        if self.kind is str and any(ord(character) < 32 or ord(character) == 127 for character in value):
            return False  # a line break or NUL belongs neither into a path nor into a request
        if self.choices:
            return value in self.choices
        # Written so that nan, which TOML knows, is neither.
        if self.least is not None and not value >= self.least:
            return False
        if self.most is not None and not value <= self.most:
            return False
        return bool(value) or not (self.kind is str and (self.required or self.is_path))

    def unwrap(self, value: Any) -> Any:
        """A value without the table that names the feed it is for."""
        return value[self.feed] if self.feed and isinstance(value, dict) and [*value] == [self.feed] else value

    def resolve(self, file: str, value: Any) -> Any:
        """A value of a configuration; a path is as seen from the file's folder."""
        return os.path.join(os.path.dirname(file), value) if self.is_path and value is not None else value


# What the queries of a feed are given anyway.
GIVEN_PARAMETERS = ("ids", "keys", "now", "since", "after", "upto", "limit", "key")


def _is_parameter(name: str, value: Any) -> bool:
    """Whether a query can name a parameter, and SQLite hold its value."""
    is_name = name.isidentifier() and name.isascii() and name not in GIVEN_PARAMETERS
    if type(value) is int:
        return is_name and -(2**63) <= value < 2**63
    return is_name and (isinstance(value, str | bool) or (isinstance(value, float) and math.isfinite(value)))


def _file(meaning: str) -> Key:
    return Key(str, None, "a path", is_path=True, meaning=meaning)


KEYS: dict[str, dict[str, Key]] = {
    "shop": {
        "database": Key(
            str,
            expected="the path of the shop's SQLite database",
            required=True,
            is_path=True,
            meaning="The shop. Only triggers and changelogs are put into it.",
        ),
        "parameters": Key(
            dict,
            {},
            "a table of texts and numbers, [shop.parameters], whose names are words",
            meaning="What queries of feeds of your own may name: `:base_url`.",
        ),
    },
    "export": {
        "database": Key(
            str,
            "var/saasexport.sqlite",
            "a path",
            is_path=True,
            meaning="Our own database. It must be on a local disk.",
        ),
        "log_dir": Key(str, "var/log", "a folder", is_path=True, meaning="Holds the log files."),
        "lock_dir": Key(
            str, "var/lock", "a folder", is_path=True, meaning="Holds the lock files, one per job and feed."
        ),
        "run_seconds": Key(
            int,
            50,
            "whole seconds from 1 to 86400",
            least=1,
            most=86400,
            meaning="A job ends after this time, and its next run continues.",
        ),
        "deletion_guard": Key(
            int,
            20,
            "a percentage from 0 to 100; 0 is off",
            least=0,
            most=100,
            meaning="If more of a feed's entities disappear at once, their deletion is held back.",
        ),
        "changelog_limit": Key(
            int,
            1_000_000,
            "a number of rows, at least 1000",
            least=1000,
            meaning="A longer changelog is dropped, and its feed compared with the shop.",
        ),
        "reconcile_hours": Key(
            int,
            24,
            "hours from 1 to 8760",
            least=1,
            most=8760,
            meaning="How often every feed is compared with the shop.",
        ),
        "verify_days": Key(
            int,
            0,
            "days from 0 to 365; 0 is off",
            least=0,
            most=365,
            meaning="How often the nightly job compares what the service holds with what the shop says.",
        ),
        "feeds_dir": Key(
            str, "feeds.d", "a folder", is_path=True, meaning="Holds feeds of your own, an SQL file each."
        ),
        "built_in": Key(bool, True, "true or false", meaning="With false, only the feeds of `feeds_dir` are used."),
        "metrics_file": _file("The textfile that Prometheus' node exporter reads."),
        "ping_url": Key(
            str, None, "an http or https address", meaning="A dead-man's switch, which hears from the jobs."
        ),
    },
    "mirror": {
        "source": Key(
            str,
            None,
            "the address of the server that the shop lives in, mysql://USER@HOST/DATABASE or postgresql://...",
            meaning="Where the shop lives. `[shop] database` is then a copy, which `mirror_shop` keeps.",
        ),
        "password_file": _file("Holds the password. Only its owner may read it."),
        "prefix": Key(
            str, "", "what the names of the shop's tables begin with", meaning="Cut from the names of tables."
        ),
        "tables": Key(list, (), "a list of tables", meaning="Copied beside those that feeds read, with every column."),
        "ca_file": _file("Certificates that the server's is checked against."),
        "load": Key(
            float,
            0.1,
            "a number from 0.001 to 1",
            least=0.001,
            most=1,
            meaning="The share of the time that is read: after a run of t seconds the next waits, with 0.1, 9 t.",
        ),
    },
    "service": {
        "url": Key(str, expected="the service's http or https address", required=True, meaning="Where items are sent."),
        "environment_id": Key(
            str,
            expected="the SaaS data space id",
            required=True,
            meaning="The data space that the items go to.",
        ),
        "path": Key(
            str,
            "/feeds/{feed}/{environment_id}",
            "a path with {feed} and {environment_id}",
            meaning="The path at the service, for every feed without one of its own.",
        ),
        "api_key_file": _file("Holds the key that is sent as X-Api-Key. Only its owner may read it."),
        "timeout": Key(
            float,
            30.0,
            "seconds from 0.1 to 3600",
            least=0.1,
            most=3600,
            meaning="How long one whole request may take.",
        ),
        "requests_per_second": Key(
            float,
            0.0,
            "a number from 0 to 1000; 0 is no limit",
            least=0,
            most=1000,
            meaning="The limit of all jobs together. Adobe's service accepts 2.",
        ),
        "max_body": Key(
            int,
            4_194_304,
            "a number of bytes, at least 1024",
            least=1024,
            meaning="The largest request, before it is compressed.",
        ),
        "ca_file": _file("Certificates to trust instead of the system's."),
        "transport": Key(
            str,
            "standard",
            '"standard" or "requests"',
            choices=("standard", "requests"),
            meaning="What sends the requests. requests is an extra, and can use a proxy.",
        ),
        "destination": Key(
            str,
            "commerce",
            '"commerce", "optimizer", "typesense" or "nats"',
            choices=("commerce", "optimizer", "typesense", "nats"),
            meaning="What is at `url`: the Commerce Service, Adobe Commerce Optimizer, Typesense, or NATS.",
        ),
        "client_id": Key(str, None, "a client id", meaning="Optimizer only: the client of Adobe's Developer Console."),
        "client_secret_file": _file("Optimizer only: holds its secret. Only its owner may read it."),
        "token_url": Key(
            str,
            "https://ims-na1.adobelogin.com/ims/token/v3",
            "an http or https address",
            meaning="Optimizer only: where its tokens come from.",
        ),
        "items_per_minute": Key(
            int,
            1_000,
            "a number of products, at least 1",
            least=1,
            feed="products",
            meaning="Optimizer only: the products sent in a minute, by all jobs together.",
        ),
        "items_per_day": Key(
            int,
            100_000,
            "a number of products, at least 100",
            least=100,
            feed="products",
            meaning="Optimizer only: the products sent in a day, UTC; after them the feed waits.",
        ),
        "locales": Key(
            dict,
            None,
            "a table of names by codes of store views, each name once",
            meaning="Optimizer only: the catalog sources of store views; others have their codes as names.",
        ),
        "price_books": Key(
            str,
            "all",
            '"all" or "used"',
            choices=("all", "used"),
            meaning="Optimizer only: the customer groups with a price book: each, or those with prices of their own.",
        ),
        "signature": Key(
            str,
            "none",
            '"none" or "adobe"',
            choices=("none", "adobe"),
            meaning="How requests are signed. adobe is an extra.",
        ),
        "private_key_file": _file("The private key for the signature adobe."),
    },
    "service.typesense": {
        "collection": Key(
            str,
            None,
            "the name of a collection, of letters, digits and -_.~",
            meaning="The collection that takes the documents; the `environment_id` without it.",
        ),
        "api_key_file": _file("Holds the key of the cluster. Only its owner may read it."),
    },
    "service.nats": {
        "subject": Key(
            str,
            None,
            "a subject, of letters, digits, -_ and dots between",
            meaning="What the subjects of all items begin with; `saasexport-` and the `environment_id` without it.",
        ),
        "token_file": _file("Holds the server's token. Only its owner may read it."),
    },
}

# What has a meaning with one destination only, and stands in [service] all the same; what another has for its own
# stands in [service.NAME].  With another destination that of the default is refused.
OF_COMMERCE = ("path", "api_key_file", "signature", "private_key_file")
OF_DESTINATION = {
    "optimizer": ("client_id", "client_secret_file", "token_url", "items_per_minute", "items_per_day", "locales")
}

FEED_KEYS: dict[str, Key] = {
    "enabled": Key(bool, True, "true or false", meaning="If false, the feed has no triggers and nothing is sent."),
    "batch_size": Key(
        int, None, "a number of items from 1 to 10000", least=1, most=10000, meaning="The most items of one request."
    ),
    "thread_count": Key(
        int, 1, "a number from 1 to 32", least=1, most=32, meaning="How many requests are under way at a time."
    ),
    "path": Key(str, None, "a path with {environment_id}", meaning="The path of this feed, instead of [service] path."),
    "exclude": Key(list, (), "a list of field names", meaning="Fields that are neither stored nor sent."),
    "look_back_days": Key(
        int,
        7,
        "whole days from 0; 0 is all",
        least=0,
        most=36500,
        meaning="Orders only: how far back a full sync goes.",
    ),
}
