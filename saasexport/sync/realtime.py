"""Update on Save: the shop's own program has its items sent right after a commit.

The triggers stay where they are: what a program forgets to say, or what was
said while the feed was in use, is found by the next tick.
"""

from collections.abc import Iterable

from saasexport.errors import Busy
from saasexport.setup.opening import open_installation
from saasexport.sync.exporter import Options, exporter_for
from saasexport.sync.story import sync_entities


def reindex(feed: str, ids: Iterable[int | str], config: str | None = None) -> bool:
    """Send what changed of these entities; false if the feed is in use, the next tick sends it then.

    Raises SaasExportError if the installation is not usable.  A service that is
    down is no error here: its items are kept and sent again later.
    """
    installation = open_installation(config)
    try:
        exporter = exporter_for(installation, "saasexport.reindex")
        it = installation.feed(feed)
        try:
            with installation.lock(it.name, "reindex"):
                sync_entities(exporter, Options(send_legacy=True), it, ids, "partial reindex")
        except Busy:
            return False
        finally:
            exporter.close()
        return True
    finally:
        installation.close()
