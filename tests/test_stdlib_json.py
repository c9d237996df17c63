"""JSON is read and written as the standard library does, which is loaded for what is out of the ordinary only."""

import json
import subprocess
import sys

import pytest

from saasexport import stdlib
from tests.support import ROOT

VALUES = (
    {"a": 1, "b": [None, True, False], "c": {"d": 1.5}},
    {"b": 1, "a": 2},
    [],
    {},
    "",
    'a "quoted" \\ /\n\t\0 text',
    "Größe \U0001f600",
    0,
    -(2**70),
    0.1,
    1e300,
    True,
    None,
    [1, "x'ff'", 3],
    {1: 2, None: 3},
    (1, 2),
)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("ascii_only", [False, True])
def test_what_is_written_is_what_json_writes(value, ascii_only):
    expected = json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"))
    assert stdlib.json_encoder(ascii_only)(value) == expected


def test_keys_can_be_written_in_the_order_of_their_names():
    assert stdlib.json_encoder(sort_keys=True)({"b": [{"d": 1, "c": 2}], "a": 0}) == '{"a":0,"b":[{"c":2,"d":1}]}'


def test_half_a_character_is_written_as_it_is_or_in_ascii_as_an_escape():
    assert stdlib.json_encoder()("\udcff") == '"\udcff"'
    assert stdlib.json_encoder(ascii_only=True)("\udcff") == '"\\udcff"'


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (float("nan"), ValueError),
        ([float("inf")], ValueError),
        (b"", TypeError),
        ({"a": {1, 2}}, TypeError),
        ({(1, 2): 3}, TypeError),
    ],
)
def test_what_json_has_no_word_for_is_refused(value, error):
    with pytest.raises(error):
        stdlib.json_encoder()(value)


TEXTS = (
    '{"status":"ACCEPTED","acceptedCount":2}',
    ' {"a": [1, -2.5e3, "\\u00e4\\ud83d\\ude00", null, true]} \r\n',
    b'{"message":"gr\xc3\xb6\xc3\x9fer"}\n',
    b'\xef\xbb\xbf{"a":1}',
    '{"a":1}'.encode("utf-16"),
    '{"a":1}'.encode("utf-32-le"),
    b'"\xed\xb3\xbf"',
    "NaN",
    "[Infinity, -Infinity]",
    '{"a":1,"a":2}',
    "12345678901234567890123",
    '""',
    "3",
)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_read_is_what_json_reads(text):
    assert repr(stdlib.decode_json(text)) == repr(json.loads(text))


@pytest.mark.parametrize(
    "text", ["", " ", "{", '{"a":1} {}', "{'a':1}", b"\xff", "[1,]", '"\n"', "\ufeff{}", "\xa0{}", "nul"]
)
def test_what_json_cannot_read_is_a_value_error(text):
    for read in (stdlib.decode_json, json.loads):
        with pytest.raises(ValueError):  # noqa: PT011  # json's own, whatever it says
            read(text)


RUN = """
import sys
sys.path.insert(0, sys.argv[1])
if sys.argv[2] == "without":
    sys.modules["_json"] = None
from saasexport import stdlib
print(stdlib.decode_json('{"a":[1,"b"]}'), stdlib.json_encoder(sort_keys=True)({"b": "c", "a": 1.5}))
print("json" in sys.modules)
"""


@pytest.mark.parametrize("half", ["with", "without"])
def test_it_reads_and_writes_without_the_half_in_c_and_with_it_loads_no_other(half):
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", RUN, ROOT, half], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "{'a': [1, 'b']} {\"a\":1.5,\"b\":\"c\"}\n" + f"{half == 'without'}\n"
