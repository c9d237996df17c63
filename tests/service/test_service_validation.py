"""What is a valid item of each feed, and what is said about one that is not."""

import json
from typing import Any

import pytest

from saasexport.service.scalars import is_date_time, is_rfc3339
from saasexport.service.validation import Problem, Row, Validator
from saasexport.shapes import SHAPES
from tests.service.conftest import Caller
from tests.service.valid_items import FEEDS, GROUP, IDENTITIES, exported_key, item, tombstone, without


def said(feed: str, it: object) -> list[str]:
    """What is said about an item: nothing if it is valid."""
    result = Validator(SHAPES[feed]).check(it)
    return [] if isinstance(result, Row) else [str(problem) for problem in result]


def test_every_feed_has_a_schema() -> None:
    assert set(SHAPES) == set(FEEDS)


@pytest.mark.parametrize("feed", FEEDS)
def test_a_minimal_item_is_valid(feed: str) -> None:
    assert said(feed, item(feed)) == []


@pytest.mark.parametrize("feed", FEEDS)
def test_a_deleted_item_needs_only_identity_and_time(feed: str) -> None:
    assert said(feed, tombstone(feed)) == []


@pytest.mark.parametrize("feed", FEEDS)
def test_a_deleted_item_may_carry_everything_its_feed_knows(feed: str) -> None:
    assert said(feed, item(feed, deleted=True)) == []


@pytest.mark.parametrize("feed", FEEDS)
def test_a_deleted_item_may_carry_nothing_else(feed: str) -> None:
    assert said(feed, {**tombstone(feed), "reason": "sold"}) == ["reason: is not a field of this feed"]


@pytest.mark.parametrize(("feed", "name"), [(feed, name) for feed in FEEDS for name in IDENTITIES[feed]])
def test_a_deleted_item_without_its_identity_is_refused(feed: str, name: str) -> None:
    it = tombstone(feed)
    del it[name]
    assert said(feed, it) == [f"{name}: is missing"]


@pytest.mark.parametrize("feed", FEEDS)
def test_an_item_is_deleted_or_not(feed: str) -> None:
    assert said(feed, without(feed, "deleted")) == ["deleted: is missing"]
    assert said(feed, item(feed, deleted=1)) == ["deleted: expected true or false, found 1"]
    assert said(feed, item(feed, deleted=None)) == ["deleted: expected true or false, found null"]


