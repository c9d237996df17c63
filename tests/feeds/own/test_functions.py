"""The functions that queries may call, as SQLite calls them."""

import json
import sqlite3
import time
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasexport.database.uuids import uuid5
from saasexport.feeds.own import functions


def called(expression, *values, shop="shop.example"):
    """What a query gives for an expression."""
    connection = sqlite3.connect(":memory:")
    functions.register(connection)
    functions.register(connection, functions.making_uuids(partial(uuid5, shop)))
    try:
        [(value,)] = connection.execute(f"select {expression}", values)
    finally:
        connection.close()
    return value


# Keys


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (7, 7),
        (-7, -7),
        (2**63 - 1, 2**63 - 1),
        (None, None),
        # The first 13 hexadecimal digits of sha1("abc"), a9993e364706816aba3e25717850c26c9cd0d89d.
        ("abc", 0xA9993E3647068),
        (b"abc", 0xA9993E3647068),
        ("", 0xDA39A3EE5E6B4),
        ("7", 0x902BA3CDA1883),
    ],
)
def test_a_text_key_has_a_number_of_52_bits_and_a_whole_number_is_its_own(key, expected):
    assert called("number_of(?)", key) == expected


def test_a_uuid_is_the_same_for_the_same_kind_and_key_only():
    first = called("uuid_of('order', 5)")
    assert first == called("uuid_of('order', '5')")
    assert len(first) == 36
    others = [called("uuid_of('item', 5)"), called("uuid_of('order', 6)"), called("uuid_of('order', 55)")]
    assert len({first, *others}) == 4
    assert called("uuid_of('order', null)") is None


def test_two_shops_have_other_uuids_for_one_key_and_a_built_in_feed_has_the_same():
    # uuid5 of the namespace sha1("shop.example")[:16] and order/5.
    assert called("uuid_of('order', 5)") == uuid5("shop.example", "order", 5)
    assert called("uuid_of('order', 5)") != called("uuid_of('order', 5)", shop="other.example")


# Codes


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("base64('configurable/93/4')", "Y29uZmlndXJhYmxlLzkzLzQ="),
        ("base64('')", ""),
        ("base64(x'ff00')", "/wA="),
        ("base64('ä')", "w6Q="),
        ("base64(12)", "MTI="),
        ("base64(null)", None),
        ("md5('abc')", "900150983cd24fb0d6963f7d28e17f72"),
        ("md5('')", "d41d8cd98f00b204e9800998ecf8427e"),
        ("md5(null)", None),
        ("sha1('abc')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha1('')", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("sha1(x'616263')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha1(null)", None),
    ],
)
def test_codes_are_of_the_bytes_of_a_value(expression, expected):
    assert called(expression) == expected


# HTML


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fish &amp; Chips", "Fish & Chips"),
        ("&lt;b&gt;", "<b>"),
        ("caf&eacute; &#8364;5 &#x20AC;6", "café €5 €6"),
        ("no entity & none", "no entity & none"),
        ("&#" + "9" * 5000 + ";", "\ufffd"),
        ("", ""),
        (5, 5),
        (None, None),
    ],
)
def test_entities_are_resolved(text, expected):
    assert called("unescape(?)", text) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One</p><p>Two</p>", "One Two"),
        ("a<b>b</b>c", "abc"),
        ("a<br>b<br/>c", "a b c"),
        ("Fish &amp;\n\t Chips&nbsp;!", "Fish & Chips !"),
        ("x<script>var a = '<p>';</script>y<style type='a'>p { }</style>z", "xyz"),
        ("x<SCRIPT>1</Script >y", "xy"),
        ("x<script>never closed", "x"),
        ("a<!-- <p>b</p> -->c", "ac"),
        ("a<!-- never closed", "a"),
        ("<!DOCTYPE html><![foo]>a<?php echo 1 ?>b", "ab"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<a title=\"1 > 0\" href='x'>link</a>", "link"),
        ('<p title="open>text</p>', "text"),
        ("<li>a</li><li>b</li>", "a b"),
        ("&lt;b&gt;", "<b>"),
        ("text <b", "text <b"),
        ("", ""),
        (None, None),
        (3, 3),
    ],
)
def test_html_becomes_its_text(html, expected):
    assert called("plain(?)", html) == expected


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "piece",
    ["<a", "<!--", "<script>", '<a "', "<p'", '<a b="', "</script ", "&#9999", "<p'\"", '"x" '],
)
def test_no_html_takes_long(piece):
    before = time.process_time()
    functions.plain(piece * 40_000)
    functions.plain("<script>" + piece * 40_000)
    functions.plain("<a " + piece * 40_000)
    assert time.process_time() - before < 2


