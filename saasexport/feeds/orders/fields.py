"""How columns of the sales tables become fields of an order.

A record is declared as names and conversions, in the order of the columns its query selects.  Fields of a record are
absent where the column is NULL; fields worked out otherwise are null (feeds.md 0.2).
"""

import json
import math
from collections.abc import Callable, Iterable, Sequence

from saasexport.feed import Shop
from saasexport.stdlib import Any, NamedTuple, Protocol
from saasexport.values import boolean, date_time, refuse, shorten, text

Conversion = Callable[[Any, str], Any]
Record = tuple[tuple[str, Conversion], ...]


class Order(NamedTuple):
    """What the areas beside the order itself need of it."""

    id: int
    store_id: int | None
    protect_code: Any
    shipping_method: Any


class Area(Protocol):
    """What was read of some orders in an area, and the fields it gives each of them."""

    def fields(self, shop: Shop, order: Order) -> dict[str, Any]:
        """Fields of one order; raises InvalidValue."""


def record(declared: Record, row: Iterable[Any], path: str = "") -> dict[str, Any]:
    """The fields of a record from the columns of a row; NULL ones are absent."""
    return {
        name: convert(value, path + name)
        for (name, convert), value in zip(declared, row, strict=True)
        if value is not None
    }


def flag(value: Any, _field: str) -> bool | None:
    """A boolean, as `boolean` of values.py, for use in a record."""
    return boolean(value)


def moment(value: Any, field: str) -> str | None:
    """A time in RFC 3339, UTC; NULL, an empty text and MySQL's zero date are none (feeds.md 3.9.1)."""
    written = None if value == "" else date_time(value, field)
    return written and written.replace(" ", "T") + "+00:00"


def decode_json(value: Any, field: str, also: Sequence[str] = ()) -> Any:
    """A column that holds JSON; NULL and an empty text are None."""
    if value is None or value == "":
        return None
    if isinstance(value, bytes):
        text(value, field, also)
        return None
    try:
        return json.loads(value, parse_float=_finite, parse_constant=_finite, object_pairs_hook=_once_each)
    except _NotPlainError as error:
        refuse(field, str(error), also)
    except (TypeError, ValueError, RecursionError):
        refuse(field, f"{shorten(str(value))} is not JSON", also)
    return None


class _NotPlainError(Exception):
    """What Python reads as JSON, and what others read differently or not at all."""


def _finite(written: str) -> float:
    value = float(written)
    if not math.isfinite(value):
        raise _NotPlainError(f"{shorten(written)} is not a finite number")
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name, value in pairs:
        if name in content:
            raise _NotPlainError(f"{shorten(name)} is given twice")
        content[name] = value
    return content


def as_text(value: Any) -> str:
    """A JSON value as text: a string as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def custom_attributes(content: Any) -> list[dict[str, str]] | None:
    """The pairs of a JSON object: text as it is, anything else as JSON (feeds.md 3.9.1, additionalInformation)."""
    if isinstance(content, list):
        content = dict(enumerate(content))
    if not isinstance(content, dict):
        return None
    pairs = [{"name": str(name), "value": as_text(value)} for name, value in content.items()]
    return pairs or None


def identifier(shop: Shop, kind: str, entity_id: Any) -> dict[str, str] | None:
    """The UUID of an entity, as items carry it; it is assigned when first asked for (feeds.md 5)."""
    return {"id": shop.uuid_of(kind, entity_id)} if isinstance(entity_id, int) else None
