"""The time as our tables have it: UTC, text, to the second."""

from datetime import UTC, datetime


def now_text() -> str:
    """Now."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
