"""The preview: plain pages that show a shop owner what the connected services know."""

import html
import re
from typing import Any
from urllib.parse import parse_qs

import pytest

from saasexport.service.server import CommerceService
from tests.service.conftest import Caller, until
from tests.service.storefront.front import Front
from tests.service.valid_items import item


def links(text: str) -> dict[str, str]:
    """Where each link of a page leads, by its text."""
    rows = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', text, re.S)
    return {html.unescape(re.sub("<[^>]*>", "", inside)).strip(): html.unescape(href) for href, inside in rows}


def follow(front: Front, text: str, name: str) -> str:
    """The page behind a link."""
    titles = links(text)
    href = titles.get(name) or next(href for title, href in titles.items() if title.startswith(name))
    path, _, query = href.removeprefix("/storefront/").partition("?")
    status, _, page = front.page(path, **parse_qs(query))
    assert status == 200
    return page


def number_found(text: str) -> int:
    """How many products a page says there are."""
    return int(re.search(r"([\d,]+) products?</p>", text)[1].replace(",", ""))  # type: ignore[index]


EVERY = [
    ("", {}),
    ("", {"q": "kettle"}),
    ("", {"q": "ketle"}),
    ("", {"q": "zzz"}),
    ("", {"category": "brewing", "sort": "-price"}),
    ("", {"category": "brewing", "filter": ["brand:Copper Row", "price:10..50"], "page": "1"}),
    ("", {"store_view": "french", "q": "café", "group": "2"}),
    ("product", {"sku": "KL-ESP-HOUSE"}),
    ("product", {"sku": "KL-CUP", "option": "Y29uZmlndXJhYmxlLzEyMS8zOQ=="}),
    ("product", {"sku": "KL-SET-MORNING"}),
    ("product", {"sku": "KL-GRP-TASTING", "group": "1"}),
    ("product", {"sku": "KL-DL-RECIPES", "store_view": "wholesale", "group": "2"}),
]


@pytest.mark.parametrize(("path", "parameters"), EVERY, ids=str)
def test_a_page_is_whole_without_script_and_without_anything_from_elsewhere(
    front: Front, path: str, parameters: dict[str, Any]
) -> None:
    status, headers, text = front.page(path, **parameters)
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search(r"<(script|img|iframe|link rel=.stylesheet|object|embed)|\son[a-z]+=|javascript:", text)
    addresses = set(re.findall(r'(?:href|src|action)="([^"]*)"', text))
    assert {href for href in addresses if not href.startswith("/storefront/")} == {"data:,", "#main"}
    assert text.count("<h1>") == text.count('<main id="main"') == 1
    assert "$" not in re.sub(r"<style>.*?</style>", "", text, flags=re.S)


@pytest.mark.sample(1)
@pytest.mark.parametrize(("path", "parameters"), EVERY[:8], ids=str)
def test_every_link_leads_to_a_page(front: Front, path: str, parameters: dict[str, Any]) -> None:
    _, _, text = front.page(path, **parameters)
    for name in list(links(text))[1:40:3]:
        assert "<h1>" in follow(front, text, name)


def test_a_search_shows_what_the_services_find(front: Front) -> None:
    _, _, text = front.page(q="stove top")
    assert "<h1>Search for stove top</h1>" in text
    assert number_found(text) == 1
    assert links(text)["Stove Top Kettle"] == "/storefront/product?sku=KL-KTL-STOVE"
    assert "46.00 USD" in text


def test_suggestions_stand_in_the_box_and_below_it(front: Front) -> None:
    _, _, text = front.page(q="stov")
    assert '<option value="stove top kettle"></option>' in text
    assert links(text)["stove top"] == "/storefront/?q=stove+top"


def test_a_typo_is_told(front: Front) -> None:
    assert "Nothing was found for &#x27;ketle&#x27;, so &#x27;kettle&#x27; is shown." in front.page(q="ketle")[2]


