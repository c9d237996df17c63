"""What the shop keeps, and what an item may have."""

import hashlib
import json
import math
import subprocess
import sys
import uuid

import pytest

from saasexport import values
from saasexport.errors import InvalidValue
from saasexport.values import base64_of, boolean, number, shorten, text, uuid_of, whole
from tests.support import ROOT


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", ""),
        ("text", "text"),
        ("10.0", "10.0"),
        (10, "10"),
        (10.0, "10"),
        (0.1, "0.1"),
        (-2.5, "-2.5"),
        (2**63 - 1, "9223372036854775807"),
    ],
)
def test_text(value, expected):
    assert text(value, "name") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (0, 0),
        (-7, -7),
        (10.0, 10),
        (-0.0, 0),
        (0.1, 0.1),
        ("10", 10),
        ("10.50", 10.5),
        (" 7 ", 7),
        ("-3e2", -300),
        (2**63 - 1, 2**63 - 1),
        ("9007199254740993", 9007199254740992),
        (1e300, 1e300),
        ("1e300", 1e300),
    ],
)
def test_number(value, expected):
    found = number(value, "price")
    assert (found, type(found)) == (expected, type(expected))
    assert json.loads(json.dumps(found)) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "price: '' is not a number"),
        ("ten", "price: 'ten' is not a number"),
        ("10 EUR", "price: '10 EUR' is not a number"),
        ("1,5", "price: '1,5' is not a number"),
        ("1_000", "price: '1_000' is not a number"),
        ("0x10", "price: '0x10' is not a number"),
        ("nan", "price: nan is not a finite number"),
        ("1e999", "price: inf is not a finite number"),
        (math.inf, "price: inf is not a finite number"),
        (-math.inf, "price: -inf is not a finite number"),
        (b"10", "price: binary data where a number belongs"),
        ("x" * 50, f"price: '{'x' * 40}...' is not a number"),
    ],
)
def test_what_is_no_number_is_unusable_and_says_why(value, reason):
    with pytest.raises(InvalidValue) as caught:
        number(value, "price")
    assert (str(caught.value), caught.value.field) == (reason, "price")


@pytest.mark.parametrize("value", [b"", b"\xff", memoryview(b"a").tobytes()])
def test_binary_data_is_no_text(value):
    with pytest.raises(InvalidValue, match="name: binary data where text belongs"):
        text(value, "name")


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_is_no_text(value):
    with pytest.raises(InvalidValue, match="not a finite number"):
        text(value, "name")


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), (7, 7), (7.9, 7), (-7.9, -7), ("12.7", 12), ("1e3", 1000)]
)
def test_whole(value, expected):
    found = whole(value, "qty")
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (0, False),
        (0.0, False),
        ("", False),
        ("0", False),
        (1, True),
        (-1, True),
        ("1", True),
        ("no", True),
        ("0.0", True),
        (0.5, True),
    ],
)
def test_boolean_is_as_in_php(value, expected):
    assert boolean(value) is expected


def test_a_value_in_a_message_is_quoted_short_and_one_line():
    assert shorten("a\nb") == r"'a\nb'"
    assert shorten("abcdef", 3) == "'abc...'"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ""),
        ("7", "Nw=="),
        ("configurable/93/14", "Y29uZmlndXJhYmxlLzkzLzE0"),
        ("é", "w6k="),
        ("x" * 60, "eHh4" * 20),
        ("1/\udcff", "MS//"),
    ],
)
def test_base64_is_one_line_of_the_bytes_of_a_text(value, expected):
    assert base64_of(value) == expected


@pytest.mark.parametrize("length", [0, 1, 55, 64, 2_600, 399_999, 400_000, 1_000_000])
def test_a_hash_is_the_same_by_pythons_own_code_and_by_openssl(length):
    sha1 = values._Sha1()
    for data in (b"a" * length, b"\xff" * length, b"b"):
        assert sha1(data) == hashlib.sha1(data).digest()


RUN = """
import sys
sys.path.insert(0, sys.argv[1])
if sys.argv[2] == "without":
    sys.modules["_sha1"] = None
from saasexport.values import sha1
print(sha1(b"a").hex(), "hashlib" in sys.modules)
print(sha1(b"a" * 400_000)[:4].hex(), "hashlib" in sys.modules)
"""


@pytest.mark.parametrize("half", ["with", "without"])
def test_openssl_is_loaded_for_much_or_where_python_has_no_code_of_its_own(half):
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", RUN, ROOT, half], capture_output=True, text=True, timeout=60, check=True
    )
    first, second = done.stdout.splitlines()
    assert first == f"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8 {half == 'without'}"
    assert second.endswith(" True")


@pytest.mark.parametrize(
    ("namespace", "name"),
    [
        (uuid.NAMESPACE_DNS, "www.example.com"),
        (uuid.NAMESPACE_URL, "http://www.example.com/"),
        (uuid.NAMESPACE_OID, ""),
        (uuid.UUID(int=0), "order/5"),
        (uuid.UUID(int=2**128 - 1), "Größe"),
        (uuid.UUID(bytes=bytes(range(16))), "credit_memo/9"),
    ],
)
def test_uuids_are_those_of_the_standard_library(namespace, name):
    assert uuid_of(namespace.bytes + name.encode()) == str(uuid.uuid5(namespace, name))