@pytest.mark.parametrize("feed", FEEDS)
def test_an_item_carries_its_time_of_export(feed: str) -> None:
    name = exported_key(feed)
    assert said(feed, without(feed, name)) == [f"{name}: is missing"]
    assert said(feed, item(feed, **{name: None})) != []
    assert said(feed, item(feed, **{name: "2026-02-30 00:00:00"})) != []


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("it", [None, 1, "text", [], [[]], True])
def test_an_item_is_an_object(feed: str, it: object) -> None:
    [problem] = said(feed, it)
    assert problem.startswith("expected an object, found ")


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    # A feed, what is changed in its minimal item, and what is said about it.
    ("products", {"sku": 5}, "sku: expected a string that is not empty, found 5"),
    ("products", {"sku": ""}, "sku: expected a string that is not empty, found ''"),
    ("products", {"sku": None}, "sku: expected a string that is not empty, found null"),
    ("products", {"productId": "1"}, "productId: expected an integer, found '1'"),
    ("products", {"productId": True}, "productId: expected an integer, found true"),
    ("products", {"productId": 1.0}, "productId: expected an integer, found 1.0"),
    ("products", {"productId": 2**63}, "productId: expected an integer, found 9223372036854775808"),
    ("products", {"name": None}, "name: expected a string, found null"),
    ("products", {"name": ["x"]}, "name: expected a string, found a list"),
    ("products", {"status": "enabled"}, "status: expected one of Enabled, Disabled, found 'enabled'"),
    (
        "products",
        {"visibility": 4},
        "visibility: expected one of Not Visible Individually, Catalog, Search, Catalog, Search, found 4",
    ),
    ("products", {"priceView": "low"}, "priceView: expected one of price_range, as_low_as, found 'low'"),
    ("products", {"weight": "1.5"}, "weight: expected a number, found '1.5'"),
    ("products", {"weight": True}, "weight: expected a number, found true"),
    ("products", {"weight": float("inf")}, "weight: expected a number, found inf"),
    ("products", {"inStock": 1}, "inStock: expected true or false, found 1"),
    ("products", {"type": 3}, "type: expected a string, found 3"),
    (
        "products",
        {"createdAt": "2026-01-02"},
        "createdAt: expected a time as 2024-05-06 07:08:09, found '2026-01-02'",
    ),
    (
        "products",
        {"modifiedAt": "2026-11-23T15:04:05+00:00"},
        "modifiedAt: expected a time as 2024-05-06 07:08:09, found '2026-11-23T15:04:05+00:00'",
    ),
    (
        "products",
        {"updatedAt": "0000-00-00 00:00:00"},
        "updatedAt: expected a time as 2024-05-06 07:08:09, found '0000-00-00 00:00:00'",
    ),
    ("products", {"attributes": []}, "attributes: a list without elements has to be null"),
    ("products", {"attributes": {}}, "attributes: expected a list, found an object"),
    (
        "products",
        {"attributes": [{"attributeCode": "a"}, {"value": ["x"]}]},
        "attributes[1].attributeCode: is missing",
    ),
    (
        "products",
        {"attributes": [{"attributeCode": "a", "value": "x"}]},
        "attributes[0].value: expected a list, found 'x'",
    ),
    (
        "products",
        {"attributes": [{"attributeCode": "a", "value": ["x", 1]}]},
        "attributes[0].value[1]: expected a string or null, found 1",
    ),
    (
        "products",
        {"attributes": [{"attributeCode": "a", "valueId": ["1"]}]},
        "attributes[0].valueId: is not a field of this feed",
    ),
    ("products", {"variants": [{"sku": "a"}]}, "variants: expected null, found a list"),
    ("products", {"productType": "simple"}, "productType: is not a field of this feed"),
    ("products", {"categoryIds": None}, "categoryIds: is not a field of this feed"),
    (
        "products",
        {"categories": ["women"]},
        "categories: must be there when categoryData is not null, and only then",
    ),
    (
        "products",
        {"categoryData": [{"categoryId": "3", "categoryPath": "women", "productPosition": 0}]},
        "categories: must be there when categoryData is not null, and only then",
    ),
    (
        "products",
        {"links": [{"sku": "b", "type": "grouped"}]},
        "links[0].type: expected one of related, upsell, crosssell, found 'grouped'",
    ),
    ("products", {"image": {"url": "u"}}, "image.label: is missing"),
    (
        "products",
        {"optionsV2": [{"id": "1", "type": "select"}]},
        "optionsV2[0].type: expected one of custom_option, downloadable, grouped, configurable, bundle, found 'select'",
    ),
    (
        "products",
        {"shopperInputOptions": [{"id": "custom-option/1", "range": {"from": None, "to": 5}}]},
        "shopperInputOptions[0].id: expected base64, found 'custom-option/1'",
    ),
    (
        "products",
        {"images": [{"resource": {"url": "u", "label": "", "roles": []}, "sortOrder": "1"}]},
        "images[0].resource.roles: a list without elements has to be null",
    ),
    (
        "products",
        {"images": [{"resource": {"url": "u", "label": "", "roles": None}, "sortOrder": 1}]},
        "images[0].sortOrder: expected a string, found 1",
    ),
    ("productAttributes", {"global": 1}, "global: expected true or false, found 1"),
    ("productAttributes", {"systemAttribute": "1"}, "systemAttribute: expected true or false, found '1'"),
    ("productAttributes", {"searchWeight": None}, "searchWeight: expected a number, found null"),
    (
        "productAttributes",
        {"attributeType": "customer"},
        "attributeType: expected one of catalog_product, catalog_category, found 'customer'",
    ),
    ("productAttributes", {"label": None}, "label: expected a string, found null"),
    ("categories", {"urlPath": ""}, "urlPath: may be empty only at level 1"),
    ("categories", {"urlPath": None}, "urlPath: expected a string, found null"),
    ("categories", {"categoryId": 20}, "categoryId: expected a string that is not empty, found 20"),
    ("categories", {"isActive": True}, "isActive: expected an integer, found true"),
    ("categories", {"children": []}, "children: a list without elements has to be null"),
    ("categories", {"children": [21]}, "children[0]: expected a string, found 21"),
    (
        "variants",
        {"id": "8A880C29BAA2EC8A5068350EC04F5B7D"},
        "id: expected 32 hexadecimal digits, found '8A880C29BAA2EC8A5068350EC04F5B7D'",
    ),
    ("variants", {"optionValues": None}, "optionValues: expected a list, found null"),
    ("variants", {"productId": 10}, "productId: expected a string, found 10"),
    (
        "variants",
        {"optionValues": [{"attributeCode": "c", "uid": "YQ", "label": None, "valueIndex": "1"}]},
        "optionValues[0].uid: expected base64, found 'YQ'",
    ),
    (
        "prices",
        {"type": "CONFIGURABLE"},
        "type: expected one of SIMPLE, DOWNLOADABLE, GROUPED, BUNDLE_FIXED, BUNDLE_DYNAMIC, found 'CONFIGURABLE'",
    ),
    (
        "prices",
        {"customerGroupCode": "1"},
        "customerGroupCode: expected '0' or 40 hexadecimal digits, found '1'",
    ),
    ("prices", {"regular": None}, "regular: expected a number, found null"),
    ("prices", {"discounts": []}, "discounts: a list without elements has to be null"),
    (
        "prices",
        {"discounts": [{"code": "tier", "price": 1}]},
        "discounts[0].code: expected one of special_price, group, catalog_rule, found 'tier'",
    ),
    (
        "prices",
        {"discounts": [{"code": "group"}]},
        "discounts[0].price: exactly one of price and percentage is needed",
    ),
    (
        "prices",
        {"discounts": [{"code": "group", "price": 1, "percentage": 2}]},
        "discounts[0].price: exactly one of price and percentage is needed",
    ),
    (
        "prices",
        {"discounts": [{"code": "group", "price": None}]},
        "discounts[0].price: expected a number, found null",
    ),
    ("prices", {"tierPrices": None}, "tierPrices: expected a list, found null"),
    (
        "prices",
        {"tierPrices": [{"qty": 2}]},
        "tierPrices[0].price: exactly one of price and percentage is needed",
    ),
    ("prices", {"parents": None}, "parents: expected a list, found null"),
    (
        "prices",
        {"parents": [{"sku": "p", "type": "bundle"}]},
        "parents[0].type: expected one of SIMPLE, CONFIGURABLE, DOWNLOADABLE, GROUPED, "
        "BUNDLE, BUNDLE_FIXED, BUNDLE_DYNAMIC, GIFTCARD, found 'bundle'",
    ),
    ("prices", {"websiteId": 1}, "websiteId: is not a field of this feed"),
    ("prices", {"modifiedAt": "2026-11-23 15:04:05"}, "modifiedAt: is not a field of this feed"),
    (
        "prices",
        {"updatedAt": "2026-11-23 15:04:05"},
        "updatedAt: expected a time as 2024-05-06T07:08:09+00:00, found '2026-11-23 15:04:05'",
    ),
    (
        "prices",
        {"updatedAt": "2026-11-23T15:04:05"},
        "updatedAt: expected a time as 2024-05-06T07:08:09+00:00, found '2026-11-23T15:04:05'",
    ),
    ("inventoryStockStatus", {"stockId": 1}, "stockId: expected a string that is not empty, found 1"),
    ("inventoryStockStatus", {"qty": "8.5"}, "qty: expected a number, found '8.5'"),
    ("inventoryStockStatus", {"lowStock": False}, "lowStock: is not a field of this feed"),
    ("inventoryStockStatus", {"isSalable": None}, "isSalable: expected true or false, found null"),
    ("scopesWebsite", {"stores": []}, "stores: a list without elements has to be null"),
    (
        "scopesWebsite",
        {"stores": [{"storeId": "1", "storeCode": "c"}]},
        "stores[0].storeViews: is missing",
    ),
    (
        "scopesCustomerGroup",
        {"customerGroupCode": "General"},
        "customerGroupCode: expected 40 hexadecimal digits, found 'General'",
    ),
    (
        "scopesCustomerGroup",
        {"customerGroupCode": GROUP + "\n"},
        f"customerGroupCode: expected 40 hexadecimal digits, found '{GROUP}'...",
    ),
    ("orders", {"orderId": {"id": "1"}}, "orderId.id: expected a UUID, found '1'"),
    ("orders", {"state": 11}, "state: expected an integer from 0 to 10, found 11"),
    ("orders", {"state": "3"}, "state: expected an integer from 0 to 10, found '3'"),
    (
        "orders",
        {"createdAt": "2026-11-20 10:20:30"},
        "createdAt: expected a time as 2024-05-06T07:08:09+00:00, found '2026-11-20 10:20:30'",
    ),
    ("orders", {"externalId": {"id": "1"}}, "externalId.salesChannel: is missing"),
    ("orders", {"customerId": "1"}, "customerId: expected an integer, found '1'"),
    (
        "orders",
        {"additionalInformation": [{"name": "a", "value": 1}]},
        "additionalInformation[0].value: expected a string, found 1",
    ),
    ("reviews", {"visibility": []}, "visibility: a list without elements has to be null"),
    (
        "reviews",
        {"ratings": [{"ratingId": "1", "value": "5"}]},
        "ratings[0].ratingId: expected base64, found '1'",
    ),
    ("reviews", {"customerId": 4}, "customerId: expected a string, found 4"),
    ("ratingMetadata", {"ratingId": "1"}, "ratingId: expected base64, found '1'"),
    (
        "ratingMetadata",
        {"values": [{"valueId": "MTE=", "value": 1, "position": 1}]},
        "values[0].value: expected a string, found 1",
    ),
    (
        "categoryPermissions",
        {"grantCheckoutItems": "yes"},
        "grantCheckoutItems: expected one of allow, deny, parent, found 'yes'",
    ),
    (
        "categoryPermissions",
        {"grantCheckoutItems": None},
        "grantCheckoutItems: is needed unless the item is a fallback",
    ),
    ("categoryPermissions", {"value": "1"}, "value: belongs to the fallback items only"),
    (
        "categoryPermissions",
        {"customerGroupCode": "0"},
        "customerGroupCode: expected 40 hexadecimal digits, found '0'",
    ),
    ("productOverrides", {"displayable": None}, "displayable: expected true or false, found null"),
    ("productOverrides", {"productId": "1"}, "productId: expected an integer, found '1'"),
]


