"""The preview in a real browser: nothing to complain of, on a desktop, on a phone and in the dark."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard.chromium import PROGRAM, Chromium
from tests.dashboard.test_browser import AXE, CONTRAST, UNLABELLED, axe
from tests.service.storefront.front import Front

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed (Debian: apt-get install chromium)")

__all__ = ["axe"]

PAGES = (
    "",
    "?q=kettle",
    "?q=ketle&filter=price:0..10",
    "?category=brewing&sort=-price",
    "product?sku=KL-CUP&option=Y29uZmlndXJhYmxlLzEyMS8zOQ%3D%3D",
    "product?sku=KL-SET-MORNING",
    "product?sku=KL-NOBODY",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A browser, started once."""
    with Chromium(tmp_path_factory.mktemp("chromium")) as started:  # type: ignore[no-untyped-call]
        yield started


def address(front: Front, page: str) -> str:
    """Where a page is."""
    return f"http://127.0.0.1:{front.caller.port}/storefront/{page}"


@pytest.mark.sample(1)
@pytest.mark.parametrize("page", PAGES[:-1])
def test_the_browser_has_nothing_to_complain_of_and_asks_for_the_page_alone(
    browser: Any, front: Front, page: str
) -> None:
    browser.look(1280, 900)
    browser.open(address(front, page))
    assert browser.complaints() == []
    assert [url for url in browser.asked_for() if not url.startswith("data:")] == [address(front, page)]
    # The style was let in by its hash.
    assert browser.js("getComputedStyle(document.querySelector('.brand')).fontWeight") == "700"


@pytest.mark.sample(1)
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_is_wider_than_the_window(browser: Any, front: Front, width: int) -> None:
    browser.look(width, 800, touch=width < 500)
    for page in PAGES:
        browser.open(address(front, page))
        assert browser.js("document.documentElement.scrollWidth") <= width


@pytest.mark.sample(1)
@pytest.mark.parametrize("dark", [False, True])
def test_every_text_can_be_read_by_day_and_by_night(browser: Any, front: Front, dark: bool) -> None:
    browser.look(1280, 900, dark=dark)
    for page in PAGES:
        browser.open(address(front, page))
        background = browser.js("getComputedStyle(document.body).backgroundColor")
        assert background == ("rgb(21, 25, 27)" if dark else "rgb(246, 245, 241)")
        assert browser.js(CONTRAST) == []


def test_a_screen_reader_finds_its_way(browser: Any, front: Front) -> None:
    browser.look(1280, 900)
    for page in PAGES:
        browser.open(address(front, page))
        for landmark in ("header", "main", "footer"):
            assert browser.js(f"document.querySelectorAll('body > {landmark}').length") == 1
        levels = browser.js("[...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName[1])")
        assert (levels[0], levels.count(1)) == (1, 1)
        assert browser.js("document.documentElement.lang") == "en"
        assert browser.js(UNLABELLED) == []
        assert browser.js("[...document.querySelectorAll('table')].every(t => t.caption)") is True
        assert browser.js("[...document.querySelectorAll('th')].every(t => t.scope)") is True
        names = browser.js("[...document.querySelectorAll('nav, section[aria-label]')].map(e => e.ariaLabel)")
        assert len(names) == len(set(names)), page
        assert all(after - before <= 1 for before, after in pairwise(levels)), (page, levels)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False)])
def test_axe_finds_nothing(browser: Any, front: Front, axe: str, width: int, dark: bool) -> None:
    browser.look(width, 900, dark=dark, touch=width < 500)
    for page in PAGES:
        browser.open(address(front, page))
        browser.js(axe + ";0")
        assert browser.js(AXE) == [], page


def test_a_search_works_by_the_form_alone(browser: Any, front: Front) -> None:
    browser.look(1280, 900)
    browser.open(address(front, ""))
    browser.js("document.querySelector('input[type=search]').value = 'bouilloire sifflet'")
    browser.js("document.querySelector('select[name=store_view]').value = 'french'")
    browser.click("button")
    assert browser.js("document.querySelector('.card h3').textContent") == "Bouilloire à sifflet"
    browser.click(".card a")
    assert browser.js("document.querySelector('h1').textContent") == "Bouilloire à sifflet"


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("name", "width", "height", "dark", "page"),
    [
        ("listing", 1280, 900, False, "?q=kettle"),
        ("phone", 390, 844, False, PAGES[4]),
        ("dark", 1280, 900, True, PAGES[4]),
    ],
)
def test_a_picture_of_each_kind_can_be_taken(
    browser: Any, front: Front, tmp_path: Path, name: str, width: int, height: int, dark: bool, page: str
) -> None:
    """Kept under pytest's folder, to be looked at."""
    browser.look(width, height, dark=dark, touch=width < 500)
    browser.open(address(front, page))
    browser.screenshot(tmp_path / f"{name}.png")
    content = (tmp_path / f"{name}.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(content) > 10_000
