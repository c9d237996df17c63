"""Digests, by which an exporter finds out whether what is held here is what its shop says.

    /feeds/<feed>/<environment>/digests             {"items": N, "ranges": {"00": [digest, n], ...}}
    /feeds/<feed>/<environment>/digests?range=ab    {"items": [...], "next": KEY}

An item's key is the SHA-1 of its identity, and a range is all keys that begin
with the same byte.  They are made when somebody asks, not when a batch comes
in, and kept until the item changes.
"""

import hashlib
import json
import re

from saasexport.service.reading import json_bytes, limit_of
from saasexport.service.store import Store
from saasexport.shapes.words import FeedShape
from saasexport.web.wire import Answer, Refusal

PARAMETERS = ("range", "after", "limit")

# A first comparison of many items: whoever asks is told to come again before it takes this for no answer.
SECONDS = 5.0
RETRY_SECONDS = 1

_canonical = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"), sort_keys=True
).encode


def answer(store: Store, shape: FeedShape, environment: str, requested: dict[str, str]) -> Answer:
    """The ranges, or the items of one."""

    def of(identity: str, item: str) -> tuple[bytes, bytes]:
        return _key(identity), digest(item, shape)

    if not store.make_digests(environment, shape.feed, of, SECONDS):
        raise Refusal(503, "the digests are still being made", headers=(("Retry-After", str(RETRY_SECONDS)),))
    asks_range = "range" in requested
    content = (_page if asks_range else _ranges)(store, shape, environment, requested)
    return Answer(200, json_bytes(content))


def digest(text: str, shape: FeedShape) -> bytes:
    """The SHA-256 of what is compared of an item; of what is none any more, that of its bytes."""
    try:
        item = _decode(text)
        # What is null says no more than what is left out.
        compared = {name: value for name, value in item.items() if value is not None}
        for name in ("deleted", "modifiedAt", shape.exported, *shape.not_compared):
            compared.pop(name, None)
        content = _canonical(compared).encode()
    except (ValueError, AttributeError, RecursionError):
        content = text.encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).digest()


def _number(text: str) -> float | int:
    """A number as programs of any language write it: 10.0 is 10."""
    number = float(text)
    return int(number) if number.is_integer() else number


_decode = json.JSONDecoder(parse_float=_number).decode


def _key(identity: str) -> bytes:
    return hashlib.sha1("\0".join(json.loads(identity)).encode("utf-8", "surrogatepass")).digest()


def _ranges(store: Store, shape: FeedShape, environment: str, requested: dict[str, str]) -> dict[str, object]:
    if requested:
        raise Refusal(400, "after and limit go with range")
    sums, counts = [0] * 256, [0] * 256
    for key, its_digest in store.digests(environment, shape.feed):
        sums[key[0]] += int.from_bytes(its_digest, "big")
        counts[key[0]] += 1
    return {
        "items": sum(counts),
        "ranges": {f"{first:02x}": [f"{sums[first] % 2**256:064x}", n] for first, n in enumerate(counts) if n},
    }


def _page(store: Store, shape: FeedShape, environment: str, requested: dict[str, str]) -> dict[str, object]:
    after = requested.get("after", "")
    if not re.fullmatch("[0-9a-f]{2}", requested["range"]):
        raise Refusal(400, "range: expected two of 0 to 9 and a to f")
    if not re.fullmatch("([0-9a-f]{2}){0,20}", after):
        raise Refusal(400, "after: expected a key, as next gives it")
    limit = limit_of(requested)
    first_byte = int(requested["range"], 16)
    rows = store.digest_page(environment, shape.feed, first_byte, bytes.fromhex(after), limit)
    items = [_entry(shape, *row) for row in rows[:limit]]
    return {"items": items, "next": items[-1]["key"] if len(rows) > limit else None}


def _entry(
    shape: FeedShape, key: str, its_digest: str, identity: str, text: str, exported_at: str
) -> dict[str, object]:
    try:
        item = json.loads(text)
        named = {name: item[name] for name in shape.identity}
        time = item[shape.exported]
    except (ValueError, KeyError, TypeError, RecursionError):  # changed behind our back
        named, time = dict(zip(shape.identity, json.loads(identity), strict=True)), exported_at
    return {"key": key.lower(), "identity": named, "digest": its_digest.lower(), "modifiedAt": time}