@pytest.mark.parametrize(("feed", "changes", "expected"), REFUSED)
def test_an_invalid_item_is_told_what_is_wrong(feed: str, changes: dict[str, Any], expected: str) -> None:
    assert said(feed, item(feed, **changes)) == [expected]


ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("products", {"type": None, "currency": None, "url": None, "inStock": None}),
    ("products", {"weight": 1, "name": "", "linksPurchasedSeparately": False}),
    ("products", {"attributes": [{"attributeCode": "ac_attribute_set", "value": [None]}]}),
    ("products", {"attributes": [{"attributeCode": "color"}]}),
    (
        "products",
        {
            "categoryData": [{"categoryId": "3", "categoryPath": "women", "productPosition": 0}],
            "categories": ["women"],
        },
    ),
    ("products", {"optionsV2": [{"id": "link:1", "type": "downloadable", "values": None}]}),
    ("products", {"optionsV2": [{"id": "color", "type": "configurable", "swatchType": "{}"}]}),
    ("products", {"media_gallery": [{"url": "u", "label": "", "sort_order": 0, "types": None}]}),
    ("products", {"urlRewrites": [{"url": "u", "parameters": None}]}),
    ("categories", {"urlPath": "", "level": 1}),
    ("prices", {"discounts": [{"code": "special_price", "percentage": 20.5}]}),
    ("prices", {"tierPrices": [{"qty": 2, "price": 9}], "customerGroupCode": GROUP}),
    ("prices", {"parents": [{"type": "CONFIGURABLE", "sku": "p"}], "regular": 0}),
    ("prices", {"updatedAt": "2026-11-23T15:04:05.123Z"}),
    ("inventoryStockStatus", {"qtyForSale": -2.2}),
    ("scopesWebsite", {"stores": None}),
    ("scopesCustomerGroup", {"websites": None}),
    ("orders", {"modifiedAt": "2026-11-23T15:04:05+00:00", "state": 0}),
    ("ratingMetadata", {"values": None}),
    ("categoryPermissions", {"customerGroupCode": None}),
    ("categoryPermissions", {"id": "fallback-enabled", "grantCheckoutItems": None, "value": "1"}),
    ("categoryPermissions", {"id": "fallback-grant_checkout_items", "categoryId": None, "value": None}),
    (
        "categoryPermissions",
        {
            "id": "fallback-grantCheckoutItems",
            "categoryId": None,
            "customerGroupCode": None,
            "grantCatalogCategoryView": None,
            "grantCatalogProductPrice": None,
            "grantCheckoutItems": "allow",
            "value": 1,
        },
    ),
]