# PHP


@pytest.mark.parametrize(
    ("serialised", "expected"),
    [
        ("N;", "null"),
        ("b:1;", "true"),
        ("b:0;", "false"),
        ("i:-12;", "-12"),
        ("d:0.5;", "0.5"),
        ("d:3;", "3"),
        ("d:1.0E+25;", "1e+25"),
        ("d:INF;", "null"),
        ("d:-INF;", "null"),
        ("d:NAN;", "null"),
        ('s:0:"";', '""'),
        ('s:3:"a"b";', '"a\\"b"'),
        ('s:3:"äb";', '"äb"'),
        ("a:0:{}", "[]"),
        ('a:2:{i:0;s:1:"a";i:1;s:1:"b";}', '["a", "b"]'),
        ('a:2:{i:1;s:1:"a";i:0;s:1:"b";}', '{"1": "a", "0": "b"}'),
        ("a:1:{i:5;b:1;}", '{"5": true}'),
        ('a:1:{s:5:"width";i:800;}', '{"width": 800}'),
        (
            'a:1:{s:5:"sizes";a:1:{s:5:"thumb";a:1:{s:4:"file";s:5:"a.jpg";}}}',
            '{"sizes": {"thumb": {"file": "a.jpg"}}}',
        ),
        ('O:8:"stdClass":1:{s:1:"a";i:1;}', '{"a": 1}'),
        ('O:3:"Foo":2:{s:6:"\0*\0bar";i:1;s:8:"\0Foo\0baz";N;}', '{"bar": 1, "baz": null}'),
        ('O:3:"Foo":0:{}', "{}"),
        (b's:1:"a";', '"a"'),
    ],
)
def test_what_php_serialised_is_json(serialised, expected):
    # Bytes, as SQLite ends a text that Python gives it at no zero byte, but the shell does.
    assert functions.php_json(serialised) == expected
    assert called("json_valid(php_json(?))", serialised) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "0",
        "i:1",
        "i:1;i:2;",
        "i:1_0;",
        "i: 1;",
        "b:2;",
        "b:true;",
        's:5:"abc";',
        's:-1:"";',
        's:1:"ä";',
        "a:1:{}",
        "a:2:{i:0;i:1;}",
        "a:1:{a:0:{}i:1;}",
        "a:1:{N;i:1;}",
        "a:-1:{}",
        "a:0:{};",
        "R:1;",
        "{}",
        '{"a": 1}',
        "a:1:{i:0;" * 5000,
        "a:1:{i:0;" * 5000 + "N;" + "}" * 5000,
        "i:" + "9" * 5000 + ";",
        b's:1:"\xff";',
        None,
        5,
        1.5,
    ],
)
def test_what_php_did_not_serialise_is_null(text):
    assert called("php_json(?)", text) is None


def php(value):
    """What PHP's serialize() writes for a value."""
    if value is None:
        return "N;"
    if isinstance(value, bool):
        return f"b:{int(value)};"
    if isinstance(value, int):
        return f"i:{value};"
    if isinstance(value, str):
        return f's:{len(value.encode())}:"{value}";'
    pairs = enumerate(value) if isinstance(value, list) else value.items()
    return f"a:{len(value)}:{{{''.join(php(name) + php(each) for name, each in pairs)}}}"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab;:\"'{}ä", min_size=1), inner, min_size=1),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_everything_that_php_serialises_comes_back(value):
    assert json.loads(functions.php_json(php(value))) == value


