"""How texts become words: alike for what is indexed and for what is typed."""

import html
import random
import unicodedata

import pytest

from saasexport.service.search.words import compounds, distance, fold, grams, index_text, sounds_english, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Blue   Kettle ", "blue kettle"),
        ("L'Occitane", "l'occitane"),
        ("Thé&nbsp;vert", "the vert"),
        ("Salt &amp; Pepper", "salt & pepper"),
        ("Aim Analog&trade; Watch", "aim analog watch"),
        ("<p>Crème <b>brûlée</b></p>", "creme brulee"),
        ("Ærø Łódź", "aero lodz"),
        ("STRASSE straße", "strasse strasse"),
        ("a\0b\tc\nd", "ab c d"),
        ("", ""),
        ("①②", "12"),
    ],
)
def test_a_text_is_folded(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_plain_texts_are_folded_as_all_others_are() -> None:
    """ASCII takes a short way, which must come to the same."""
    generator = random.Random(7)
    for _ in range(2000):
        text = "".join(chr(generator.randrange(1, 128)) for _ in range(generator.randrange(12)))
        if "<" in text or "&" in text:
            continue
        decomposed = unicodedata.normalize("NFKD", html.unescape(text))
        assert fold(text) == " ".join(decomposed.casefold().split())
        assert fold(text + " é") == (fold(text) + " e").strip()


def test_words_that_signs_join_are_indexed_as_one_too() -> None:
    assert words(fold("24-MB01 t-shirt")) == ["24", "mb01", "t", "shirt"]
    assert list(compounds(fold("24-MB01 t-shirt L'If plain"))) == ["24mb01", "tshirt", "lif"]
    assert index_text("T-Shirt", "", "L'If") == "t shirt l if tshirt lif"


def test_names_are_suggested_by_up_to_three_words() -> None:
    assert grams("stove top kettle") == {"stove", "top", "kettle", "stove top", "top kettle", "stove top kettle"}


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("kettle", "kettle", 0),
        ("ketle", "kettle", 1),
        ("kettel", "kettle", 1),
        ("kettles", "kettle", 1),
        ("kottle", "kettle", 1),
        ("kotle", "kettle", 2),
        ("cattle", "kettle", 2),
        ("xyz", "kettle", 3),
        ("", "abc", 3),
    ],
)
def test_edits_between_words_are_counted_up_to_a_limit(one: str, other: str, edits: int) -> None:
    assert distance(one, other, 2) == distance(other, one, 2) == edits


@pytest.mark.parametrize(
    ("code", "is_english"),
    [("default", True), ("en_us", True), ("french", False), ("de", False), ("store_fr", False), ("fresh", True)],
)
def test_a_store_view_s_code_may_name_a_language(code: str, is_english: bool) -> None:
    assert sounds_english(code) == is_english
