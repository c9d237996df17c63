"""Feeds are synced under their lock, each for itself: what stops one leaves the others alone."""

from collections.abc import Callable, Iterable
from typing import Any

from saasexport.errors import Busy, ConfigError, DatabaseError, ShopError
from saasexport.feed import Feed
from saasexport.setup import recovery
from saasexport.sync.exporter import Exporter, Options

Sync = Callable[[Exporter, Options, Feed], Any]

# The codes of what did not go on; anything else is a full sync, which the next run resumes.
_CODES = {"partial reindex": "04-03", "cleanup": "04-21"}


def each_feed(exporter: Exporter, options: Options, operation: str, sync: Sync, feeds: Iterable[Feed]) -> None:
    """Sync feeds one after the other, each under its lock."""
    for feed in feeds:
        if options.is_over:
            return
        under_lock(exporter, options, operation, sync, feed)


def under_lock(exporter: Exporter, options: Options, operation: str, sync: Sync, feed: Feed) -> Any:
    """What a sync gives of a feed under its lock; None if it is in use, or if it cannot go on."""
    try:
        with exporter.installation.lock(feed.name, operation, options.waits):
            return sync(exporter, options, feed)
    except Busy as busy:
        exporter.log.operation(feed.name, operation, f"operation skipped - {busy}")
    except ConfigError:
        raise  # what is wrong there is wrong for every feed
    except Exception as error:
        if _is_ours_corrupt(exporter, error):
            raise DatabaseError(f"{exporter.installation.config['export.database']}: {error}") from error
        exporter.stop(_CODES.get(operation, "04-11"), feed.name, error)
    return None


def _is_ours_corrupt(exporter: Exporter, error: Exception) -> bool:
    if isinstance(error, ShopError) or not recovery.is_corrupt(error):
        return False
    return not recovery.is_sound(exporter.installation.ours)
