"""What a typed phrase finds: whole words and their beginnings, accents, SKUs in parts, typos, languages."""

import pytest

from tests.service.storefront.front import Front

STOVE = "KL-KTL-STOVE"


@pytest.mark.parametrize(
    "phrase",
    [
        "stove top kettle",
        "STOVE",
        "stov",
        "st",
        "kettle stove",
        "top-kettle",
        "  stove   top  ",
        "the stove",
        "stove top ket",
        "kettles stove",
    ],
)
def test_words_are_found_in_any_order_case_and_ending(front: Front, phrase: str) -> None:
    assert STOVE in front.skus(phrase)


@pytest.mark.parametrize(
    "phrase",
    ["KL-KTL-STOVE", "kl-ktl-stove", "KLKTLSTOVE", "kl ktl stove", "KTL-STOVE", "ktl-sto", "TLSTOVE", "kl_ktl/stove"],
)
def test_a_sku_is_found_whole_and_in_parts(front: Front, phrase: str) -> None:
    assert front.skus(phrase) == [STOVE]


@pytest.mark.parametrize("phrase", ["KL-CUP-MOSS-BREAKFAST", "cup moss cappuccino", "lane cup charcoal"])
def test_a_variant_is_found_as_its_product(front: Front, phrase: str) -> None:
    assert front.skus(phrase)[0] == "KL-CUP"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ketle", "kettle"),
        ("kettlle", "kettle"),
        ("kettel", "kettle"),
        ("kottle", "kettle"),
        ("descalder", "descaler"),
        ("thermomter", "thermometer"),
        ("stoev top", "stove top"),
    ],
)
def test_a_typo_finds_what_was_meant_and_says_so(front: Front, typed: str, meant: str) -> None:
    answer = front.search(typed, "suggestions warnings { code message }", page_size=500)
    assert answer["skus"] == front.skus(meant)
    assert answer["suggestions"][0] == meant
    assert answer["warnings"] == [
        {"code": "CORRECTED_PHRASE", "message": f"nothing was found for {typed!r}, so {meant!r} is shown"}
    ]


def test_a_word_is_not_corrected_to_one_that_says_nothing(front: Front) -> None:
    assert front.search("wor", "suggestions warnings { code }", view="wholesale") == {
        "total_count": 0,
        "skus": [],
        "suggestions": [],
        "warnings": [],
    }


@pytest.mark.parametrize("phrase", ["zzz", "xqvw kettle", "KL-XTL-999", "cup size", "123456", '"', "*", "-", "()"])
def test_what_nobody_writes_finds_nothing_and_is_not_corrected(front: Front, phrase: str) -> None:
    answer = front.search(phrase, "warnings { code } page_info { current_page total_pages }")
    assert (answer["total_count"], answer["skus"], answer["warnings"]) == (0, [], [])
    assert answer["page_info"] == {"current_page": 1, "total_pages": 0}


@pytest.mark.parametrize(
    "phrase",
    ['"stove" OR', "stove*", "NEAR(stove)", "stove AND top", "name:stove", "stove\x00", "{stove", "^stove", "stove'"],
)
def test_signs_of_the_index_mean_nothing_in_a_phrase(front: Front, phrase: str) -> None:
    assert front.errors("query ($p: String!) { productSearch(phrase: $p) { total_count } }", {"p": phrase}) == []


@pytest.mark.parametrize(
    ("phrase", "sku"),
    [
        ("bouilloire à sifflet", STOVE),
        ("bouilloire a sifflet", STOVE),
        ("BOUILLOIRE", STOVE),
        ("théière", "KL-POT"),
        ("theiere", "KL-POT"),
        ("mousse", "KL-CUP"),
        ("creme", "KL-CUP"),
    ],
)
def test_accents_make_no_difference(front: Front, phrase: str, sku: str) -> None:
    assert sku in front.skus(phrase, view="french")


def test_each_store_view_has_its_own_words(front: Front) -> None:
    assert front.skus("bouilloire") == []
    assert STOVE in front.skus("bouilloire", view="french")


def test_endings_are_english_ones_in_english_only(front: Front) -> None:
    english, french = (front.search("strainers", "warnings { code }", view=view) for view in ("default", "french"))
    assert (english["skus"], english["warnings"]) == (["KL-SALE-OPEN"], [])
    # Elsewhere it is no word, and the nearest one is taken.
    assert (french["skus"], french["warnings"]) == (["KL-SALE-OPEN"], [{"code": "CORRECTED_PHRASE"}])
    # Not the plural of tea, but a part of KL-TEA-SENCHA.
    assert front.skus("teas", view="french") == ["KL-TEA-SENCHA"]


@pytest.mark.parametrize("phrase", ["descaler", "tea strainer", "kettle lane recipes", "hand grinder", "moka pot"])
def test_a_phrase_that_is_a_name_comes_first(front: Front, phrase: str) -> None:
    first = front.search(phrase, page_size=1)["skus"][0]
    assert front.product(first, "name")["name"].lower() == phrase


