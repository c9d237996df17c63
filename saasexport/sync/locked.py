"""Feeds are synced under their lock, each for itself: what stops one leaves the others alone."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack

from saasexport.errors import Busy, ConfigError, DatabaseError, ShopError
from saasexport.feed import Feed
from saasexport.setup import recovery
from saasexport.stdlib import Any
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
    code = _CODES.get(operation, "04-11")
    try:
        with ExitStack() as locks:
            try:
                locks.enter_context(exporter.installation.lock(feed.name, operation, options.waits))
            except ConfigError as error:  # of this feed's lock file: a link, or another user's
                exporter.stop(code, feed.name, error)
                return None
            return _sync(exporter, options, sync, feed, code)
    except Busy as busy:
        exporter.log.operation(feed.name, operation, f"operation skipped - {busy}")
    return None


def _sync(exporter: Exporter, options: Options, sync: Sync, feed: Feed, code: str) -> Any:
    try:
        return sync(exporter, options, feed)
    except (Busy, ConfigError):
        raise  # what is wrong in a configuration is wrong for every feed
    except (Exception, SystemExit) as error:  # a module of one's own may want to end the program
        if _is_ours_corrupt(exporter, error):
            raise DatabaseError(f"{exporter.installation.config['export.database']}: {error}") from error
        exporter.stop(code, feed.name, error)
    return None


def _is_ours_corrupt(exporter: Exporter, error: BaseException) -> bool:
    if isinstance(error, ShopError) or not recovery.is_corrupt(error):
        return False
    return not recovery.is_sound(exporter.installation.ours)
