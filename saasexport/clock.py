"""The time as our tables have it: UTC, text, to the second."""

from datetime import UTC, datetime


def now_text() -> str:
    """Now."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")


def as_utc(text: str) -> str:
    """A time of export as a service tells it, in any zone, as our tables have it; empty if it is none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError):
        return ""
