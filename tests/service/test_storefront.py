"""The connected services over HTTP, from items posted as an exporter does."""

import json

import pytest

from tests.service.conftest import Caller, until
from tests.service.valid_items import item


def test_a_product_that_was_received_is_found_under_its_new_name(caller: Caller) -> None:
    changes = {"sku": "A-1", "storeViewCode": "default", "status": "Enabled", "visibility": "Catalog, Search"}
    caller.post("products", [item("products", **changes, name="Blue kettle")])

    def total(phrase: str) -> object:
        reply = caller.get(f"/storefront/search.json?phrase={phrase}&store_view=default")
        return reply.content.get("total")

    until(lambda: total("blue") == 1)
    assert total("kettl") == 1
    assert total("teapot") == 0


def test_categories_are_answered_in_graphql_by_id_once_each(caller: Caller) -> None:
    pytest.importorskip("graphql")
    root = {"storeViewCode": "default", "parentId": "1", "path": "1/2", "level": 1, "urlPath": "", "isActive": 1}
    tea = {"storeViewCode": "default", "parentId": "2", "path": "1/2/3", "level": 2, "urlPath": "tea", "isActive": 1}
    caller.post("categories", [item("categories", categoryId="2", **root), item("categories", categoryId="3", **tea)])
    caller.post("products", [item("products", sku="A-1", storeViewCode="default", status="Enabled")])
    headers = {"Content-Type": "application/json", "Magento-Store-View-Code": "default"}

    def ids(arguments: str) -> object:
        body = json.dumps({"query": f"{{ categories{arguments} {{ id }} }}"}).encode()
        return caller.ask("POST", "/graphql", body, headers).content["data"]["categories"]

    until(lambda: ids("") == [{"id": "2"}, {"id": "3"}])
    assert ids('(ids: ["3", "3", "9"])') == [{"id": "3"}]
    assert ids('(ids: ["2"], subtree: {startLevel: 2, depth: 1})') == [{"id": "3"}]
