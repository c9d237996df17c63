"""From the bytes of one request to rows for the store, or to a refusal that lists what is wrong.

The items are cut out of the text one by one, so that the store keeps each as
it was sent, without writing it anew.
"""

import json
import re
import zlib
from collections.abc import Iterator
from typing import NoReturn

from saasexport.service.validation import Problem, Validator
from saasexport.service.wire import Refusal

# Far more than any exporter sends at once; it bounds the list of errors in an answer.
MOST_ITEMS = 10_000

# How much of a value and of a message an answer repeats.
LONGEST_VALUE = 100
LONGEST_MESSAGE = 400

INVALID_ENCODING = "INVALID_ENCODING"

Row = dict[str, object]


def inflate(body: bytes, limit: int) -> bytes:
    """Decompress one gzip member, never to more than `limit` bytes."""
    gunzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        # One byte more than is allowed tells too large from just fitting.
        plain = gunzip.decompress(body, limit + 1)
    except zlib.error as error:
        raise Refusal(400, f"the body is not gzip: {error}") from error
    if len(plain) > limit:
        raise Refusal(413, f"the body has more than {limit} bytes once decompressed")
    if not gunzip.eof:
        raise Refusal(400, "the body is not gzip: it ends too early")
    if gunzip.unused_data:
        raise Refusal(400, "the body is not gzip: something follows its end")
    return plain


def rows_of(body: bytes, validator: Validator) -> list[Row]:
    """The rows of a batch of which every item is valid; else a refusal that lists the others."""
    rows: list[Row] = []
    errors: list[dict[str, object]] = []
    try:
        for index, (item, text) in enumerate(items_of(body.decode())):
            if index >= MOST_ITEMS:
                raise Refusal(413, f"a batch may have at most {MOST_ITEMS} items")
            problems = _badly_encoded(item, text) or validator.check(item)
            if isinstance(problems, list):
                errors.append(_error(index, problems))
            elif not errors:
                identity, exported_at, is_deleted = problems
                rows.append(
                    {
                        "identity": identity,
                        "item": text,
                        "is_deleted": is_deleted,
                        "exported_at": exported_at,
                    }
                )
    except UnicodeDecodeError as error:
        raise Refusal(400, f"the body is not UTF-8: {error.reason} at byte {error.start}") from error
    except RecursionError as error:
        raise Refusal(400, "the body is nested too deeply") from error
    except ValueError as error:
        raise Refusal(400, f"the body is not a JSON array of items: {error}") from error
    if errors:
        # Contract: nothing of a refused batch is stored, so that the sender can send the rest again.
        count = len(errors)
        raise Refusal(400, f"{count} invalid item{'s' * (count > 1)}, nothing was stored", errors=errors)
    return rows


def items_of(text: str) -> Iterator[tuple[object, str]]:
    """Each element of a JSON array, and the text it was read from."""
    decode = _DECODER.raw_decode
    position = _after_space(text, 0)
    if text[position : position + 1] != "[":
        raise ValueError("it does not begin with [")
    position = _after_space(text, position + 1)
    if text[position : position + 1] == "]":
        end = position
    else:
        while True:
            item, end = decode(text, position)
            yield item, text[position:end]
            following = text[end : end + 1]
            if following not in (",", "]"):
                end = _after_space(text, end)
                following = text[end : end + 1]
            if following == "]":
                break
            if following != ",":
                raise ValueError(f"expected , or ] at character {end}")
            position = _after_space(text, end + 1)
    if _after_space(text, end + 1) != len(text):
        raise ValueError(f"something follows its end at character {end + 1}")


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_SPACE = re.compile("[ \t\n\r]*")
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def _badly_encoded(item: object, text: str) -> list[Problem] | None:
    """Half a surrogate pair is no character: no database and no connected service can hold it."""
    # Looking for one character is nearly free, and most items have no escape at all.
    if "\\" not in text or ("\\ud" not in text and "\\uD" not in text):
        return None
    return [Problem(INVALID_ENCODING, path, "has half a surrogate pair") for path in _halves(item, "")] or None


def _halves(value: object, path: str) -> Iterator[str]:
    if isinstance(value, str):
        if not _is_whole(value):
            yield path
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _halves(element, f"{path}[{index}]")
    elif isinstance(value, dict):
        for name, element in value.items():
            if not _is_whole(name):
                yield path
            yield from _halves(element, f"{path}.{name}" if path else name)


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _error(index: int, problems: list[Problem]) -> dict[str, object]:
    """An item's entry in the answer: the first problem's code and value, and all that was found."""
    first = problems[0]
    return {
        "itemIndex": index,
        "code": first.code,
        "message": "; ".join(map(str, problems))[:LONGEST_MESSAGE],
        "value": _short(first.value),
    }


def _short(value: object) -> object:
    """A value for the answer: itself when small, else the beginning of its JSON."""
    text = json.dumps(value)
    return value if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "..."
