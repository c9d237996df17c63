"""The time as our tables have it: UTC, text, to the second."""

from saasexport.stdlib import UTC, datetime, timedelta


def text(moment: datetime) -> str:
    """A moment, which is given in UTC."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def now_text() -> str:
    """Now."""
    return text(datetime.now(UTC))


def ago_text(**length: float) -> str:
    """The moment so long ago; the length as timedelta takes it."""
    return text(datetime.now(UTC) - timedelta(**length))


def as_utc(written: str) -> str:
    """A time of export as a service tells it, in any zone, as our tables have it; empty if it is none."""
    try:
        moment = datetime.fromisoformat(written)
        return text(moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC))
    except (ValueError, OverflowError):
        return ""


def short(seconds: float) -> str:
    """A length of time, where there is little room."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} d"


def duration(seconds: float) -> str:
    """A length of time, for people."""
    if seconds < 1.5:
        return "a second"
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
