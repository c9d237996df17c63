"""After whatever changes, and after a kill at any moment, the answers are those of an index that is made anew."""

import contextlib
import json
import random
import shutil
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from saasexport.service.server import CommerceService
from tests import convergence
from tests.random_changes import Changer
from tests.service.storefront.client_queries import PRICES, PRODUCT
from tests.service.storefront.front import Front, until
from tests.support import Exporter, Service

pytest.importorskip("graphql")

SEARCH = """
query ($phrase: String!, $filter: [SearchClauseInput!], $sort: [ProductSearchSortInput!]) {
  productSearch(phrase: $phrase, filter: $filter, sort: $sort, page_size: 500) {
    total_count suggestions warnings { code message }
    items { productView { sku name inStock } highlights { value } }
    facets { attribute title type buckets {
      title ... on ScalarBucket { id count } ... on RangeBucket { from to count } ... on CategoryView { id count }
    } }
  }
}
"""

SEARCHES: tuple[dict[str, Any], ...] = (
    {"phrase": ""},
    {"phrase": "kettle"},
    {"phrase": "tea green"},
    {"phrase": "KL-CUP"},
    {"phrase": "esprsso"},
    {"phrase": "", "sort": [{"attribute": "price", "direction": "ASC"}]},
    {"phrase": "", "sort": [{"attribute": "name", "direction": "DESC"}]},
    {"phrase": "", "filter": [{"attribute": "categoryPath", "eq": "brewing"}]},
    {"phrase": "", "filter": [{"attribute": "price", "range": {"from": 10, "to": 30}}]},
    {"phrase": "", "filter": [{"attribute": "brand", "in": ["Copper Row", "Kettle Lane"]}]},
)

REST = """{
  categories { id name urlPath roles children }
  variants(sku: "KL-CUP") { variants { selections product { sku inStock } } }
  refineProduct(sku: "KL-CUP", optionIds: ["Y29uZmlndXJhYmxlLzEyMS8zOQ=="]) { sku inStock }
  recommendations(pageType: Product, currentSku: "KL-ESP-HOUSE") {
    results { typeId userError productsView { sku queryType } }
  }
  attributeMetadata { sortable { attribute label } filterableInSearch { attribute label } }
}"""

SCOPES = [("default", 1), ("french", 0), ("wholesale", 2)]


def answers(front: Front) -> list[Any]:
    """Much of what can be asked, in several scopes; what is an error in one is one in the other."""
    rows: list[Any] = []
    for view, group in SCOPES:
        scope: dict[str, Any] = {"view": view, "group": group}
        contents = [front.reply(SEARCH, search, **scope).content for search in SEARCHES]
        skus = [item["productView"]["sku"] for item in contents[0]["data"]["productSearch"]["items"]]
        # Those that were made for the demo, which hold an example of everything.
        named = [sku for sku in skus if not sku[-6:].isdecimal()]
        contents.append(front.reply(PRODUCT + PRICES, {"skus": named[:100]}, **scope).content)
        contents.append(front.reply(REST, **scope).content)
        rows += [(view, group, content.get("errors"), content["data"]) for content in contents]
    return rows


def made_anew(file: Path, folder: Path) -> list[Any]:
    """The answers of a service whose index is made anew from the same items."""
    folder.mkdir()
    with closing(sqlite3.connect(file)) as db:
        db.execute("vacuum into ?", (str(folder / "anew.sqlite"),))
    with closing(sqlite3.connect(folder / "anew.sqlite")) as db:
        db.execute("update catalog_state set version = 0")
        db.commit()
    with CommerceService(str(folder / "anew.sqlite")) as service:
        return answers(Front(service))


def differences(some: list[Any], others: list[Any]) -> list[str]:
    """Where two lists of answers differ."""
    pairs = zip(some, others, strict=True)
    return [f"{one[:2]}: {json.dumps(one)[:500]} / {json.dumps(other)[:500]}" for one, other in pairs if one != other]


@pytest.fixture
def pair(tmp_path: Path, flawless_shop_file: Path) -> Iterator[tuple[Front, Exporter, Path]]:
    """A service that answers while a shop is exported to it."""
    with CommerceService(str(tmp_path / "held.sqlite")) as service:
        exporter = Exporter.on_copy(tmp_path / "shop", flawless_shop_file, url=service.url)
        convergence.tick(exporter)
        yield Front(service), exporter, tmp_path / "held.sqlite"


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [2, 3, 5])
def test_after_random_changes_every_answer_is_that_of_an_index_made_anew(
    pair: tuple[Front, Exporter, Path], tmp_path: Path, seed: int
) -> None:
    front, exporter, file = pair
    before = answers(front)
    changer = Changer(exporter.shop_file, random.Random(seed))
    for number in range(2):
        done = changer.change(20)
        convergence.tick(exporter)
        until(front.is_ready)
        now = answers(front)
        assert differences(now, made_anew(file, tmp_path / f"anew-{number}")) == [], done
    assert differences(before, now)


