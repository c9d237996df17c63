"""The pages in a real browser: nothing to complain of, nothing from elsewhere, usable on a phone and by keyboard."""

from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from tests.dashboard.chromium import PROGRAM, Chromium

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed (Debian: apt-get install chromium)")

PAGES = (
    "/",
    "/data",
    "/feeds/products",
    "/feeds/products?status=retry",
    "/feeds/products?search=KL-COF",
    "/item?key=KL-BLEND",
    "/item?key=KL-DRAFT-ZERO",
    "/item?key=blend",
)

# A value is contrasted with what is really behind it, as the browser computed both.
CONTRAST = """
(() => {
  const channels = text => {
    const found = text.match(/[\\d.]+/g).map(Number);
    return found.length > 3 ? found : [...found, 1];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour[3] === 1) return colour;
    }
    return [255, 255, 255, 1];
  };
  const poor = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || element.closest('.unseen, svg, option')) continue;
    const one = light(channels(getComputedStyle(element).color)), other = light(behind(element));
    const ratio = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
    const name = `${element.tagName}.${element.className}`;
    if (ratio < 4.5) poor.push(`${name} ${ratio.toFixed(2)}: ${element.textContent.trim().slice(0, 40)}`);
  }
  return poor;
})()
"""

UNLABELLED = """
[...document.querySelectorAll('input:not([type=hidden]), select, button, a')]
  .filter(e => !(e.textContent.trim() || e.labels?.length && [...e.labels].some(l => l.textContent.trim())))
  .map(e => e.outerHTML)
"""


# What axe finds: the rule, and the element.
AXE = """
axe.run().then(found => found.violations.map(each => each.id + ': ' + each.nodes.map(node => node.html).join(' ')))
"""


