"""The connected services over HTTP, from items posted as an exporter does."""

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