CHANGES = {
    "a brand's label": "update eav_attribute_option_value set value = 'Copper Street' where value = 'Copper Row'",
    "a category is renamed": "update catalog_category_entity_varchar set value = 'Pots' where value = 'Kettles'",
    "a group price": "update catalog_product_entity_tier_price set value = 1.5 where entity_id = 1",
    "stock of a variant": "update inventory_source_item set quantity = 0, status = 0"
    " where sku = 'KL-CUP-CREAM-BREAKFAST'",
    "a variant is deleted": "delete from catalog_product_entity where sku = 'KL-CUP-MOSS-CAPPUCCINO'",
    "a part of a bundle is deleted": "delete from catalog_product_entity where sku = 'KL-DRP-CLAY'",
    "permissions": "update magento_catalogpermissions set grant_catalog_product_price = -2",
    "an attribute is no filter any more": "update catalog_eav_attribute set is_filterable_in_search = 0",
    "all names": "update catalog_product_entity_varchar set value = value || ' mk2' where attribute_id ="
    " (select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4)",
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_reaches_everything_that_hangs_on_it(
    pair: tuple[Front, Exporter, Path], tmp_path: Path, name: str
) -> None:
    front, exporter, file = pair
    before = answers(front)
    exporter.change(CHANGES[name])
    convergence.tick(exporter)
    until(front.is_ready)
    now = answers(front)
    assert differences(now, made_anew(file, tmp_path / "anew")) == []
    assert differences(before, now) != []


@pytest.mark.thorough
@pytest.mark.parametrize("milliseconds", [0, 100, 250, 500, 900])
def test_killed_while_the_index_is_made_it_goes_on_and_ends_the_same(
    tmp_path: Path, demo_items: Path, front: Front, milliseconds: int
) -> None:
    shutil.copy(demo_items, tmp_path / "service.sqlite")
    service = Service(tmp_path)
    for _ in range(3):
        ask_and_kill(front_of(service), service, milliseconds / 1000)
        service.start()
    asked = front_of(service)
    assert differences(answers(asked), answers(front)) == []
    service.stop()


class _Elsewhere:
    """A service in another process, as a caller wants it."""

    def __init__(self, service: Service) -> None:
        self.port = service.port


def front_of(service: Service) -> Front:
    """The way to a service that is a process."""
    return Front(_Elsewhere(service))  # type: ignore[arg-type]


def ask_and_kill(front: Front, service: Service, seconds: float) -> None:
    """Ask, which begins the index, and kill the service a moment later."""
    def ask() -> None:
        with contextlib.suppress(OSError, ValueError):  # it was killed meanwhile
            front.reply(SEARCH, {"phrase": "kettle"})

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join(seconds)
    service.stop(signal.SIGKILL)
    asking.join()


@pytest.mark.thorough
@pytest.mark.parametrize("milliseconds", [0, 20, 60, 150, 400])
def test_killed_while_it_takes_up_a_change_it_catches_up(
    tmp_path: Path, flawless_shop_file: Path, milliseconds: int
) -> None:
    service = Service(tmp_path / "service")
    exporter = Exporter.on_copy(tmp_path / "shop", flawless_shop_file, url=service.url)
    convergence.tick(exporter)
    before = front_of(service).reply(SEARCH, {"phrase": ""}).content["data"]["productSearch"]["total_count"]
    exporter.change(CHANGES["all names"])
    convergence.tick(exporter)
    ask_and_kill(front_of(service), service, milliseconds / 1000)
    service.start()
    asked = front_of(service)
    # At once, from a state that is whole.
    at_once = asked.reply(SEARCH, {"phrase": ""}).content
    assert (at_once.get("errors"), at_once["data"]["productSearch"]["total_count"]) == (None, before)
    until(lambda: asked.reply(SEARCH, {"phrase": "mk2"}).content["data"]["productSearch"]["total_count"] == before)
    assert differences(answers(asked), made_anew(tmp_path / "service" / "service.sqlite", tmp_path / "anew")) == []
    service.stop()
