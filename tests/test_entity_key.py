"""A key of the shop is a whole number, or the text of something that is none."""

import pytest

from saasexport.entity_key import INTEGER


@pytest.mark.parametrize(
    ("stored", "key"),
    [
        (7, 7),
        ("7", 7),
        (" 7 ", 7),
        ("-7", -7),
        ("007", 7),
        (7.0, 7),
        (2**63 - 1, 2**63 - 1),
        (None, None),
        ("7a", "7a"),
        ("7.0", "7.0"),
        ("1e1", "1e1"),
        ("", ""),
        ("٧", "٧"),
        ("1_0", "1_0"),
        (7.5, "7.5"),
        (1e300, "1e+300"),
        (b"7", "x'37'"),
        ("9223372036854775808", "9223372036854775808"),
    ],
)
def test_what_a_stored_value_is(stored, key):
    assert INTEGER.read(stored) == key


@pytest.mark.parametrize("typed", ["24-x", "24x", "1e1", "24.0", "24-MB9999", "0x18", "+24", "2 4", "--24", ""])
def test_what_is_typed_is_a_whole_number_or_nothing(typed):
    assert INTEGER.whole(typed) is None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("new-1", "entity_id: 'new-1' is not a whole number"),
        ("", "entity_id: '' is not a whole number"),
        ("9223372036854775808", "entity_id: '9223372036854775808' is not a whole number of 64 bits"),
        ("٩", "entity_id: '٩' is not a whole number"),
        ("x" * 50, f"entity_id: '{'x' * 40}...' is not a whole number"),
    ],
)
def test_why_it_is_none(text, error):
    assert INTEGER.error("entity_id", text) == error
