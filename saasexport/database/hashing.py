"""Canonical JSON, feed_id and feed_hash (feeds.md 0.3).

What an entity's items share is encoded once; an item's hash is made from its
finished bytes, so that nothing is encoded a second time to be hashed.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

# Not ASCII only: a lone surrogate, which invalid UTF-8 in the shop becomes, must
# not pass silently as an escape.  No NaN: it is not JSON.
encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode

# The same, keys in the order of their names: what is hashed must not depend on the order of our code.
canonical = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"), sort_keys=True
).encode


def feed_id(identity: Iterable[Any]) -> str:
    """The hash of an item's identity values, in the feed's order."""
    return hashlib.sha1("\0".join(map(str, identity)).encode("utf-8", "surrogatepass")).hexdigest()


def feed_hash(*pieces: bytes) -> str:
    """The hash of an item's content, which may come in pieces."""
    digest = hashlib.sha1()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def without(item: dict[str, Any], dotted: str) -> dict[str, Any]:
    """The item without a field, named as in `exclude`: payment.additionalInformation; lists are gone through."""
    name, _, rest = dotted.partition(".")
    if name not in item:
        return item
    if not rest:
        return {key: value for key, value in item.items() if key != name}
    inner = item[name]
    if isinstance(inner, dict):
        inner = without(inner, rest)
    elif isinstance(inner, list):
        inner = [without(entry, rest) if isinstance(entry, dict) else entry for entry in inner]
    return {**item, name: inner}


# What encoding raises: a TypeError of bytes, a ValueError of numbers that are not finite, and as a UnicodeEncodeError
# of text that is not UTF-8, a RecursionError of what is nested too deeply.
UNENCODABLE = (TypeError, ValueError, RecursionError)


def unencodable(item: dict[str, Any]) -> str:
    """The field that cannot be encoded, and why."""
    for name, value in item.items():
        try:
            encode(value).encode()
        except UnicodeEncodeError:
            return f"{name}: text that is not valid UTF-8"
        except ValueError:
            return f"{name}: not a finite number"
        except TypeError:
            return f"{name}: binary data where text belongs"
        except RecursionError:
            return f"{name}: nested too deeply"
    return "the item cannot be encoded"
