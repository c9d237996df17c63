"""Destinations: how items look there, how they are sent, and what an answer means.

A destination is one module here that knows nothing of the others (destinations.md 5).  The client cuts batches,
splits what is refused, backs off and records; it asks a destination for the calls of a batch, and what came of each.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence

from saasexport.database.feed_table import Pending
from saasexport.delivery import answers
from saasexport.delivery.http_connection import Response
from saasexport.feed import Feed
from saasexport.stdlib import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from saasexport.delivery.transport import Settings, Transport


class Verdict(NamedTuple):
    """What an answer means.  Without any of this the items of the call were taken."""

    refused: Mapping[int, str] = {}  # items that are refused, by their place in the call, and why
    is_rest_taken: bool = False  # whether the items that are not listed were taken, or have to be sent again
    failed: Mapping[int, str] = {}  # items that were not taken, and may be at another time
    is_unclear: bool = False  # something is refused, and the answer does not say which item
    is_too_large: bool = False  # the body was
    message: str = ""  # the answer's words, for what is unclear
    feed_stopped: str = ""  # why no more of this feed is sent in this job
    stopped: str = ""  # why nothing more is sent at all
    is_put_off: bool = False  # they are sent by a later job
    wait: float | None = None  # the seconds to leave it alone, if it said so


class Call(NamedTuple):
    """A request: items of a batch as the destination takes them."""

    batch: list[Pending]
    path: str  # at the destination, or whatever names the place there
    body: bytes
    method: str = "POST"
    parts: Sequence[Any] = ()  # a message for each item, where the destination takes no batch
    verdict: Verdict | None = None  # what is known without sending it


# Whether an item on record, deleted or not, has to be sent again.
Affected = Callable[[Mapping[str, Any], bool], bool]

# By feed, what has to be sent again after some items of a feed were deleted there, and others made.
FindAffected = Callable[[str, Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]], Mapping[str, Affected]]


class Traits(NamedTuple):
    """In what a destination is not as others are for those who assemble, schedule and keep items: its TRAITS."""

    feeds: frozenset[str] | None = None  # that have a place there; None: all
    feeds_below: Mapping[str, tuple[str, ...]] = {}  # feed -> those whose items come and go with its own
    find_affected: FindAffected | None = None  # needed where there are feeds below others
    has_times: bool = True  # without, one request is under way at a time, and what was lost goes once more
    has_digests: bool = False  # it tells what it holds
    wants_variant_ids: bool = False  # parts of configurable products are to name their options as those do
    requests_per_second: float = 0  # unless the configuration says it
    describe_limits: Callable[[str, int, Mapping[str, Any]], str] | None = None  # of so many items of a feed

    def takes(self, feed: str) -> bool:
        """Whether a feed is sent there."""
        return self.feeds is None or feed in self.feeds

    def comes_back(self, feed: str) -> bool:
        """Whether items that were deleted there may come back with others."""
        return feed in self.feeds_below or any(feed in below for below in self.feeds_below.values())


# The default: as all others but for this; its module is not loaded to be asked.
COMMERCE = Traits(has_digests=True)


def traits(destination: str) -> Traits:
    """The traits of a destination."""
    if destination == "commerce":
        return COMMERCE
    module = importlib.import_module(f"{__name__}.{destination}")
    return getattr(module, "TRAITS", Traits())


class Check(NamedTuple):
    """What was found out about a destination by asking it: for doctor."""

    is_good: bool
    text: str
    remedy: str = ""


class Destination(Protocol):
    """What every destination can do."""

    def calls(self, feed: Feed, batch: list[Pending]) -> list[Call]:
        """The requests for a batch, in the order in which they are sent."""

    def send(self, call: Call, request_id: str, /) -> Response:
        """Send a request and give the answer; raises ServiceError without one."""

    def judge(self, call: Call, response: Response) -> Verdict:
        """What an answer means."""

    def check(self) -> list[Check]:
        """What it says of our credentials, our place there and its limits; ServiceError if there is no answer.

        Nothing is stored.  Empty where an empty batch of each feed is asked instead.
        """

    def close(self) -> None:
        """Close what is open beside the transport, which is the client's."""


def judge_failure(url: str, path: str, response: Response, message: str, hint: str) -> Verdict:
    """What an answer that names no items means, at any service that speaks HTTP."""
    code = response.status
    error = f"{url}: answered {code}" + (f": {message}" if message else "")
    if code == 413:
        return Verdict(is_too_large=True)
    if code in (401, 403):
        return Verdict(stopped=f"{error}; {hint}")
    if code == 429 or code >= 500:
        return Verdict(stopped=error, wait=answers.retry_after(response.headers) if code in (429, 503) else None)
    return Verdict(feed_stopped=f"{url}{path}: answered {code}")


def choose(settings: "Settings", transport: "Transport", route: Callable[[Feed], str]) -> Destination:
    """The destination that the configuration names."""
    module = importlib.import_module(f"{__name__}.{settings.destination}")
    chosen: Destination = module.connect(settings, transport, route)
    return chosen
