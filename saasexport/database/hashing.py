"""Canonical JSON, feed_id and feed_hash (feeds.md 0.3).

What an entity's items share is encoded once; an item's hash is made from its
finished bytes, so that nothing is encoded a second time to be hashed.
"""

from collections.abc import Callable, Iterable

from saasexport import stdlib
from saasexport.stdlib import Any, encode_basestring
from saasexport.values import Shared, sha1

# Not ASCII only: a lone surrogate, which invalid UTF-8 in the shop becomes, must
# not pass silently as an escape.  No NaN: it is not JSON.
encode = stdlib.json_encoder()

# The same, keys in the order of their names: what is hashed must not depend on the order of our code.
canonical = stdlib.json_encoder(sort_keys=True)


def text_of(value: Any, encoded: Callable[[Any], str] = canonical) -> str:
    """A value as canonical JSON, or as another function writes lists and objects: most values need neither."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if encoded is canonical:
        if kind is list and value and type(value[0]) is Shared:
            return "[" + ",".join([(type(each) is Shared and each.encoded) or _once(each) for each in value]) + "]"
        if kind is Shared:
            return _once(value)
    return encoded(value)


def _once(value: Any) -> str:
    if not isinstance(value, Shared):
        return canonical(value)
    if not value.encoded:
        value.encoded = canonical(value)
    return value.encoded


def feed_key(identity: Iterable[Any]) -> bytes:
    """The hash of an item's identity values, in the feed's order."""
    return sha1("\0".join(map(str, identity)).encode("utf-8", "surrogatepass"))


def feed_id(identity: Iterable[Any]) -> str:
    """The same as text, as our tables have it."""
    return feed_key(identity).hex()


def feed_hash(*pieces: bytes) -> str:
    """The hash of an item's content, which may come in pieces."""
    return sha1(b"".join(pieces)).hex()


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
