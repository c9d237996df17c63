"""What identifies an entity of the shop: keys are read here, for the engine, the commands and the search fields.

SQLite keeps what was written, whatever a column's type says: a key may be text,
a fraction, a blob.  In this program an entity id is a key, or the text of what
should be one and is not: such an entity is never assembled, but stands on
record as failed until its row is mended.  A second kind of key has the same
attributes as the one there is.
"""

import math
from collections.abc import Iterable
from typing import Any

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


class IntegerKey:
    """Whole numbers of 64 bits."""

    kind = "integer"
    lowest = float("-inf")  # below every key
    highest = 2**63 - 1

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
        return f"x'{value.hex()}'"

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

    def error(self, column: str, text: str) -> str:
        """Why such a row is no entity."""
        shown = repr(text if len(text) <= 40 else text[:40] + "...")
        is_large = text.strip(_BLANKS).removeprefix("-").isdecimal()
        return f"{column}: {shown} is not a whole number" + (" of 64 bits" if is_large else "")

    def is_in(self, column: str) -> bool:
        """Whether a column of the shop holds such keys, as far as its name tells."""
        name = column.lower()
        return name == "entity_pk_value" or (name.endswith("_id") and name not in _NAMES)

    def _of_text(self, value: str) -> EntityId:
        text = value.strip(_BLANKS)
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdecimal() and len(digits.lstrip("0")) < 20:
            key = int(text)
            if -self.highest - 1 <= key <= self.highest:
                return key
        try:
            value.encode()
        except UnicodeEncodeError:  # not UTF-8
            return f"x'{value.encode('utf-8', 'surrogateescape').hex()}'"
        return value

    def written(self, text: str) -> dict[str, Any]:
        """What the text of something that is no key may have been in the shop: text, number, bytes."""
        number = raw = None
        try:
            number = float("" if "_" in text else text)
            raw = bytes.fromhex(text[2:-1]) if text.startswith("x'") else None
        except ValueError:
            pass
        if number is not None and math.isnan(number):
            number = None  # SQLite holds no NaN
        return {"text": text, "number": number, "raw": raw}


INTEGER = IntegerKey()
