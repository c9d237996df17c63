"""SaaS Data Export for shops that keep their data in SQLite."""

__version__ = "0.1.0"


def reindex(feed, ids, config=None):  # type: ignore[no-untyped-def]  # typing would cost every idle tick
    """Update on Save: send what changed of these entities (design.md 4); see saasexport.sync.realtime."""
    from saasexport.sync import realtime

    return realtime.reindex(feed, ids, config)
