"""From the bytes of one request to rows for the store, or to a refusal that lists what is wrong.

The items are cut out of the text one by one, so that the store keeps each as
it was sent, without writing it anew.
"""

import json
import math
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import NoReturn

from saasexport.service.validation import (
    PROBLEMS_NAMED,
    Duplicated,
    Problem,
    Row,
    Validator,
    element_path,
    field_path,
)
from saasexport.web.budget import Taking
from saasexport.web.wire import Refusal

# Far more than any exporter sends at once.
MOST_ITEMS = 10_000

# As many as a large batch has; a sender that leaves these out is told of the others next.
MOST_ERRORS = 1_000

INFLATED_AT_ONCE = 1_048_576

# In memory a value takes some hundred bytes, however short it is written.  Items of feeds have twice this much text
# for each.
BYTES_PER_VALUE = 8
FEW_VALUES = 100_000

# How much of a value and of a message an answer repeats.
LONGEST_VALUE = 100
LONGEST_MESSAGE = 400

INVALID_ENCODING = "INVALID_ENCODING"


def inflate(body: bytes, limit: int, taking: Taking) -> bytearray:
    """Decompress one gzip member, never to more than `limit` bytes, each of which is taken before it is there."""
    gunzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    plain = bytearray()
    size, piece = 0, b""
    try:
        while len(piece) == size and not gunzip.eof and len(plain) <= limit:
            # One byte more than is allowed tells too large from just fitting.
            size = min(INFLATED_AT_ONCE, limit + 1 - len(plain))
            taking(size)
            piece = gunzip.decompress(gunzip.unconsumed_tail if plain else body, size)
            taking(len(piece) - size)
            plain += piece
    except zlib.error as error:
        raise Refusal(400, f"the body is not gzip: {error}") from error
    if len(plain) > limit:
        raise Refusal(413, f"the body has more than {limit} bytes once decompressed")
    if not gunzip.eof:
        raise Refusal(400, "the body is not gzip: it ends too early")
    if gunzip.unused_data:
        raise Refusal(400, "the body is not gzip: something follows its end")
    return plain


def rows_of(body: bytes | bytearray, validator: Validator) -> list[Row]:
    """The rows of a batch of which every item is valid; else a refusal that lists the others."""
    try:
        return _rows_of(body, validator)
    except UnicodeDecodeError as error:
        raise Refusal(400, f"the body is not UTF-8: {error.reason} at byte {error.start}") from error
    except RecursionError as error:
        raise Refusal(400, "the body is nested too deeply") from error
    except ValueError as error:
        raise Refusal(400, f"the body is not a JSON array of items: {error}") from error


def _rows_of(body: bytes | bytearray, validator: Validator) -> list[Row]:
    rows: list[Row] = []
    errors: list[dict[str, object]] = []
    invalid = 0
    for index, found in enumerate(_elements(body, validator)):
        if index >= MOST_ITEMS:
            raise Refusal(413, f"a batch may have at most {MOST_ITEMS} items")
        if isinstance(found, list):
            invalid += 1
            if invalid <= MOST_ERRORS:
                errors.append(_error(index, found))
        elif not errors:
            rows.append(found)
    if errors:
        raise _refusal(invalid, errors)
    return rows


def _refusal(invalid: int, errors: list[dict[str, object]]) -> Refusal:
    # Contract: nothing of a refused batch is stored, so that the sender can send the rest again.
    message = f"{invalid} invalid item{'s' * (invalid > 1)}, nothing was stored"
    if invalid > len(errors):
        message += f"; the first {len(errors)} are listed"
    return Refusal(400, message, errors=errors)


