"""The head of a feed's file: what each line means, and what is said of lines that mean nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasexport.feeds.own.head import Fault, Watch, read

OWN = "-- feed: goods\n-- entity: article.id\n-- identity: code\n"


def test_a_head_says_all_that_a_feed_needs():
    head = read(
        "-- Our goods; see https://example.com/goods\n"
        "-- https://example.com\n"
        "-- feed: goods\n"
        '-- entity: "odd name".k text\n'
        "-- identity: code, locale\n"
        "-- kept: title\n"
        "-- title: Our Goods\n"
        "-- mode: legacy\n"
        "-- batch_size: 500\n"
        "-- field: weight number\n"
        '-- field: "unit price" number\n'
        "-- field: image.url text\n"
        "-- watch: label.article_id\n"
        "-- watch: shelf.id via shelf\n"
        "-- everything: tax\n"
        "-- everything: option.name in ('a', 'it''s', 3)\n"
        "-- unwatched: visit, nobody minds, really\n"
        "-- Remarks: with a capital are none\n"
        "-- name: items\n"
        "-- watch: not.read\n"
    )
    assert head.faults == []
    assert (head.feed, head.table, head.column, head.kind) == ("goods", "odd name", "k", "text")
    assert (head.identity, head.kept, head.title) == (("code", "locale"), ("title",), "Our Goods")
    assert (head.is_legacy, head.batch_size) == (True, 500)
    assert head.fields == {"weight": "number", "unit price": "number", "image.url": "text"}
    assert head.watches == [Watch(13, "label", "article_id"), Watch(14, "shelf", "id", "shelf")]
    assert head.everything == [Watch(15, "tax"), Watch(16, "option", "name", "", ("a", "it's", 3))]
    assert head.unwatched == {"visit": "nobody minds, really"}


@pytest.mark.parametrize(
    ("line", "table", "column", "kind"),
    [
        ("-- entity: t.id", "t", "id", ""),
        ("--entity:t.id", "t", "id", ""),
        ("  --   entity  :  t.id   integer  ", "t", "id", "integer"),
        ('-- entity: "order".id', "order", "id", ""),
        ('-- entity: "a.b"."c ""d"""', "a.b", 'c "d"', ""),
        ("-- entity: T.ID text", "T", "ID", "text"),
        ("-- entity: größe.ü", "größe", "ü", ""),
    ],
)
def test_names_are_as_sql_has_them(line, table, column, kind):
    head = read(f"-- feed: goods\n{line}\n-- identity: code\n")
    assert (head.table, head.column, head.kind, head.faults) == (table, column, kind, [])


@pytest.mark.parametrize(
    ("line", "table", "reason"),
    [
        ("shelf, it never changes", "shelf", "it never changes"),
        ("shelf,static,never", "shelf", "static,never"),
        ("shelf , a, b", "shelf", "a, b"),
        ('"a, b", because', "a, b", "because"),
        ("Shelf, x", "shelf", "x"),
    ],
)
def test_what_is_unwatched_has_its_reason(line, table, reason):
    assert read(f"{OWN}-- unwatched: {line}\n").unwatched == {table: reason}


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("sku", ("sku",)),
        ("sku,locale", ("sku", "locale")),
        (' "sku" ,  "a, b" ', ("sku", "a, b")),
        ('"say ""hi"""', ('say "hi"',)),
        ("größe, b", ("größe", "b")),
    ],
)
def test_lists_of_names_may_have_quotes(value, names):
    head = read(f"-- feed: goods\n-- entity: t.id\n-- identity: {value}\n")
    assert (head.identity, head.faults) == (names, [])