@pytest.mark.parametrize(("feed", "changes"), ACCEPTED)
def test_what_a_field_may_be_is_accepted(feed: str, changes: dict[str, Any]) -> None:
    assert said(feed, item(feed, **changes)) == []


# Personal data, which a shop may leave out altogether.
PERSONAL = ("payment", "shipping", "additionalInformation")


@pytest.mark.parametrize("name", PERSONAL)
def test_an_order_may_leave_personal_data_out(name: str) -> None:
    assert said("orders", without("orders", name)) == []


@pytest.mark.parametrize(
    ("feed", "name"),
    [
        (feed, name)
        for feed in FEEDS
        for name in item(feed)
        if feed != "orders" or name not in PERSONAL
        # The grants may be left out by fallback items, and have a message of their own.
        if feed != "categoryPermissions" or name in ("id", "deleted", "modifiedAt")
    ],
)
def test_every_field_of_a_minimal_item_is_needed(feed: str, name: str) -> None:
    assert said(feed, without(feed, name)) == [f"{name}: is missing"]


def test_a_permission_that_is_no_fallback_says_whom_it_is_for() -> None:
    assert said("categoryPermissions", without("categoryPermissions", "websiteCode")) == [
        "websiteCode: is needed unless the item is a fallback; null means all"
    ]


