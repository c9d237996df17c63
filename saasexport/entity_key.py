"""What identifies an entity of the shop: keys are read here, for the engine, the commands and the search fields.

SQLite keeps what was written, whatever a column's type says: a key may be text,
a fraction, a blob.  In this program an entity id is a key, or the text of what
should be one and is not: such an entity is never assembled, but stands on
record as failed until its row is mended.  The kinds of keys have the same
attributes: whole numbers, and text.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from saasexport.stdlib import Any, NamedTuple

EntityId = int | str

# Columns that end in _id and hold what others call a thing: text, with its zeros in front.
_NAMES = frozenset(
    (
        "cc_trans_id",
        "country_id",
        "ext_customer_id",
        "ext_order_id",
        "ext_order_item_id",
        "increment_id",
        "last_trans_id",
        "original_increment_id",
        "parent_txn_id",
        "relation_child_id",
        "relation_child_real_id",
        "relation_parent_id",
        "relation_parent_real_id",
        "transaction_id",
        "txn_id",
        "type_id",
        "vat_id",
        "vat_request_id",
    )
)

# What SQLite cuts from text, too, when it compares that with a number.
_BLANKS = " \t\n\v\f\r"


class Written(NamedTuple):
    """What a key that is none may be in the shop: text, a number, or bytes (of a blob, of text that is not UTF-8)."""

    text: str
    number: float | None
    raw: bytes | None


def is_utf8(text: str) -> bool:
    """Whether a text of the shop was UTF-8: the bytes that were not are kept in it as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Key:
    """A kind of keys."""

    kind: str
    lowest: Any  # below every key
    highest: Any  # no key is above it
    is_named = False  # whether the names of columns tell that they hold such keys

    def read(self, value: Any) -> EntityId | None:
        """The key that a value is; the text of a value that is none; None for NULL."""
        raise NotImplementedError

    def whole(self, value: Any) -> Any:
        """The key that a value is, or None."""
        raise NotImplementedError

    def only(self, ids: Iterable[EntityId | None]) -> list[Any]:
        """Those of some entity ids that are keys."""
        raise NotImplementedError

    def others(self, ids: Iterable[EntityId | None]) -> list[str]:
        """Those of some entity ids that are none."""
        raise NotImplementedError

    def reach(self, values: Sequence[Any], limit: int) -> Any:
        """How far a page of ascending keys reaches: to its last one, or if it is not full, to the highest."""
        raise NotImplementedError

    def ascend(self, keys: Sequence[Any], after: Any) -> bool:
        """Whether the keys of a page are in our order, behind the last one of the page before."""
        is_behind = not keys or type(after) is not type(keys[0]) or keys[0] > after
        return is_behind and all(one <= other for one, other in pairwise(keys))

    def error(self, column: str, text: str) -> str:
        """Why such a row is no entity."""
        raise NotImplementedError

    def is_in(self, column: str) -> bool:
        """Whether a column of the shop holds such keys, as far as its name tells."""
        name = column.lower()
        return self.is_named and (name == "entity_pk_value" or (name.endswith("_id") and name not in _NAMES))

    def acts_as_key(self, text: str) -> bool:
        """Whether a column of whole numbers, compared with a text that is no key, takes it for one: 1e1, 24.0."""
        number = self.possible_values(text).number
        return number is not None and number.is_integer()

    def possible_values(self, text: str) -> Written:
        """What the text of something that is no key may have been in the shop."""
        number = raw = None
        try:
            if text.startswith("x'"):
                raw = bytes.fromhex(text[2:-1])
            else:
                number = float("" if "_" in text else text)
                raw = text.encode()
        except ValueError:
            pass
        if number is not None and math.isnan(number):
            number = None  # SQLite holds no NaN
        return Written(text, number, raw)