def _elements(body: bytes | bytearray, validator: Validator) -> Iterator[Row | list[Problem]]:
    """What each element of a JSON array is found to be."""
    # Byte by byte until something has to be parsed: one letter beyond ASCII doubles what the text of a batch takes.
    text, is_utf8 = body.decode("latin-1"), True
    position = _after_space(text, 0)
    if text[position : position + 1] != "[":
        raise ValueError("it does not begin with [")
    position = end = _after_space(text, position + 1)
    following = text[position : position + 1]
    while following != "]":
        read = validator.read(text, position, is_utf8)
        if read and (following := text[read[1] : read[1] + 1]) in (",", "]"):
            found, end = read
            yield found
        else:
            if is_utf8:
                position = len(body[:position].decode())
                text, is_utf8 = "", False  # never both at once
                text = _decode(body)
            item, end = _DECODER.raw_decode(text, position)
            element = text[position:end]
            yield _badly_encoded(item, element) or validator.check(item, element)
            end = _after_space(text, end)
            following = text[end : end + 1]
            if following not in (",", "]"):
                raise ValueError(f"expected , or ] at character {end}")
        position = _after_space(text, end + 1)
    if _after_space(text, end + 1) != len(text):
        place = len(body[: end + 1].decode()) if is_utf8 else end + 1
        raise ValueError(f"something follows its end at character {place}")


def _decode(body: bytes | bytearray) -> str:
    """The text to parse, unless its values would take far more memory than its size tells."""
    text = body.decode()
    values = text.count(",") + text.count("[") + text.count("{")
    if values > max(FEW_VALUES, len(text) // BYTES_PER_VALUE):
        raise Refusal(413, "the body has too many values for its size")
    return text


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) == len(pairs):
        return content
    duplicated = Duplicated(content)
    # Each name is taken away where it is met first: one that is not there any more is met again.
    duplicated.name = next(name for name, _ in pairs if content.pop(name, pairs) is pairs)
    return duplicated


_SPACE = re.compile("[ \t\n\r]*")
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)


def _badly_encoded(item: object, text: str) -> list[Problem] | None:
    """Half a surrogate pair is no character: no database and no connected service can hold it."""
    # Looking for one character is nearly free, and most items have no escape at all.
    if "\\" not in text or ("\\ud" not in text and "\\uD" not in text):
        return None
    halves = islice(_halves(item, ""), PROBLEMS_NAMED)
    return [Problem(INVALID_ENCODING, path, "has half a surrogate pair") for path in halves] or None


def _halves(value: object, path: str) -> Iterator[str]:
    if isinstance(value, str):
        if not _is_whole(value):
            yield path
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _halves(element, element_path(path, index))
    elif isinstance(value, dict):
        for name, element in value.items():
            if not _is_whole(name):
                yield path
            yield from _halves(element, field_path(path, name))


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
        "message": _as_text("; ".join(map(str, problems)))[:LONGEST_MESSAGE],
        "value": _short(first.value),
    }


def _short(value: object) -> object:
    """A value for the answer: itself when small, else the beginning of its JSON."""
    text = ""
    for piece in _json_pieces(value):
        text += piece
        if len(text) > LONGEST_VALUE:
            return text[:LONGEST_VALUE] + "..."
    return json.loads(text)


def _json_pieces(value: object) -> Iterator[str]:
    """The JSON of a value, of which only the beginning need be made; what JSON cannot say is text in it."""
    if isinstance(value, str):
        yield json.dumps(_as_text(value[: LONGEST_VALUE + 1]))
    elif isinstance(value, list):
        yield "["
        for number, element in enumerate(value):
            yield ", " * (number > 0)
            yield from _json_pieces(element)
        yield "]"
    elif isinstance(value, dict):
        yield "{"
        for number, (name, element) in enumerate(value.items()):
            yield ", " * (number > 0) + json.dumps(_as_text(name[: LONGEST_VALUE + 1])) + ": "
            yield from _json_pieces(element)
        yield "}"
    elif isinstance(value, float) and not math.isfinite(value):
        yield f'"{value}"'
    else:
        yield json.dumps(value)


def _as_text(text: str) -> str:
    """A text that every reader of JSON can hold: halves of surrogate pairs are written out."""
    return text.encode("utf-8", "backslashreplace").decode()
