"""SaaS Data Export for shops that keep their data in SQLite.

Every script loads this first, whichever Python starts it.  So this file and those
in bin/ keep to what Python 2.7 can read: no f-strings, no annotations, ASCII only.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # it is for those that are older
    sys.exit(
        "saasexport needs Python 3.11 or later; this is Python %d.%d.%d" % tuple(sys.version_info[:3])  # noqa: UP031
    )

__version__ = "0.1.0"


def reindex(feed, ids, config=None):  # type: ignore[no-untyped-def]  # typing would cost every idle tick
    """Update on Save: send what changed of these entities (design.md 4); see saasexport.sync.realtime."""
    from saasexport.sync import realtime

    return realtime.reindex(feed, ids, config)
