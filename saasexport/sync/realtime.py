"""Update on Save: the shop's own program has its items sent right after a commit.

The triggers stay where they are: what a program forgets to say, or what was
said while the feed was in use, is found by the next tick.
"""

from collections.abc import Iterable

from saasexport import lock
from saasexport.errors import Busy
from saasexport.jobs import prepare_command
from saasexport.setup.opening import open_installation
from saasexport.sync.sync import sync_entities


def reindex(feed: str, ids: Iterable[int | str], config: str | None = None) -> bool:
    """Send what changed of these entities; false if the feed is in use, the next tick sends it then.

    Raises SaasExportError if the installation is not usable.  A service that is
    down is no error here: its items are kept and sent again later.
    """
    found = open_installation(config)
    try:
        work = prepare_command(found, "saasexport.reindex")
        work.sends_legacy = True
        it = found.feed(feed)
        try:
            with lock.held(found.lock_file(it.name), "reindex"):
                sync_entities(work, it, ids, "partial reindex")
        except Busy:
            return False
        finally:
            work.client.close()
        return True
    finally:
        found.close()