def test_a_phrase_in_one_name_comes_before_its_words_in_several_fields(front: Front) -> None:
    skus = front.skus("grinder hand")
    assert (skus[0], len(skus)) == ("KL-GRD-HAND", 14)


def test_what_cannot_be_had_comes_last_under_relevance(front: Front) -> None:
    stock = [front.product(sku, "inStock")["inStock"] for sku in front.skus("kettle")]
    assert stock == sorted(stock, reverse=True)
    assert {True, False} == set(stock)


@pytest.mark.parametrize(
    ("sku", "is_found"),
    [
        ("KL-CATALOG", True),
        ("KL-SEARCH", True),
        ("KL-HIDDEN", False),
        ("KL-CUP-MOSS-CAPPUCCINO", False),
        ("KL-FIL-TRADE", False),
        ("KL-OFF", False),
        ("KL-STK-OUT", True),
    ],
)
def test_products_are_found_that_are_enabled_and_visible(front: Front, sku: str, is_found: bool) -> None:
    assert (sku in front.skus(sku)) == is_found


@pytest.mark.parametrize(
    ("typed", "suggestions"),
    [
        ("stov", ["stove", "stove top", "stove top kettle"]),
        ("hand gr", ["hand grinder"]),
        ("Hand Gr", ["hand grinder"]),
        ("workshop", ["workshops", "workshop"]),
        ("coff", ["coffee", "coffee mill"]),
        ("Brewi", ["brewing"]),
        ("kitch", ["kitchen tools"]),
        ("k", []),
        ("", []),
        ("zzz", []),
    ],
)
def test_suggestions_go_on_from_what_was_typed(front: Front, typed: str, suggestions: list[str]) -> None:
    assert front.search(typed, "suggestions")["suggestions"] == suggestions


@pytest.mark.parametrize(
    ("typed", "view", "group", "suggestions"),
    [
        ("espr", "wholesale", 0, ["espresso"]),
        ("espr", "wholesale", 2, ["espresso", "espresso trade"]),
        ("espresso t", "wholesale", 0, []),
        ("espresso t", "wholesale", 2, ["espresso trade"]),
        ("bouil", "french", 0, ["bouilloires", "bouilloire", "bouilloire brass", "bouilloire a", "bouilloire tin"]),
    ],
)
def test_nothing_is_suggested_that_a_group_may_not_see(
    front: Front, typed: str, view: str, group: int, suggestions: list[str]
) -> None:
    assert front.search(typed, "suggestions", view=view, group=group)["suggestions"] == suggestions


def test_a_phrase_is_not_corrected_to_what_a_group_may_not_see(front: Front) -> None:
    fields = "warnings { code }"
    assert front.search("espresso trode", fields, view="wholesale", group=2)["warnings"] == [
        {"code": "CORRECTED_PHRASE"}
    ]
    hidden = front.search("espresso trode", fields, view="wholesale", group=0)
    assert (hidden["total_count"], hidden["warnings"]) == (0, [])


@pytest.mark.parametrize(
    ("word", "sku"),
    [
        ("espresso", "KL-CUP"),
        ("espresso", "KL-BLEND"),
        ("moss", "KL-CUP"),
        ("cream", "KL-CUP"),
        ("breakfast", "KL-CUP"),
        ("copper", "KL-CUP"),
        ("filter", "KL-BLEND"),
    ],
)
def test_a_word_in_names_counts_more_than_in_skus_of_many_variants(front: Front, word: str, sku: str) -> None:
    order = front.skus(word)
    named = front.skus("", filter=[{"attribute": "name", "contains": word}])
    assert named
    assert max(map(order.index, named)) < order.index(sku)


def test_suggestions_are_at_most_five(front: Front) -> None:
    suggestions = front.search("te", "suggestions")["suggestions"]
    assert len(suggestions) == 5
    assert {text.startswith("te") for text in suggestions} == {True}


@pytest.mark.parametrize(
    ("phrase", "value", "words"),
    [
        ("stove", "<em>Stove</em> Top Kettle", ["Stove"]),
        ("stov", "<em>Stove</em> Top Kettle", ["Stove"]),
        ("top kettle stove", "<em>Stove</em> <em>Top</em> <em>Kettle</em>", ["Stove", "Top", "Kettle"]),
    ],
)
def test_what_was_searched_for_is_marked_in_the_name(front: Front, phrase: str, value: str, words: list[str]) -> None:
    query = "query ($p: String!) { productSearch(phrase: $p, page_size: 1) { items { highlights { ...H } } } }"
    fragment = "fragment H on Highlight { attribute value matched_words }"
    (item,) = front.ask(query + fragment, {"p": phrase})["productSearch"]["items"]
    assert item["highlights"] == [{"attribute": "name", "value": value, "matched_words": words}]