def test_a_facet_s_value_narrows_the_page_and_widens_it_again(front: Front) -> None:
    _, _, whole = front.page(q="kettle")
    narrow = follow(front, whole, "Kettle Lane 32")
    assert (number_found(whole), number_found(narrow)) == (46, 32)
    assert number_found(follow(front, narrow, "Kettle Lane 32")) == 46
    both = follow(front, narrow, "Hill Farm Pottery 7")
    assert number_found(both) == 39


def test_of_price_ranges_one_is_chosen(front: Front) -> None:
    _, _, whole = front.page(q="kettle")
    cheap = follow(front, whole, "0.0-10.0")
    assert number_found(cheap) == 8
    assert number_found(follow(front, cheap, ">100.0")) == 3


def test_a_category_shows_its_path_its_children_and_its_products(front: Front) -> None:
    _, _, text = front.page(category="coffee/espresso")
    assert "<h1>Espresso</h1>" in text
    assert links(text)["Coffee"] == "/storefront/?category=coffee"
    assert links(text)["Dark roasts"] == "/storefront/?category=coffee%2Fespresso%2Fdark-roasts"
    assert number_found(text) == 15


def test_pages_lead_on(front: Front) -> None:
    _, _, first = front.page()
    second = follow(front, first, "2")
    assert number_found(first) == number_found(second) == 257
    cards = [set(re.findall(r"<code>([^<]*)</code>", text)) for text in (first, second)]
    assert (len(cards[0]), len(cards[1]), cards[0] & cards[1]) == (24, 24, set())


def test_choosing_options_leads_to_a_variant(front: Front) -> None:
    _, _, text = front.page("product", sku="KL-CUP")
    assert "9.00 to 25.00 USD" in text
    size = follow(front, text, "Breakfast")
    assert "Choose the rest." in size
    assert "9.00 to 20.00 USD" in size
    variant = follow(front, size, "Cream")
    assert "This is Lane Cup, cream, breakfast, KL-CUP-CREAM-BREAKFAST." in variant
    assert "<s>17.00</s>" in variant
    assert "9.00 USD" in variant
    # What does not go together begins anew.
    assert "Choose the rest." in follow(front, size, "Moss")


def test_what_each_group_pays_is_on_the_page_of_a_product(front: Front) -> None:
    _, _, text = front.page("product", sku="KL-RULE")
    rows = dict(re.findall(r'<tr><th scope="row">([^<]*)</th><td>(.*?)</td>', text, re.S))
    prices = {group: re.sub("<[^>]*>", "", price).strip() for group, price in rows.items()}
    assert {group: prices[group] for group in ("0, not logged in", "1", "2")} == {
        "0, not logged in": "36.00 32.40 USD",
        "1": "36.00 30.60 USD",
        "2": "36.00 USD",
    }


def test_a_group_that_may_not_see_a_product_or_its_price_is_told_so(front: Front) -> None:
    _, _, text = front.page("product", sku="KL-ESP-HOUSE", store_view="wholesale", group="2")
    assert "does not see it" in text
    _, _, hidden = front.page("product", sku="KL-TIERS", store_view="wholesale")
    assert "this group sees no price" in hidden
    assert "4.20" not in hidden
    status, _, refused = front.page("product", sku="KL-ESP-HOUSE", store_view="wholesale", group="0")
    assert (status, "KL-ESP-HOUSE" in refused, "10.50" in refused) == (404, True, False)


def test_parts_of_a_bundle_are_listed(front: Front) -> None:
    _, _, text = front.page("product", sku="KL-SET-MORNING")
    assert {"House Espresso", "Stove Top Kettle", "Lane Cup, cream, cappuccino"} <= set(links(text))
    assert "<h2>Cups (optional)</h2>" in text
    assert "Iron Trivet" not in text


def test_recommendations_say_what_only_fills_up(front: Front) -> None:
    _, _, text = front.page("product", sku="KL-ESP-HOUSE")
    assert {"Most purchased", "Bought together", "More like this"} <= set(re.findall(r"<h2>([^<]*)</h2>", text))
    assert "fills up" in text
    assert "Recently viewed" not in text