class IntegerKey(Key):
    """Whole numbers of 64 bits."""

    kind = "integer"
    lowest = float("-inf")
    highest = 2**63 - 1
    is_named = True

    def read(self, value: Any) -> EntityId | None:
        """The key that a value is; the text of a value that is none; None for NULL."""
        if type(value) is int:
            return value
        if value is None:
            return None
        if isinstance(value, str):
            return self._of_text(value)
        if isinstance(value, float):
            return int(value) if value.is_integer() and -self.highest - 1 <= value < self.highest else repr(value)
        # Where keys are read as the numbers they are, other text that looks like a number comes as its bytes.
        key = self._of_text(value.decode("ascii", "replace"))
        is_number = isinstance(key, str) and self.possible_values(key).number is not None
        return key if is_number else f"x'{value.hex()}'"

    def whole(self, value: Any) -> int | None:
        """The key that a value is, or None."""
        key = self.read(value)
        return key if type(key) is int else None

    def only(self, ids: Iterable[EntityId | None]) -> list[int]:
        """Those of some entity ids that are keys."""
        return [each for each in ids if isinstance(each, int)]

    def others(self, ids: Iterable[EntityId | None]) -> list[str]:
        """Those of some entity ids that are none."""
        return [each for each in ids if isinstance(each, str)]

    def reach(self, values: Sequence[Any], limit: int) -> Any:
        """How far a page reaches, maybe to a fraction; what is no number stands behind it, see unreadable_keys."""
        is_full = len(values) == limit and isinstance(values[-1], int | float) and values[-1] < self.highest
        return values[-1] if is_full else self.highest

    def error(self, column: str, text: str) -> str:
        """Why such a row is no entity."""
        shown = repr(text if len(text) <= 40 else text[:40] + "...")
        if text.startswith("x'") and (raw := self.possible_values(text).raw) is not None:
            shown = raw.decode(errors="backslashreplace")
            shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in shown)
            shown = f"'{shown[:40]}' (the bytes {text[:40]})"
        is_large = text.isascii() and text.strip(_BLANKS).removeprefix("-").isdecimal()
        return f"{column}: {shown} is not a whole number" + (" of 64 bits" if is_large else "")

    def _of_text(self, value: str) -> EntityId:
        text = value.strip(_BLANKS)
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdecimal() and len(digits.lstrip("0")) < 20:
            key = int(text)
            if -self.highest - 1 <= key <= self.highest:
                return key
        if is_utf8(value) and "\0" not in value:  # which would end a text that JSON brings to SQLite
            return value
        return f"x'{value.encode('utf-8', 'surrogateescape').hex()}'"


class DeclaredIntegerKey(IntegerKey):
    """Whole numbers in the column that a feed's file names: nothing follows from the names of others."""

    is_named = False


def _is_literal(text: str) -> bool:
    """Whether a text is how bytes are written here: x'ff'."""
    digits = text[2:-1]
    return text == f"x'{digits}'" and len(digits) % 2 == 0 and not digits.strip("0123456789abcdef")


class TextKey(Key):
    """Text, as it is written: '00123' is not '123'.

    Bytes are none, nor is text that is not UTF-8: such a value is its SQL literal, x'ff'.
    """

    kind = "text"
    lowest = ""
    highest = b"\xff"  # to SQLite a blob is above any text

    def read(self, value: Any) -> EntityId | None:
        """The key that a value is: its text; of what is none, its literal."""
        if isinstance(value, bytes):
            return f"x'{value.hex()}'"
        if value is None or value == "":
            return None
        text = str(value)
        return text if is_utf8(text) else f"x'{text.encode('utf-8', 'surrogateescape').hex()}'"

    def whole(self, value: Any) -> str | None:
        """The key that a value is, or None."""
        key = self.read(value)
        return key if isinstance(key, str) and not _is_literal(key) else None

    def only(self, ids: Iterable[EntityId | None]) -> list[str]:
        """Those of some entity ids that are keys."""
        return [each for each in ids if isinstance(each, str) and not _is_literal(each)]

    def others(self, ids: Iterable[EntityId | None]) -> list[str]:
        """Those of some entity ids that are none."""
        return [each for each in ids if isinstance(each, str) and _is_literal(each)]

    def reach(self, values: Sequence[Any], limit: int) -> Any:
        """How far a page reaches; text that is not UTF-8 goes back to SQLite as its bytes."""
        if len(values) < limit or not isinstance(values[-1], str):
            return self.highest
        raw = values[-1].encode("utf-8", "surrogateescape")
        return raw if raw != values[-1].encode("utf-8", "replace") else values[-1]

    def error(self, column: str, text: str) -> str:
        """Why such a row is no entity."""
        return f"{column}: {text[:44]} is binary: only text and whole numbers can be keys"

INTEGER = IntegerKey()
DECLARED_INTEGER = DeclaredIntegerKey()
TEXT = TextKey()