@pytest.fixture(scope="module")
def axe():
    """The script of axe-core."""
    package = find_spec("axe_core_python")
    if package is None:
        pytest.skip("axe-core-python is not installed")
    return Path(package.origin).with_name("axe.min.js").read_text()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A browser, started once."""
    with Chromium(tmp_path_factory.mktemp("chromium")) as found:
        found.look(1280, 900)
        yield found


@pytest.mark.sample(1)
@pytest.mark.parametrize("path", PAGES)
def test_the_browser_has_nothing_to_complain_of_and_asks_for_the_page_alone(browser, dashboard, path):
    browser.open(dashboard.url + path)
    assert browser.complaints() == []
    assert [url for url in browser.asked_for() if not url.startswith("data:")] == [dashboard.url + path]
    # The style sheet was let in by its hash.
    assert browser.js("getComputedStyle(document.querySelector('.brand')).fontWeight") == "700"


def test_the_written_file_is_as_good_from_a_folder(browser, synced, tmp_path):
    file = tmp_path / "status.html"
    synced.run("saasexport", "dashboard", "--output", file, check=True)
    browser.open(file.as_uri())
    assert browser.complaints() == []
    assert [url for url in browser.asked_for() if not url.startswith("data:")] == [file.as_uri()]
    assert browser.js("getComputedStyle(document.querySelector('.brand')).fontWeight") == "700"
    assert browser.js("document.querySelectorAll('tbody tr').length") >= 13


@pytest.mark.sample(1)
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_is_wider_than_the_window(browser, dashboard, path, width):
    browser.look(width, 800, touch=width < 500)
    browser.open(dashboard.url + path)
    assert browser.js("document.documentElement.scrollWidth") <= width


@pytest.mark.sample(4)
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", [*PAGES, "/elsewhere"])
def test_every_text_can_be_read_by_day_and_by_night(browser, dashboard, path, dark):
    browser.look(1280, 900, dark=dark)
    browser.open(dashboard.url + path)
    background = browser.js("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(21, 25, 27)" if dark else "rgb(246, 245, 241)")
    assert browser.js(CONTRAST) == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("path", [*PAGES, "/elsewhere"])
def test_a_screen_reader_finds_its_way(browser, dashboard, path):
    browser.look(1280, 900)
    browser.open(dashboard.url + path)
    for landmark in ("header", "main", "footer", "nav"):
        assert browser.js(f"document.querySelectorAll('body > {landmark}, header > {landmark}').length") == 1
    assert browser.js("document.querySelectorAll('h1').length") == 1
    levels = browser.js("[...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName[1])")
    assert all(following - level <= 1 for level, following in pairwise(levels))
    assert browser.js("document.documentElement.lang") == "en"
    assert browser.js(UNLABELLED) == []
    assert browser.js("[...document.querySelectorAll('table')].every(t => t.caption)") is True
    assert browser.js("[...document.querySelectorAll('th')].every(t => t.scope)") is True
    ids = browser.js("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.sample(1)
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False)])
@pytest.mark.parametrize("path", [*PAGES, "/feeds/products?sort=-date", "/feeds/reviews?status=attention", "/no"])
def test_axe_finds_nothing(browser, dashboard, axe, path, width, dark):
    browser.look(width, 900, dark=dark, touch=width < 500)
    browser.open(dashboard.url + path)
    browser.js(axe + ";0")
    assert browser.js(AXE) == []


def test_cards_of_a_phone_are_still_a_table_to_a_screen_reader(browser, dashboard):
    browser.look(390, 800, touch=True)
    browser.open(dashboard.url + "/")
    nodes = browser.ask("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node.get("ignored")]
    assert roles.count("rowheader") == 13
    assert roles.count("columnheader") == 10
    assert roles.count("cell") == 13 * 9
    browser.look(1280, 900)


def test_the_charts_have_a_name_and_a_description(browser, dashboard):
    browser.open(dashboard.url + "/")
    nodes = browser.ask("Accessibility.getFullAXTree")["nodes"]
    names = [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") in ("image", "img")]
    assert [name.partition(",")[0].partition(":")[0] for name in names] == ["The last 24 hours", "Items sent"]


def test_the_keyboard_leads_from_the_address_to_the_content_and_shows_where_it_is(browser, dashboard):
    browser.open(dashboard.url + "/")
    browser.press("Tab", 9)
    assert browser.js("document.activeElement.textContent") == "Skip to the content"
    assert browser.js("document.activeElement.getBoundingClientRect().top >= 0") is True
    seen = []
    for _ in range(6):
        browser.press("Tab", 9)
        seen.append(browser.js("document.activeElement.textContent.trim().slice(0, 30)"))
        assert browser.js("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    assert seen[:3] == ["Feed status", "Data management", "Most urgent"]


def test_items_are_sent_again_by_clicks_alone(browser, own, own_dashboard):
    """The real browser's Origin and Sec-Fetch-Site, and scripts switched off."""
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(own_dashboard.url + "/feeds/variants")
        browser.js("document.querySelectorAll('input[name=id]')[0].checked = true")
        browser.js("document.querySelectorAll('input[name=id]')[2].checked = true")
        browser.click("button[type=submit]:not(.filter button)")
        assert browser.js("document.querySelector('h1').textContent") == "Resync 2 items of variants?"
        assert browser.complaints() == []
        browser.click("button[type=submit]")
        assert browser.js("location.pathname + location.search") == "/feeds/variants?scheduled=2"
        said = browser.js("document.querySelector('[role=status]').textContent")
        assert said.startswith("Resync scheduled: 2 items.")
    finally:
        browser.ask("Emulation.setScriptExecutionDisabled", value=False)
    assert len(own.ask("select 1 from cde_product_variants_feed where status = 0")) == 2


def test_a_form_that_another_site_prepared_is_refused(browser, own, own_dashboard, tmp_path):
    trap = tmp_path / "trap.html"
    trap.write_text(
        f"<form method=post action='{own_dashboard.url}/data/resync'>"
        f"<input name=token value='{own_dashboard.token()}'><input name=feed value=variants>"
        "<input name=confirmed value=yes><button>win</button></form>"
    )
    browser.open(trap.as_uri())
    browser.click("button")
    assert browser.js("document.querySelector('h1').textContent") == "Request refused"
    assert own.ask("select status from indexer_state where feed = 'variants'") == [("valid",)]


def test_the_page_cannot_be_framed_by_another_site(browser, dashboard, tmp_path):
    trap = tmp_path / "frame.html"
    trap.write_text(f"<iframe src='{dashboard.url}/'></iframe>")
    browser.open(trap.as_uri())
    assert any("frame-ancestors" in complaint for complaint in browser.complaints())


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("name", "width", "height", "dark"),
    [("desktop", 1280, 900, False), ("phone", 390, 844, False), ("dark", 1280, 900, True)],
)
def test_a_picture_of_each_kind_can_be_taken(browser, dashboard, tmp_path, name, width, height, dark):
    """Kept under pytest's folder, to be looked at."""
    browser.look(width, height, dark=dark, touch=width < 500)
    browser.open(dashboard.url + "/")
    picture = tmp_path / f"{name}.png"
    browser.screenshot(picture)
    content = picture.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")) == (width, height)
    assert len(content) > 10_000