@pytest.mark.parametrize(
    ("path", "parameters", "status", "said"),
    [
        ("product", {"sku": "KL-NOBODY"}, 404, "there is no product &#x27;KL-NOBODY&#x27;"),
        ("product", {}, 404, "there is no product"),
        ("", {"page": "99"}, 400, "current_page 99 is beyond the last page, 11"),
        ("", {"page": "x"}, 400, "page: expected a number"),
        ("", {"sort": "shoe_size"}, 400, "shoe_size is not sortable"),
        ("", {"filter": "shoe_size:9"}, 400, "shoe_size is not filterable"),
        ("", {"filter": "price:a..b"}, 400, "filter: expected price:FROM..TO"),
        ("", {"filter": "price:nan..5"}, 400, "filter: expected price:FROM..TO"),
        ("", {"filter": "price:1..inf"}, 400, "filter: expected price:FROM..TO"),
        ("", {"filter": "price:1e999.."}, 400, "filter: expected price:FROM..TO"),
        ("", {"filter": "brand"}, 400, "filter: expected ATTRIBUTE:VALUE"),
        ("", {"store_view": "spanish"}, 400, "the store views of"),
    ],
)
def test_what_cannot_be_shown_is_a_page_too(
    front: Front, path: str, parameters: dict[str, str], status: int, said: str
) -> None:
    got, headers, text = front.page(path, **parameters)
    assert (got, headers["content-type"], said in text) == (status, "text/html; charset=utf-8", True)


def test_before_anything_was_received_the_page_says_so(service: CommerceService) -> None:
    status, _, text = Front(service).page()
    assert (status, "nothing was received yet" in text) == (400, True)


EVIL = "<script>alert(1)</script>\"'&amp;<b>"


def test_nothing_that_a_shop_writes_becomes_markup(caller: Caller) -> None:
    front = Front(caller.service)
    scope = {"storeViewCode": "default"}
    root = {**scope, "path": "1", "level": 1, "urlPath": "", "isActive": 1}
    caller.post("categories", [item("categories", categoryId="1", parentId="0", name=EVIL, **root)])
    child = {**scope, "path": "1/2", "level": 2, "urlPath": "evil", "isActive": 1}
    caller.post("categories", [item("categories", categoryId="2", parentId="1", name=EVIL, **child)])
    caller.post(
        "productAttributes",
        [
            item(
                "productAttributes",
                attributeCode="brand",
                label=EVIL,
                visible=True,
                filterable=True,
                filterableInSearch=True,
                **scope,
            )
        ],
    )
    caller.post(
        "products",
        [
            item(
                "products",
                sku=EVIL,
                name=EVIL,
                description=f"<p>{html.escape(EVIL)}</p>",
                status="Enabled",
                visibility="Catalog, Search",
                attributes=[{"attributeCode": "brand", "value": [EVIL]}],
                categoryData=[{"categoryId": "2", "categoryPath": EVIL, "productPosition": 1}],
                categories=[EVIL],
                **scope,
            )
        ],
    )
    until(lambda: "1 product<" in front.page()[2])
    for path, parameters in (
        ("", {}),
        ("", {"q": EVIL}),
        ("", {"category": "evil"}),
        ("", {"filter": f"brand:{EVIL}", "sort": "name"}),
        ("", {"filter": EVIL}),
        ("", {"environment": EVIL}),
        ("", {"store_view": EVIL}),
        ("", {"group": EVIL}),
        ("product", {"sku": EVIL}),
        ("product", {"sku": EVIL, "option": EVIL}),
        ("product", {"sku": EVIL * 2}),
    ):
        _, _, text = front.page(path, **parameters)
        assert "<script" not in text
        assert "<b>" not in text
        assert not re.search(r'="[^"]*[<>][^"]*"', text)
