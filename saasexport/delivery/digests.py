"""What a service holds, read from its digests: 256 ranges of a feed's items, and the items of one range.

A service may answer anything: what is no list of digests is no answer, and a
list ends where the service said that it would.
"""

import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlencode

from saasexport.database.hashing import feed_id
from saasexport.delivery import answers, destinations
from saasexport.delivery.client import LONGEST_WAIT
from saasexport.delivery.http_connection import Response
from saasexport.delivery.transport import Settings, Transport
from saasexport.errors import ConfigError, ServiceError
from saasexport.feed import Feed
from saasexport.stdlib import Any, NamedTuple

PAGE = 1000

# How often a service that is still making its digests is asked again.
MOST_WAITS = 600

# Items that a range may have got since its number was told.
MOST_NEW = 10_000

_DIGEST = re.compile("[0-9a-f]{64}")
_KEY = re.compile("[0-9a-f]{40}")


def patient_answer(ask: Callable[[], Response], pause: Callable[[float], None] = time.sleep) -> Response:
    """The answer of a service that may first ask for a moment."""
    for _ in range(MOST_WAITS):
        response = ask()
        wait = answers.retry_after(response.headers) if response.status in (429, 503) else None
        if wait is None or wait > LONGEST_WAIT:
            break
        pause(wait)
    return response


class Range(NamedTuple):
    """The items whose keys begin with the same byte: the sum of their digests, and their number."""

    total: int = 0
    number: int = 0


class HeldItem(NamedTuple):
    """An item that the service holds."""

    key: bytes
    identity: dict[str, Any]
    digest: bytes
    modified_at: str  # as the service tells it


class HeldItems:
    """The items that the service holds of any feed, for one data space."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.requests = 0
        self.pause = time.sleep
        self._transport = Transport(settings)

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def ranges(self, feed: Feed) -> list[Range]:
        """The 256 ranges; ConfigError if the service has no digests of this feed."""
        if not destinations.traits(self.settings.destination).has_digests:
            raise ConfigError(
                f'{self.settings.url}: destination "{self.settings.destination}" has no digests,'
                " so what it holds cannot be compared",
                "saas:resync --feed FEED --force sends a feed again",
            )
        content = self._digests(feed)
        listed = content.get("ranges")
        ranges = [Range()] * 256
        if not isinstance(listed, dict):
            raise self._unreadable(feed)
        for name, entry in listed.items():
            if not (re.fullmatch("[0-9a-f]{2}", name) and isinstance(entry, list) and len(entry) == 2):
                raise self._unreadable(feed)
            total, number = entry
            if not (_is(_DIGEST, total) and type(number) is int and number > 0):
                raise self._unreadable(feed)
            ranges[int(name, 16)] = Range(int(total, 16), number)
        return ranges

    def items(self, feed: Feed, first_byte: int, expected: int) -> Iterator[HeldItem]:
        """The items of a range in the order of their keys; `expected` is about their number."""
        after, name, left = "", f"{first_byte:02x}", expected * 2 + MOST_NEW
        while True:
            content = self._digests(feed, range=name, after=after, limit=PAGE)
            entries = content.get("items")
            if not isinstance(entries, list):
                raise self._unreadable(feed)
            for entry in entries:
                item = self._item(feed, entry)
                if not (item.key.hex() > after and item.key[0] == first_byte and left):
                    raise self._unreadable(feed)
                after, left = item.key.hex(), left - 1
                yield item
            following = content.get("next")
            if following is None:
                return
            if following != after or not entries:
                raise self._unreadable(feed)

    def whole(self, feed: Feed, identity: dict[str, Any]) -> dict[str, Any] | None:
        """One item as the service holds it, a deleted one as such; None if it never had it."""
        path = f"{self._path(feed)}/item?{urlencode({name: str(value) for name, value in identity.items()})}"
        response = self._answer(path)
        if response.status == 404:
            return None
        content = answers.read(response)
        if response.status != 200 or not isinstance(content, dict):
            raise self._unreadable(feed)
        return content

    def can_be_asked(self) -> bool:
        """Whether the service tells what it holds at all, so that its 404 of an item says something."""
        response = self._answer("/feeds")
        return response.status == 200 and isinstance(answers.read(response), list)

    def _item(self, feed: Feed, entry: Any) -> HeldItem:
        if not isinstance(entry, dict):
            raise self._unreadable(feed)
        key, digest = str(entry.get("key")), str(entry.get("digest"))
        identity, moment = entry.get("identity"), entry.get("modifiedAt")
        if not (isinstance(identity, dict) and _is(_KEY, key) and _is(_DIGEST, digest) and isinstance(moment, str)):
            raise self._unreadable(feed)
        named = [identity.get(name) for name in feed.identity]
        if any(type(value) not in (str, int, float, bool) for value in named) or feed_id(named) != key:
            raise self._unreadable(feed)
        return HeldItem(bytes.fromhex(key), dict(zip(feed.identity, named, strict=True)), bytes.fromhex(digest), moment)

    def _digests(self, feed: Feed, **query: Any) -> dict[str, Any]:
        path = f"{self._path(feed)}/digests" + (f"?{urlencode(query)}" if query else "")
        response = self._answer(path)
        if response.status in (400, 404, 405, 410, 501) and not query:
            raise ConfigError(
                f"{self.settings.url}: has no digests of {feed.name} (answered {response.status}),"
                " so what it holds cannot be compared",
                "the embedded service has them, Adobe's has not",
            )
        content = answers.read(response)
        if response.status in (401, 403):
            hint = "check [service] api_key_file and environment_id"
            raise ServiceError(f"{self.settings.url}: answered {response.status}", hint)
        if response.status != 200:
            message = answers.message_of(content)
            reason = f"answered {response.status}" + (f": {message}" if message else "")
            raise ServiceError(f"{self.settings.url}: {reason}")
        if not isinstance(content, dict):
            raise self._unreadable(feed)
        return content

    def _answer(self, path: str) -> Response:
        """The answer to a GET; a service that asks for a moment gets it."""

        def ask() -> Response:
            self.requests += 1
            return self._transport.get(path)

        return patient_answer(ask, self.pause)

    def _path(self, feed: Feed) -> str:
        return f"/feeds/{feed.name}/{quote(self.settings.environment_id, safe='')}"

    def _unreadable(self, feed: Feed) -> ServiceError:
        return ServiceError(f"{self.settings.url}: unreadable digests of {feed.name}")


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
