"""What a small request may cost: memory, and the length of the answer, have a number whatever is sent."""

import contextlib
import gzip
import json
import tracemalloc
from collections.abc import Callable

import pytest

from saasexport.service import batch, validation
from saasexport.shapes import SHAPES
from saasexport.web.wire import Refusal
from tests.service.conftest import Caller
from tests.service.valid_items import item

LIMIT = 16_777_216
MB = 1_000_000


def ignoring(_: int) -> None:
    """Memory without end."""


def refusal_of(body: bytes, feed: str = "products") -> Refusal:
    """How a body is refused."""
    with pytest.raises(Refusal) as refused:
        batch.rows_of(body, validation.Validator(SHAPES[feed]))
    return refused.value


def peak(work: Callable[[], object]) -> int:
    """The most memory that some work took at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def nested(depth: int, key: bytes, inner: bytes) -> bytes:
    """Objects in objects, with something innermost."""
    return b"[" + b'{"%s":' % key * depth + inner + b"}" * depth + b"]"


# Half a surrogate pair, wherever it can be, below names that are long or lists that are deep.
HALVES = {
    "below long names": nested(300, b"k" * 10_000, b'"\\ud800"'),
    "in a name": nested(300, b"k" * 10_000, b'{"\\udc00": 1}'),
    "below escaped names": nested(300, b"\\u00e9" * 1_500, b'"\\uDfff"'),
    "below lists": b"[" + b"[" * 400 + b'"\\ud800"' + b"]" * 400 + b"]",
    "below both": b"[" + b'[{"%s":' % (b"k" * 9_000) * 200 + b'"\\ud800"' + b"}]" * 200 + b"]",
    "very often": b"[[" + b'"\\ud800",' * 300_000 + b"1]]",
    "in every name": b"[{" + b",".join(b'"\\ud800%06d":1' % number for number in range(150_000)) + b"}]",
    "in a field": json.dumps([item("products", name="\ud800" * 300_000)]).encode(),
}


@pytest.mark.sample(1)
@pytest.mark.parametrize("body", HALVES.values(), ids=HALVES)
def test_half_surrogates_anywhere_are_told_with_a_short_path_and_little_memory(body: bytes) -> None:
    errors: list[dict[str, object]] = []
    used = peak(lambda: errors.extend(refusal_of(body).errors or []))
    [error] = errors
    assert error["code"] == "INVALID_ENCODING"
    assert "has half a surrogate pair" in str(error["message"])
    assert len(str(error["message"])) <= 400
    # The text, and what it is parsed to.
    assert used < 10 * len(body) + 10 * MB


DEEP_VALUE: object = "x"
for _ in range(300):
    DEEP_VALUE = {"k" * 1_000: [DEEP_VALUE, "y" * 1_000]}

VALUES = {
    "a long text": "x" * 3_000_000,
    "a text of escapes": "é\x01" * 500_000,
    "a deep object": DEEP_VALUE,
    "a long list": [[]] * 40_000,
    "an object of many names": {f"{number:06}" * 3: "v" for number in range(60_000)},
    "a name that is long": {"n" * 2_000_000: 1},
    "a number of many digits": 10**4_000,
}


@pytest.mark.sample(1)
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("field", ["sku", "deleted", "images", "unheard"])
def test_a_large_value_is_told_in_part_and_costs_little(value: object, field: str) -> None:
    body = json.dumps([item("products", **{field: value})]).encode()
    if field == "sku" and isinstance(value, str):
        # Any text is a SKU.
        assert len(batch.rows_of(body, validation.Validator(SHAPES["products"]))) == 1
        return
    errors: list[dict[str, object]] = []
    used = peak(lambda: errors.extend(refusal_of(body).errors or []))
    [error] = errors
    assert len(str(error["message"])) <= 400
    assert len(str(error["value"])) <= 103
    assert used < 15 * len(body) + 10 * MB


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("1e999", "inf"),
        ("-1e999", "-inf"),
        ("[1e999]", ["inf"]),
        ('{"a": [-1e999, 1.5, null, true]}', {"a": ["-inf", 1.5, None, True]}),
        ('["a", [[1e999]], 2]', ["a", [["inf"]], 2]),
    ],
)
def test_what_json_cannot_say_is_told_as_text(caller: Caller, value: str, told: object) -> None:
    body = json.dumps([item("prices", regular=7)]).replace('"regular": 7', f'"regular": {value}').encode()
    [error] = caller.post_bytes(body).content["errors"]
    assert error["value"] == told


def test_no_answer_has_half_a_surrogate_pair(caller: Caller) -> None:
    bodies = (
        json.dumps([item("prices", regular="\ud800")]),
        json.dumps([item("prices", **{"\udc00": 1})]),
        json.dumps([item("prices", **{"\udc00": {"a": ["\ud800"]}})]),
        json.dumps([{"\ud800": {"\udc00": "\udbff"}}]),
        json.dumps(["\ud800"]),
    )
    for body in bodies:
        reply = caller.post_bytes(body.encode())
        assert reply.status == 400
        json.dumps(reply.content, ensure_ascii=False).encode()


@pytest.mark.sample(1)
@pytest.mark.parametrize("number", [999, 1_000, 1_001, 10_000])
def test_of_very_many_faults_the_first_thousand_are_listed(caller: Caller, number: int) -> None:
    reply = caller.post_bytes(b"[" + b",".join([b'"%s"' % (b"\\u00e9" * 200)] * number) + b"]")
    indexes = [error["itemIndex"] for error in reply.content["errors"]]
    assert indexes == list(range(min(number, 1_000)))
    more = "; the first 1000 are listed" if number > 1_000 else ""
    assert reply.content["message"] == f"{number} invalid items, nothing was stored{more}"
    assert len(json.dumps(reply.content)) < 1_500_000


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "body",
    [
        b"[[" + b"[]," * 1_000_000 + b"[]]]",
        b"[[" + b"{}," * 1_000_000 + b"{}]]",
        b"[[" + b'{"a":1},' * 400_000 + b"1]]",
        b"[[" + b"1," * 1_500_000 + b"1]]",
        b'[{"' + b'a":[],"' * 1_000_000 + b'a":1}]',
        b"[" * 3_000_000,
    ],
)
def test_a_body_of_nothing_but_brackets_is_not_even_parsed(body: bytes) -> None:
    refusals: list[Refusal] = []
    used = peak(lambda: refusals.append(refusal_of(body)))
    assert (refusals[0].status, str(refusals[0])) == (413, "the body has too many values for its size")
    assert used < 2 * len(body)


@pytest.mark.parametrize("size", [2, 1_048_575, 1_048_576, 1_048_577, 2_097_152, 3_000_000])
def test_what_a_body_inflates_to_is_counted_before_it_is_there(size: int) -> None:
    plain = b"[" + b" " * (size - 2) + b"]"
    counted: list[int] = []
    assert batch.inflate(gzip.compress(plain), LIMIT, counted.append) == plain
    assert sum(counted) == size
    assert max(counted) <= 1_048_576


def test_a_body_that_does_not_fit_into_what_is_left_is_not_inflated() -> None:
    left = 3 * 1_048_576

    def taking(size: int) -> None:
        nonlocal left
        if size > left:
            raise Refusal(503, "too many requests at once")
        left -= size

    bomb = gzip.compress(bytes(16_000_000))

    def work() -> None:
        with contextlib.suppress(Refusal):
            batch.inflate(bomb, LIMIT, taking)

    assert peak(work) < 6 * MB
    assert left == 0


def test_bodies_that_are_too_large_end_at_the_limit() -> None:
    for size in (1_000_001, 2_000_000, 50_000_000):
        with pytest.raises(Refusal, match="the body has more than 1000000 bytes once decompressed"):
            batch.inflate(gzip.compress(bytes(size)), 1_000_000, ignoring)