def test_the_name_of_a_feed_may_have_quotes():
    assert read('-- feed: "goods"\n-- entity: t.id\n-- identity: code\n').feed == "goods"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("-- wacht: t.c", "unknown directive wacht; did you mean watch?"),
        ("-- entities: t.c", "unknown directive entities; did you mean entity?"),
        ("-- feed: wares", "feed stands twice, first in line 1"),
        ("-- entity: t.c", "entity stands twice, first in line 2"),
        ("-- watch: t", "expected -- watch: table.column, or -- watch: table.column via name"),
        ("-- watch: t.c by x", "expected -- watch: table.column, or -- watch: table.column via name"),
        ("-- watch: t.c via", "expected -- watch: table.column, or -- watch: table.column via name"),
        ("-- watch: a.b.c", "expected -- watch: table.column, or -- watch: table.column via name"),
        ("-- everything:", "expected -- everything: table, or -- everything: table.column in ('a', 'b')"),
        ("-- everything: t.c", "expected -- everything: table, or -- everything: table.column in ('a', 'b')"),
        ("-- everything: t.c in ()", "expected -- everything: table, or -- everything: table.column in ('a', 'b')"),
        ("-- everything: t.c in (a)", "expected -- everything: table, or -- everything: table.column in ('a', 'b')"),
        ("-- everything: t.c in ('a',)", "expected -- everything: table, or -- everything: table.column in ('a', 'b')"),
        ("-- unwatched: t", "expected -- unwatched: table, and after a comma the reason"),
        ("-- unwatched: t,", "expected -- unwatched: table, and after a comma the reason"),
        ("-- kept: a,,b", "kept: expected names of fields, with commas between them"),
        ("-- kept:", "kept: expected names of fields, with commas between them"),
        ("-- title:", "title: expected a text"),
        ("-- mode: fast", "mode: 'fast' is neither immediate nor legacy"),
        ("-- batch_size: 0", "batch_size: '0' is not a number from 1 to 10000"),
        ("-- batch_size: ٣", "batch_size: '٣' is not a number from 1 to 10000"),
        ("-- batch_size: 1e3", "batch_size: '1e3' is not a number from 1 to 10000"),
        ("-- field: weight", "expected -- field: NAME TYPE, a type of text, integer, number, boolean, time, json"),
        (
            "-- field: weight float",
            "expected -- field: NAME TYPE, a type of text, integer, number, boolean, time, json",
        ),
        (
            "-- field: my weight number",
            "expected -- field: NAME TYPE, a type of text, integer, number, boolean, time, json",
        ),
        ("-- field: deleted boolean", "field deleted is set by the exporter"),
        ("-- field: modifiedAt time", "field modifiedAt is set by the exporter"),
    ],
)
def test_a_line_that_means_nothing_is_named(line, reason):
    assert read(f"{OWN}{line}\n").faults == [Fault(4, reason)]


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        ("-- identity: deleted, code", [Fault(3, "identity: deleted is set by the exporter")]),
        ("-- identity: modifiedAt", [Fault(3, "identity: modifiedAt is set by the exporter")]),
        ("-- identity: code, code", [Fault(3, "identity: a field stands twice")]),
        ("-- identity: code\n-- field: code json", [Fault(3, "identity: code is json, which identifies nothing")]),
        ("-- title: x", [Fault(0, "lacks the line -- identity: the fields that identify an item of goods")]),
    ],
)
def test_an_identity_is_of_fields_that_can_identify(lines, faults):
    assert read(f"-- feed: goods\n-- entity: t.id\n{lines}\n").faults == faults


@pytest.mark.parametrize("name", ["Goods", "1goods", "go ods", "", "g" * 41, "gö", "go-ods"])
def test_a_bad_name_of_a_feed_is_a_fault(name):
    reasons = [fault.reason for fault in read(f"-- feed: {name}\n-- entity: t.id\n-- identity: code\n").faults]
    assert reasons == [f"feed: {name!r} is no name of a feed: a small letter, then letters, digits and _, 40 at most"]


@pytest.mark.parametrize(
    "line", ["identity: sku", "kept: sku", "title: x", "mode: legacy", "batch_size: 5", "field: weight number"]
)
def test_what_is_published_cannot_be_changed(line):
    word = line.partition(":")[0]
    assert read(f"-- feed: products\n-- entity: t.id\n-- {line}\n").faults == [
        Fault(3, f"{word}: of the feed products it is published and cannot be changed")
    ]


def test_all_faults_are_told():
    assert read("-- feed: Goods\n-- wacht: x\n-- mode: fast\n").faults == [
        Fault(1, "feed: 'Goods' is no name of a feed: a small letter, then letters, digits and _, 40 at most"),
        Fault(2, "unknown directive wacht; did you mean watch?"),
        Fault(3, "mode: 'fast' is neither immediate nor legacy"),
        Fault(0, "lacks the line -- entity: table.column"),
    ]


LINES = st.sampled_from(
    ["feed", "entity", "watch", "everything", "unwatched", "identity", "field", "kept", "mode", "x"]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(LINES, st.text("ab .,\"'()1in", max_size=20))))
def test_no_head_raises_anything(lines):
    for fault in read("".join(f"-- {word}: {value}\n" for word, value in lines)).faults:
        assert "\n" not in fault.reason
