"""Reading what the service answers (design.md 5)."""

from saasexport.delivery.http_connection import Response
from saasexport.stdlib import UTC, Any, datetime, decode_json

# More commas, brackets and braces than this would cost far more memory than the answer's bytes.
MOST_PARTS = 200_000

# What an admin reads of a message; more is cut off.
LONGEST_MESSAGE = 300


def read(response: Response) -> Any:
    """What an answer says; None if it cannot be read."""
    if sum(map(response.body.count, (b",", b"[", b"{"))) > MOST_PARTS:
        return None
    try:
        return decode_json(response.body)
    except (ValueError, RecursionError):
        return None


def is_accepted(answer: Any, count: int) -> bool:
    """Whether a 200 says that it has as many items as were sent."""
    if not isinstance(answer, dict):
        return False
    accepted = answer.get("acceptedCount")
    return answer.get("status") == "ACCEPTED" and type(accepted) is int and accepted == count


def list_errors(answer: Any, count: int) -> dict[int, str]:
    """The messages of the items that a 400 lists, by their index; empty without a usable list."""
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if not isinstance(errors, list):
        return {}
    refused: dict[int, str] = {}
    for error in errors:
        index = error.get("itemIndex") if isinstance(error, dict) else None
        if type(index) is not int or not 0 <= index < count:
            return {}
        message = _message(error.get("message") or error.get("code") or "rejected")
        if index not in refused:
            refused[index] = message
        elif len(refused[index]) < LONGEST_MESSAGE:
            refused[index] = f"{refused[index]}; {message}"[:LONGEST_MESSAGE]
    return refused


def message_of(answer: Any) -> str:
    """The answer's own words, not too many."""
    message = answer.get("message") if isinstance(answer, dict) else None
    return _message(message) if message else ""


def _message(value: Any) -> str:
    """Words of the service as text that can be stored: cut, half a surrogate pair escaped."""
    if not isinstance(value, str):
        import json  # late: that is rare

        value = json.dumps(value, ensure_ascii=False)
    text: str = value
    return text[:LONGEST_MESSAGE].encode("utf-8", "backslashreplace").decode()


def retry_after(headers: dict[str, str]) -> float | None:
    """The seconds of a Retry-After header, whether it names seconds or a date; None without a usable one."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
        return min(max(seconds, 0.0), 86_400.0) if seconds == seconds else None
    except ValueError:
        pass
    from email.utils import parsedate_to_datetime  # late: a date is rare

    try:
        until = parsedate_to_datetime(value)
        try:
            # By the service's clock, if it tells the time: ours may be wrong.
            now = parsedate_to_datetime(headers["date"])
        except (KeyError, TypeError, ValueError, IndexError):
            now = datetime.now(UTC)
        return min(max((_aware(until) - _aware(now)).total_seconds(), 0.0), 86_400.0)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