@pytest.mark.parametrize("feed", FEEDS)
def test_a_field_that_no_feed_has_is_refused(feed: str) -> None:
    assert Validator(SHAPES[feed]).check(item(feed, colour="red")) == [
        Problem("UNKNOWN_FIELD", "colour", "is not a field of this feed", "red")
    ]


def test_a_long_text_in_place_of_a_time_is_not_remembered() -> None:
    before = (is_date_time.cache_info().currsize, is_rfc3339.cache_info().currsize)
    said("products", item("products", createdAt="x" * 1_000_000, modifiedAt="x" * 1_000_000))
    said("orders", item("orders", createdAt="x" * 1_000_000, modifiedAt="x" * 1_000_000))
    assert (is_date_time.cache_info().currsize, is_rfc3339.cache_info().currsize) == before


def test_an_item_that_is_wrong_throughout_is_told_five_faults() -> None:
    assert said("products", {"deleted": False}) == [
        "sku: is missing",
        "storeViewCode: is missing",
        "storeCode: is missing",
        "websiteCode: is missing",
        "productId: is missing",
    ]


def test_an_order_with_everything_in_it_is_valid() -> None:
    uuid = {"id": "00000000-0000-5000-8000-000000000000"}
    moment = "2026-11-20T10:20:30+00:00"
    address = {"phone": "1", "multiLineStreet": ["a", "b"], "city": "Austin", "country": "US"}
    tax = {"taxName": "VAT", "taxType": "product", "taxAmount": 1.9}
    order = item(
        "orders",
        commerceOrderNumber="100000001",
        status="processing",
        grandTotal=111.5,
        isVirtual=False,
        storeId=1,
        payment={"billingAddress": address, "paymentMethodCode": "checkmo", "totalAmount": 100},
        shipping={"shippingAddress": None, "shippingAmount": 5},
        items=[
            {
                "itemId": uuid,
                "entityId": "1",
                "qtyOrdered": 2,
                "qty": 2,
                "itemsShippedTogether": False,
                "productSku": "simple",
                "updatedAt": moment,
                "additionalInformation": [{"name": "engraving", "value": "A"}],
            }
        ],
        invoices=[
            {
                "entityId": "1",
                "isUsedForRefund": False,
                "createdAt": moment,
                "invoiceItems": [{"orderItemId": uuid, "qtyInvoiced": 2}],
            }
        ],
        creditMemos=[
            {
                "creditMemoId": uuid,
                "state": 2,
                "createdAt": moment,
                "creditMemoComments": None,
                "refundTaxes": [tax],
                "refundItems": [{"orderItemId": uuid, "qtyRefunded": 1, "baseRowTotal": 9.5, "productTaxes": [tax]}],
            }
        ],
        transactions=[{"entityId": "1", "txnId": "t", "type": "capture", "createdAt": moment}],
        shipments=[
            {
                "shipmentId": uuid,
                "createdAt": moment,
                "updatedAt": None,
                "trackingInfo": {"trackingNumber": "1Z", "trackingUrl": None},
                "items": [{"orderItemId": uuid, "qtyShipped": 1}],
            }
        ],
    )
    assert said("orders", order) == []


