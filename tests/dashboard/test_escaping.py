"""What stands in the shop or comes from the service is shown, never obeyed."""

import json
import sqlite3
from contextlib import closing
from urllib.parse import quote

import pytest

from saasexport.web import templates
from saasexport.web.templates import Markup
from tests.dashboard.reading import Read

ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</td></tr></table><h1>owned",
    "</title><style>body{display:none}</style>",
    "&lt;b&gt; &amp;quot;",
    "$token ${token} $$",
    "javascript:alert(1)",
    "--><!-- name: page -->",
    "line\nbreak\ttab\u2028",
    "\u202eevil\u202c \u0000\u001b[31m",
    "\u009b31m \u0085 \u200f\u061c \u2066over\u2069",
]

# What no person sees as text, and is shown as JSON writes it.
STEERING = "\0\x1b\x85\x9b\u061c\u200f\u2028\u202c\u202e\u2066\u2069"


@pytest.fixture
def attacked(own, own_dashboard):
    """Items whose SKU, error and request id are attacks."""
    with closing(sqlite3.connect(own.folder / "var" / "saasexport.sqlite")) as ours:
        for number, attack in enumerate(ATTACKS, start=1):
            ours.execute(
                "update cde_products_feed set feed_data = ?, errors = ?, metadata = ?, status = 400 where id = ?",
                (
                    json.dumps({"sku": attack, "storeViewCode": attack}, ensure_ascii=False),
                    attack * 30 if number % 2 else attack,
                    json.dumps({"requestId": attack}),
                    number,
                ),
            )
        ours.commit()
    return own_dashboard


def plain(text):
    """A text as a reader of a page gets it."""
    return " ".join(shown(text).split())


def shown(text):
    """A text as it stands on a page."""
    return "".join(f"\\u{ord(character):04x}" if character in STEERING else character for character in text)


def allowed(tags):
    """The kinds of tags that our templates have."""
    return {tag for tag, _ in tags}


def test_an_attack_in_an_identifier_error_or_request_id_is_only_text(attacked):
    known = allowed(attacked.page("/feeds/products").tags) | {"details", "summary", "p"}
    text = attacked.get("/feeds/products?status=attention")
    page = Read(text)
    assert allowed(page.tags) <= known
    assert "<script" not in text
    assert "onerror" not in " ".join(name for _, attributes in page.tags for name in attributes)
    rows = {row[1]: row for row in page.rows()}
    assert len(rows) == len(ATTACKS)
    for number, attack in enumerate(ATTACKS, start=1):
        row = rows[str(number)]
        assert row[3] == plain(f"sku {attack} storeViewCode {attack}")
        assert row[7] == plain(attack)
        assert plain(attack) in row[8]


@pytest.mark.sample(1)
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_that_is_searched_for_comes_back_as_text(attacked, attack):
    for path in ("/feeds/products", "/data"):
        text = attacked.get(f"{path}?search={quote(attack)}&match=contains")
        page = Read(text)
        assert "<script" not in text
        assert not [tag for tag, _ in page.tags if tag in ("script", "img")]
    assert [value.strip() for name, value in page.fields if name == "search"] == [
        shown(attack.strip())
    ]


def test_an_attack_among_the_chosen_items_is_only_text(attacked):
    ids = range(1, len(ATTACKS) + 1)
    _, _, text = attacked.post("/feeds/products/resync", {"token": attacked.token(), "id": list(ids)})
    assert "<script" not in text
    assert {row[0]: row[1] for row in Read(text).rows()} == {
        str(number): plain(f"sku {attack} storeViewCode {attack}") for number, attack in enumerate(ATTACKS, start=1)
    }


def test_what_a_job_or_the_service_said_is_only_text(own, own_dashboard):
    with closing(sqlite3.connect(own.folder / "var" / "saasexport.sqlite")) as ours:
        ours.execute("update indexer_state set status = 'invalid', reason = '<b>reason</b>' where feed = 'prices'")
        ours.execute("delete from service_state")
        ours.execute("insert into service_state (url, failures, error) values (?, 3, '<b>error</b>')", (own.url,))
        ours.commit()
    text = own_dashboard.get("/")
    assert "&lt;b&gt;reason&lt;/b&gt;" in text
    assert "&lt;b&gt;error&lt;/b&gt;" in text


def test_feed_data_that_is_no_json_costs_only_its_own_cell(own, own_dashboard):
    with closing(sqlite3.connect(own.folder / "var" / "saasexport.sqlite")) as ours:
        for number, data in enumerate(("", "{broken", "[1]", "null", '"text"'), start=1):
            values = (data, data, number)
            ours.execute("update cde_product_variants_feed set feed_data = ?, metadata = ? where id = ?", values)
        ours.commit()
    rows = {row[1]: row for row in own_dashboard.page("/feeds/variants").rows()}
    assert [rows[str(number)][3] for number in range(1, 6)] == ["not known"] * 5
    assert rows["6"][3].startswith("parentSku ")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\x07b", "a\\u0007b"),
        ("a\x7fb", "a\\u007fb"),
        ("a\x85b\x9b", "a\\u0085b\\u009b"),
        ("\u200e\u202a\u2069", "\\u200e\\u202a\\u2069"),
        ("a\udc80b\ud83e", "a\\udc80b\\ud83e"),
        ("\r\nnext\t.", "\\u000d\nnext\t."),
        ("Käse 🧀 \u200d", "Käse 🧀 \u200d"),
        (ValueError("<\x1b\udcff>"), "&lt;\\u001b\\udcff&gt;"),
        (b"\x1b".decode(), "\\u001b"),
    ],
)
def test_what_is_no_text_for_people_is_shown_as_json_writes_it(value, expected):
    assert templates.escape(value) == expected
    assert templates.escape([value, value]) == f"{expected}\n{expected}"


def test_a_template_escapes_every_value_but_markup():
    html = templates.Templates("here", {"line": templates.Template("<p title=\"$one\">$two$three</p>")})
    filled = html.line(one='"<&\'', two=Markup("<b>2</b>"), three=["<", Markup("<i></i>"), 1234, None])
    assert filled == '<p title="&quot;&lt;&amp;&#x27;"><b>2</b>&lt;\n<i></i>\n1,234\n</p>'
    with pytest.raises(AttributeError, match="no fragment other in here"):
        html.other()
    with pytest.raises(KeyError):
        html.line(one="")
