"""Reading the text of items without parsing them."""

import json
from typing import Any

import pytest

from saasexport.service.batch import rows_of
from saasexport.service.quick import FIRST_LOOK, LONGEST, Expression
from saasexport.service.validation import Row, Validator
from saasexport.shapes import SHAPES
from saasexport.web.wire import Refusal
from tests.service.test_service_agreement import PLAIN_FEEDS, compact, sample
from tests.service.valid_items import FEEDS, item, tombstone


def turned(value: Any) -> Any:
    """The same with the names of every object in another order, that of equal names always the same."""
    if isinstance(value, list):
        return [turned(element) for element in value]
    if isinstance(value, dict):
        return {name: turned(value[name]) for name in sorted(value, key=lambda name: name[::-1])}
    return value


def is_read(validator: Validator, it: object) -> bool:
    """Whether an item is read without parsing it."""
    return validator.read(compact(it), 0, is_utf8=False) is not None


@pytest.mark.parametrize("feed", PLAIN_FEEDS)
def test_the_order_of_names_is_learnt_from_the_sender(feed: str) -> None:
    it = turned(sample(SHAPES[feed].item))
    validator = Validator(SHAPES[feed])
    for _ in range(FIRST_LOOK):
        assert not is_read(validator, it)
        assert isinstance(validator.check(it), Row)
    assert is_read(validator, it)


def test_an_order_is_learnt_from_items_each_of_which_lacks_some_names() -> None:
    whole = turned(sample(SHAPES["products"].item))
    optional = [name for name, field in SHAPES["products"].item.fields.items() if field.is_optional]
    validator = Validator(SHAPES["products"])
    for number in range(FIRST_LOOK):
        lacked = optional[number % len(optional)]
        there = {name: value for name, value in whole.items() if name != lacked}
        validator.check(there | ({"categoryData": None} if lacked == "categories" else {}))
    assert is_read(validator, whole)


def test_senders_whose_orders_differ_are_read_and_kept_alike() -> None:
    validator = Validator(SHAPES["prices"])
    items = [item("prices", sku=str(number)) for number in range(4 * FIRST_LOOK)]
    sent = [turned(it) if number % 2 else it for number, it in enumerate(items)]
    rows = rows_of(compact(sent).encode(), validator)
    assert [row.item for row in rows] == [compact(it) for it in sent]
    assert [row.identity for row in rows] == [compact([it["sku"], "0", "base"]) for it in items]


@pytest.mark.parametrize("sku", ["plain", "Zürich", "a/b", 'a "b"', "a\\b", "\t", "\U0001f600", "\u2028", "["])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_an_identity_is_the_same_however_it_is_read(sku: str, is_ascii: bool) -> None:
    validator = Validator(SHAPES["products"])
    it = item("products", sku=sku)
    text = json.dumps(it, separators=(",", ":"), ensure_ascii=is_ascii).replace("/", "\\/" if is_ascii else "/")
    [row] = rows_of(f"[{text}]".encode(), validator)
    assert row == validator.check(it, text)


def test_a_batch_of_any_letters_is_kept_whether_items_are_read_or_parsed() -> None:
    validator = Validator(SHAPES["products"])
    items = [item("products", sku=sku, name=sku) for sku in ("Zürich", "plain", "Москва", "\U0001f600", "東京")]
    texts = [json.dumps(it, separators=(",", ":"), ensure_ascii=False) for it in items]
    texts[2] = json.dumps(items[2], ensure_ascii=False)  # has blanks, and is parsed
    rows = rows_of(f"[{','.join(texts)}]".encode(), validator)
    assert [row.item for row in rows] == texts
    assert [json.loads(row.identity)[0] for row in rows] == [it["sku"] for it in items]


def test_a_byte_that_is_not_utf8_is_told_with_its_place_in_the_body() -> None:
    texts = [json.dumps(item("products", sku=sku), separators=(",", ":"), ensure_ascii=False) for sku in ("ü", "?")]
    body = f"[{','.join(texts)}]".encode().replace(b"?", b"\xff")
    with pytest.raises(Refusal, match=f"the body is not UTF-8: invalid start byte at byte {body.index(0xFF)}"):
        rows_of(body, Validator(SHAPES["products"]))


@pytest.mark.parametrize("feed", FEEDS)
def test_a_deletion_is_parsed(feed: str) -> None:
    assert not is_read(Validator(SHAPES[feed]), tombstone(feed))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"sku":', '"sku":"other","sku":'),
        ('"sku":', '"s\\u006bu":"other","sku":'),
        ('"deleted":false', '"deleted":false,"deleted":true'),
        ('"deleted":false', '"deleted":true,"deleted":false'),
        ('"sku":"24-MB01"', '"sku":""'),
        ('"sku":"24-MB01"', '"sku":"\\udc00"'),
        ('"sku":"24-MB01"', '"sku":"\x1f"'),
        ('"sku":"24-MB01"', '"sku":"\\x"'),
        ('"productId":1', '"productId":01'),
        ('"productId":1', '"productId":1.0'),
        ('"productId":1', f'"productId":{2**63}'),
        ('"createdAt":"2026-01-02', '"createdAt":"2026-02-30'),
        ('"createdAt":"2026-01-02', '"createdAt":"0000-01-02'),
        ('"attributes":null', '"attributes":[]'),
        ('"attributes":null', '"attributes":[{"attributeCode":"a"},]'),
        ('"attributes":null', '"attributes":[,{"attributeCode":"a"}]'),
        ('"attributes":null', '"attributes":[{"attributeCode":"a","value":["x","y",]}]'),
        ('"attributes":null', '"attributes":[{"attributeCode":"a"}{"attributeCode":"a"}]'),
        ('"categoryData":null', '"categoryData":null,"categories":["a"]'),
        ('{"sku"', '{,"sku"'),
        ('"modifiedAt":"2026-11-23 15:04:05"}', '"modifiedAt":"2026-11-23 15:04:05",}'),
    ],
)
def test_what_is_wrong_is_not_read_over(before: str, after: str) -> None:
    text = compact(item("products"))
    assert text.count(before) == 1
    expression = Expression(SHAPES["products"])
    assert expression.find(text, 0) is not None
    assert expression.find(text.replace(before, after), 0) is None


def test_a_long_item_is_parsed() -> None:
    validator = Validator(SHAPES["products"])
    long = item("products", description="d" * LONGEST)
    assert not is_read(validator, long)
    assert isinstance(validator.check(long), Row)