def test_every_invalid_item_is_listed_and_nothing_is_stored(caller: Caller) -> None:
    reply = caller.post(
        "prices",
        [
            item("prices", sku="a"),
            item("prices", sku="b", regular="1"),
            7,
            item("prices", sku="d"),
            without("prices", "type", "websiteCode"),
        ],
    )
    assert reply.status == 400
    assert reply.content == {
        "status": "FAILED",
        "message": "3 invalid items, nothing was stored",
        "errors": [
            {
                "itemIndex": 1,
                "code": "INVALID_VALUE",
                "message": "regular: expected a number, found '1'",
                "value": "1",
            },
            {"itemIndex": 2, "code": "INVALID_VALUE", "message": "expected an object, found 7", "value": 7},
            {
                "itemIndex": 4,
                "code": "MISSING_FIELD",
                "message": "type: is missing; websiteCode: is missing",
                "value": None,
            },
        ],
    }
    assert caller.held("prices") == []


def test_a_large_value_is_repeated_in_part_only(caller: Caller) -> None:
    reply = caller.post("prices", [item("prices", regular="x" * 1_000_000)])
    [error] = reply.content["errors"]
    assert error["value"] == '"' + "x" * 99 + "..."
    assert error["message"] == "regular: expected a number, found '" + "x" * 40 + "'..."


def test_half_a_surrogate_pair_is_refused_with_its_field(caller: Caller) -> None:
    reply = caller.post("prices", [item("prices"), item("prices", sku="\ud800")])
    assert (reply.status, reply.content["errors"]) == (
        400,
        [
            {
                "itemIndex": 1,
                "code": "INVALID_ENCODING",
                "message": "sku: has half a surrogate pair",
                "value": None,
            }
        ],
    )


def test_a_whole_surrogate_pair_and_a_nul_are_kept(caller: Caller) -> None:
    it = item("products", name="\U0001f600 \x00 é")
    assert caller.post("products", [it]).status == 200
    assert caller.held("products") == [it]