@settings(max_examples=100, deadline=None)
@given(st.text() | st.text('aisdbON0123456789:;{}"') | st.binary())
def test_no_text_makes_a_function_fail(text):
    for name in ("php_json", "plain", "unescape", "md5", "sha1", "base64", "number_of"):
        called(f"{name}(?)", text)
    called("utc(?, ?)", text, text)
    called("uuid_of(?, ?)", text, text)


# Times


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        ("2026-01-15 12:00:00", "Europe/Berlin", "2026-01-15 11:00:00"),
        ("2026-07-15 12:00:00", "Europe/Berlin", "2026-07-15 10:00:00"),
        # Before and after the clocks go forward, at 01:00 UTC, and the hour that there is not.
        ("2026-03-29 01:59:59", "Europe/Berlin", "2026-03-29 00:59:59"),
        ("2026-03-29 03:00:00", "Europe/Berlin", "2026-03-29 01:00:00"),
        ("2026-03-29 02:30:00", "Europe/Berlin", "2026-03-29 01:30:00"),
        # The hour that there is twice is its first.
        ("2026-10-25 02:30:00", "Europe/Berlin", "2026-10-25 00:30:00"),
        ("2026-10-25 03:00:00", "Europe/Berlin", "2026-10-25 02:00:00"),
        ("2026-03-08 03:00:00", "America/New_York", "2026-03-08 07:00:00"),
        ("2026-11-01 00:30:00", "America/New_York", "2026-11-01 04:30:00"),
        ("2026-12-31 23:00:00", "America/New_York", "2027-01-01 04:00:00"),
        ("2026-01-15 05:00:00", "Asia/Kolkata", "2026-01-14 23:30:00"),
        ("2026-01-15", "Asia/Tokyo", "2026-01-14 15:00:00"),
        ("2026-01-15T12:00:00.999", "UTC", "2026-01-15 12:00:00"),
        # What says its own zone needs none.
        ("2026-01-15T12:00:00+05:00", "Europe/Berlin", "2026-01-15 07:00:00"),
        ("2026-01-15T12:00:00Z", None, "2026-01-15 12:00:00"),
        (None, "Europe/Berlin", None),
    ],
)
def test_local_times_become_utc(local, zone, expected):
    assert called("utc(?, ?)", local, zone) == expected


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        ("yesterday", "UTC", "yesterday"),
        ("", "UTC", ""),
        ("0000-00-00 00:00:00", "UTC", "0000-00-00 00:00:00"),
        ("0001-01-01 00:00:00", "Asia/Tokyo", "0001-01-01 00:00:00"),
        (5, "UTC", 5),
        ("2026-01-15 12:00:00", "Mars/Base", "2026-01-15 12:00:00 (Mars/Base)"),
        ("2026-01-15 12:00:00", "", "2026-01-15 12:00:00 ()"),
        ("2026-01-15 12:00:00", None, "2026-01-15 12:00:00 (None)"),
        ("2026-01-15 12:00:00", "../UTC", "2026-01-15 12:00:00 (../UTC)"),
        ("2026-01-15 12:00:00", "/etc/passwd", "2026-01-15 12:00:00 (/etc/passwd)"),
    ],
)
def test_what_is_no_time_or_no_zone_is_no_time_to_the_item_either(local, zone, expected):
    assert called("utc(?, ?)", local, zone) == expected


# On the connection


def test_the_functions_may_stand_in_an_index_of_a_query_as_they_are_deterministic():
    connection = sqlite3.connect(":memory:")
    functions.register(connection)
    connection.execute("create table t(a)")
    # SQLite takes deterministic functions only.
    connection.execute("create index i on t(md5(a), sha1(a), base64(a), number_of(a), plain(a), php_json(a))")
    connection.close()


def test_a_module_adds_functions_of_its_own():
    connection = sqlite3.connect(":memory:")
    functions.register(connection, {**functions.FUNCTIONS, "twice": (1, lambda value: value * 2)})
    assert connection.execute("select twice(21), md5('abc')").fetchone() == (42, "900150983cd24fb0d6963f7d28e17f72")
    connection.close()