@pytest.mark.parametrize(
    ("feed", "old", "new", "message"),
    [
        ("products", '"sku":', '"sku": "other", "sku":', "sku: is given twice"),
        ("products", '"sku":', '"s\\u006bu": "other", "sku":', "sku: is given twice"),
        ("products", '"deleted": false', '"deleted": false, "deleted": true', "deleted: is given twice"),
        ("products", '"deleted": false', '"deleted": true, "deleted": true', "deleted: is given twice"),
        ("products", '"weightUnit": null', '"weightUnit": null, "weightUnit": null', "weightUnit: is given twice"),
        (
            "products",
            '"attributes": null',
            '"attributes": [{"attributeCode": "a", "value": ["x"], "value": ["y"]}]',
            "attributes[0].value: is given twice",
        ),
        ("prices", '"regular":', '"x": 1, "y": 2, "y": 3, "x": 4, "regular":', "y: is given twice"),
        ("prices", '"regular":', '"": 1, "": 2, "regular":', "is given twice"),
        ("prices", '"regular":', f'"{"n" * 999}": 1, "{"n" * 999}": 2, "regular":', f"{'n' * 60}: is given twice"),
    ],
)
def test_a_name_that_is_given_twice_is_refused(caller: Caller, feed: str, old: str, new: str, message: str) -> None:
    text = json.dumps(item(feed))
    assert text.count(old) == 1
    body = f"[{text}, {text.replace(old, new)}]".encode()
    reply = caller.ask("POST", f"/feeds/{feed}/testing", body, {"Content-Type": "application/json"})
    assert reply.status == 400
    assert reply.content["errors"] == [
        {"itemIndex": 1, "code": "DUPLICATE_FIELD", "message": message, "value": None},
    ]
    assert caller.held(feed) == []


@pytest.mark.parametrize("between", ['":', '": ', '" :', '"  :', '"\t:', '"\n:', '"\r\n :', '" \t : '])
@pytest.mark.parametrize("name", ["plain", ":", ':": :"', '\\":', "a\\", 'one" : two', "three  : four", "\t:"])
def test_a_name_that_is_given_twice_is_found_however_it_is_written(caller: Caller, name: str, between: str) -> None:
    sound = item("products", name=name)
    once = json.dumps(sound, separators=(",", ":"))
    twice = once.replace('"sku":', '"sku":"other","sku":')
    replies = [
        caller.ask(
            "POST",
            "/feeds/products/testing",
            f"[{text}]".replace('"sku":', f'"sku{between}').encode(),
            {"Content-Type": "application/json"},
        )
        for text in (twice, once)
    ]
    assert [reply.status for reply in replies] == [400, 200]
    assert replies[0].content["errors"][0]["message"] == "sku: is given twice"
    assert caller.held("products") == [sound]


@pytest.mark.parametrize("position", [0, 1, 2, 3, 4])
def test_names_given_twice_are_not_made_up_for_by_spaces_elsewhere(caller: Caller, position: int) -> None:
    """A name behind which spaces stand is one less to be counted."""
    names = ["sku", "name", "type", "weightUnit", "status"]
    text = json.dumps(item("products"), separators=(",", ":")).replace('"sku":', '"sku":"other","sku":')
    text = text.replace(f'"{names[position]}":', f'"{names[position]}" :')
    reply = caller.ask("POST", "/feeds/products/testing", f"[{text}]".encode(), {"Content-Type": "application/json"})
    assert reply.status == 400
    assert reply.content["errors"][0]["message"] == "sku: is given twice"


def test_the_last_state_of_an_item_that_stands_several_times_in_a_batch_is_kept(caller: Caller) -> None:
    first = item("products", name="1", modifiedAt="2026-11-23 15:04:05")
    last = item("products", name="3", modifiedAt="2026-11-23 15:04:07")
    late = item("products", name="2", modifiedAt="2026-11-23 15:04:06")
    assert caller.post("products", [first, last, late]).status == 200
    assert caller.held("products") == [last]
    assert caller.post("products", [late, first]).status == 200
    assert caller.held("products") == [last]
