"""The orders feed: rules 3.9 of feeds.md, and what section 5 puts right."""

import json

import pytest

from saasexport.feeds.orders import FEED
from tests.feeds.sales_shop import SalesShop

AT = "2026-11-20 08:09:10"
RFC = "2026-11-20T08:09:10+00:00"


@pytest.fixture
def shop(tmp_path):
    return SalesShop(tmp_path / "shop.sqlite")


def order(shop, order_id=1, information='{"method_title": "Check"}', **row):
    shop.add("sales_order", **{"entity_id": order_id, "created_at": AT, "updated_at": AT, **row})
    shop.add("sales_order_payment", parent_id=order_id, method="checkmo", additional_information=information)


def ordered(shop, item_id, order_id=1, **row):
    shop.add("sales_order_item", item_id=item_id, order_id=order_id, **{"updated_at": AT, **row})


def assembled(shop, order_id=1):
    return shop.items(FEED, order_id)[str(order_id)]


def test_an_order_with_all_its_own_fields(shop):
    shop.run("insert into customer_entity (entity_id, email) values (9, 'ann@example.com')")
    order(
        shop,
        increment_id="100000001",
        state="processing",
        status="packing",
        base_total_invoiced=50.5,
        total_qty_ordered=3,
        is_virtual=0,
        base_subtotal=100,
        base_grand_total=111.5,
        base_discount_amount=-5,
        base_currency_code="USD",
        base_tax_amount=6.5,
        store_id=3,
        customer_id=9,
        customer_email="ann@example.com",
        customer_note="Ring twice",
        shipping_method="flatrate_flatrate",
        shipping_description="Flat Rate",
        base_shipping_amount=10,
        base_shipping_tax_amount=0.5,
        updated_at="2026-11-21 00:00:00",
    )
    shop.run(
        "update sales_order_payment set base_amount_paid_online = 1.5, base_amount_refunded_online = 2,"
        " base_amount_authorized = 3, base_amount_paid = 4, base_amount_refunded = 5, base_amount_canceled = 6"
    )

    expected = {
        "orderId": {"id": "order-1"},
        "commerceOrderId": "1",
        "commerceOrderNumber": "100000001",
        "externalId": {"id": "1", "salesChannel": "magento"},
        "createdAt": RFC,
        "updatedAt": "2026-11-21T00:00:00+00:00",
        "state": 3,
        "status": "packing",
        "totalInvoiced": 50.5,
        "totalQtyOrdered": 3,
        "isVirtual": False,
        "subtotal": 100,
        "grandTotal": 111.5,
        "discountAmount": -5,
        "currency": "USD",
        "amountCapturedOnline": 1.5,
        "amountRefundedOnline": 2,
        "amountAuthorized": 3,
        "amountPaid": 4,
        "amountRefunded": 5,
        "amountCanceled": 6,
        "storeViewCode": "french",
        "storeCode": "main",
        "websiteCode": "base",
        "storeId": 3,
        "customerId": 9,
        "customerEmail": "ann@example.com",
        "customerNote": "Ring twice",
        "payment": {
            "billingAddress": None,
            "paymentMethodName": "Check",
            "paymentMethodCode": "checkmo",
            # Not the subtotal: what is to be paid.
            "totalAmount": 111.5,
            "taxAmount": 6.5,
            "currency": "USD",
        },
        "shipping": {
            "shippingAddress": None,
            "shippingMethodName": "Flat Rate",
            "shippingMethodCode": "flatrate_flatrate",
            "shippingAmount": 10,
            "shippingTax": 0.5,
        },
        "items": None,
        "invoices": None,
        "creditMemos": None,
        "transactions": None,
        "shipments": None,
        "additionalInformation": [{"name": "method_title", "value": "Check"}],
    }
    assert expected == assembled(shop)
    assert shop.count(FEED) == 1


@pytest.mark.parametrize("information", [None, "", "{}", "[]"])
def test_an_order_without_additional_information_is_exported(shop, information):
    order(shop, information=information)
    found = assembled(shop)
    assert found["additionalInformation"] is None
    assert found["payment"] == {"billingAddress": None, "paymentMethodCode": "checkmo"}


def test_additional_information_is_text_or_json(shop):
    order(shop, information='{"a": "é/b", "n": 2, "gift": {"wrap": true}, "none": null}')
    expected = [
        {"name": "a", "value": "é/b"},
        {"name": "n", "value": "2"},
        {"name": "gift", "value": '{"wrap":true}'},
        {"name": "none", "value": "null"},
    ]
    assert expected == assembled(shop)["additionalInformation"]


@pytest.mark.parametrize(
    ("state", "number"),
    [
        ("new", 1),
        ("pending_payment", 2),
        ("processing", 3),
        ("complete", 4),
        ("closed", 5),
        ("canceled", 6),
        ("holded", 7),
        ("payment_review", 8),
        ("RECEIVED", 9),
        ("REJECTED", 10),
        ("on its way", 0),
        (None, 0),
    ],
)
def test_states_are_numbered(shop, state, number):
    order(shop, state=state)
    assert number == assembled(shop)["state"]


def test_an_order_of_a_deleted_store_has_no_names_of_it(shop):
    order(shop, store_id=3)
    shop.run("delete from store where store_id = 3")
    named = {"storeId", "storeViewCode", "storeCode", "websiteCode"}
    assert set() == named & assembled(shop).keys()


def test_addresses_are_found_by_type_and_a_street_has_its_lines(shop):
    order(shop, is_virtual=1)
    shop.add(
        "sales_order_address",
        parent_id=1,
        address_type="billing",
        telephone="555",
        region="Ohio",
        postcode="00001",
        street="1 Hill\nFloor 2",
        city="Leeds",
        country_id="US",
        firstname="Ann",
        lastname="Lee",
    )
    shop.add("sales_order_address", parent_id=1, address_type="shipping", city="York")

    found = assembled(shop)
    assert found["payment"]["billingAddress"] == {
        "phone": "555",
        "region": "Ohio",
        "postcode": "00001",
        "street": "1 Hill\nFloor 2",
        "multiLineStreet": ["1 Hill", "Floor 2"],
        "city": "Leeds",
        "country": "US",
        "firstname": "Ann",
        "lastname": "Lee",
    }
    assert found["shipping"]["shippingAddress"] == {"city": "York", "multiLineStreet": None}


def test_an_item_with_all_its_fields(shop):
    order(shop)
    ordered(
        shop,
        20,
        parent_item_id=19,
        is_virtual=1,
        qty_invoiced=1,
        qty_shipped=1.5,
        qty_backordered=0,
        qty_ordered=2.5,
        qty_refunded=0,
        qty_canceled=0.5,
        product_type="simple",
        product_options='{"a": 1}',
        sku="mug",
        name="A mug",
        base_price=10,
        base_row_total=25,
        base_discount_amount=1,
        base_tax_amount=2.25,
        base_row_total_incl_tax=27.25,
        weight=0.5,
        additional_data='{"engraving": "A"}',
    )
    expected = {
        "itemId": {"id": "order_item-20"},
        "entityId": "20",
        "parentEntityId": "19",
        "isVirtual": True,
        "qtyInvoiced": 1,
        "qtyShipped": 1.5,
        "qtyBackordered": 0,
        "qtyOrdered": 2.5,
        "qtyRefunded": 0,
        "qtyCanceled": 0.5,
        "productType": "simple",
        "productOptions": '{"a": 1}',
        "itemsShippedTogether": False,
        "sku": "mug",
        "productSku": "mug",
        "name": "A mug",
        # An integer, whatever was ordered.
        "qty": 2,
        "unitPrice": 10,
        "itemPrice": 25,
        "discountAmount": 1,
        "taxAmount": 2.25,
        "totalAmount": 27.25,
        "weight": 0.5,
        "updatedAt": RFC,
        "additionalInformation": [{"name": "engraving", "value": "A"}],
    }
    assert [expected] == assembled(shop)["items"]


def test_configurables_and_bundles_are_named_by_their_own_sku(shop):
    shop.product(1, "shirt", "configurable")
    shop.product(2, "set", "bundle")
    shop.product(3, "mug")
    order(shop)
    ordered(shop, 1, product_type="configurable", product_id=1, sku="shirt-red")
    ordered(shop, 2, product_type="bundle", product_id=2, sku="set-a-b")
    ordered(shop, 3, product_type="simple", product_id=3, sku="old mug")
    ordered(shop, 4, product_type="bundle", product_id=99, sku="set-gone")

    found = [(item["sku"], item["productSku"]) for item in assembled(shop)["items"]]
    assert found == [("shirt-red", "shirt"), ("set-a-b", "set"), ("old mug", "old mug"), ("set-gone", "set-gone")]


@pytest.mark.parametrize(
    ("kind", "options", "together"),
    [
        ("configurable", None, True),
        ("bundle", '{"shipment_type": 0}', True),
        ("bundle", '{"shipment_type": "0"}', True),
        ("bundle", '{"shipment_type": 1}', False),
        ("bundle", "{}", False),
        ("bundle", None, False),
        ("simple", '{"shipment_type": 0}', False),
    ],
)
def test_what_is_shipped_together(shop, kind, options, together):
    order(shop)
    ordered(shop, 1, product_type=kind, product_options=options)
    assert together is assembled(shop)["items"][0]["itemsShippedTogether"]


def test_invoices_transactions_and_shipments_have_times_of_their_own(shop):
    order(shop, store_id=1, shipping_method="ups_ground", protect_code="abc")
    shop.configure("web/seo/use_rewrites", "1")
    # The ids are the same on purpose.
    shop.add(
        "sales_invoice",
        entity_id=1,
        order_id=1,
        is_used_for_refund=1,
        base_grand_total=50.5,
        increment_id="I1",
        created_at="2026-11-20 10:00:00",
    )
    shop.add("sales_invoice_item", parent_id=1, order_item_id=20, qty=2)
    shop.add(
        "sales_payment_transaction",
        transaction_id=1,
        order_id=1,
        payment_id=1,
        txn_id="TX",
        txn_type="capture",
        created_at="2026-11-20 11:00:00",
    )
    shop.add(
        "sales_shipment",
        entity_id=1,
        order_id=1,
        increment_id="S1",
        created_at="2026-11-20 12:00:00",
        updated_at="2026-11-20 13:00:00",
    )
    shop.add("sales_shipment_item", parent_id=1, order_item_id=20, qty=1.5)
    for track_id, number in ((6, "old"), (7, "1Z")):
        shop.add(
            "sales_shipment_track",
            entity_id=track_id,
            parent_id=1,
            order_id=1,
            carrier_code="ups",
            track_number=number,
        )

    found = assembled(shop)
    assert found["invoices"] == [
        {
            "entityId": "1",
            "isUsedForRefund": True,
            "grandTotal": 50.5,
            "createdAt": "2026-11-20T10:00:00+00:00",
            "commerceInvoiceNumber": "I1",
            "invoiceItems": [{"orderItemId": {"id": "order_item-20"}, "qtyInvoiced": 2}],
        }
    ]
    assert found["transactions"] == [
        {"entityId": "1", "txnId": "TX", "type": "capture", "createdAt": "2026-11-20T11:00:00+00:00"}
    ]
    assert found["shipments"] == [
        {
            "shipmentId": {"id": "order_shipment-1"},
            "createdAt": "2026-11-20T12:00:00+00:00",
            "updatedAt": "2026-11-20T13:00:00+00:00",
            "commerceShipmentNumber": "S1",
            "trackingInfo": {
                "shippingCarrier": "ups",
                "shippingMethod": "ups_ground",
                "trackingNumber": "1Z",
                # base64 of "track_id:7:abc", with ~ for =
                "trackingUrl": "http://shop/shipping/tracking/popup?hash=dHJhY2tfaWQ6NzphYmM~",
            },
            "items": [{"orderItemId": {"id": "order_item-20"}, "qtyShipped": 1.5}],
        }
    ]


def test_a_shipment_on_its_way_without_a_parcel_number_has_no_tracking(shop):
    order(shop)
    shop.add("sales_shipment", entity_id=4, order_id=1, created_at=AT, updated_at=AT)
    expected = {
        "shipmentId": {"id": "order_shipment-4"},
        "createdAt": RFC,
        "updatedAt": RFC,
        "trackingInfo": None,
        "items": None,
    }
    assert [expected] == assembled(shop)["shipments"]


def tax(shop, tax_id, title, amount, order_id=1):
    shop.add(
        "sales_order_tax",
        tax_id=tax_id,
        order_id=order_id,
        title=title,
        base_amount=amount,
        position=0,
        priority=0,
        process=0,
    )


def taxed(shop, tax_id, amount, item_id=None, kind="product"):
    shop.add(
        "sales_order_tax_item",
        tax_id=tax_id,
        item_id=item_id,
        base_amount=amount,
        amount=amount,
        real_amount=amount,
        real_base_amount=amount,
        tax_percent=10,
        taxable_item_type=kind,
    )


def test_a_credit_memo_is_one_entry_with_all_its_comments_and_its_own_taxes(shop):
    order(shop)
    ordered(shop, 20)
    ordered(shop, 21)
    order(shop, 2)
    ordered(shop, 22, order_id=2)
    shop.add(
        "sales_creditmemo",
        entity_id=5,
        order_id=1,
        state=2,
        created_at=AT,
        base_shipping_amount=4,
        base_shipping_tax_amount=0.4,
        base_adjustment=1,
        base_currency_code="EUR",
        base_subtotal=30,
        base_tax_amount=3,
        base_grand_total=38.4,
        increment_id="M1",
    )
    # The memo item has the id of another order's item: its taxes are those of the item it refunds.
    shop.add(
        "sales_creditmemo_item",
        entity_id=22,
        parent_id=5,
        order_item_id=20,
        qty=3,
        base_price=33.33,
        base_discount_amount=0.5,
    )
    for comment in ("Wrong size", "Came back"):
        shop.add("sales_creditmemo_comment", parent_id=5, comment=comment)
    tax(shop, 1, "VAT", 2)
    taxed(shop, 1, 1.5, item_id=20)
    taxed(shop, 1, 0.5, item_id=21)
    tax(shop, 2, "City", 1)
    taxed(shop, 2, 0.75, item_id=20)
    taxed(shop, 2, 0.25, kind="shipping")
    tax(shop, 3, "Other", 9, order_id=2)
    taxed(shop, 3, 9, item_id=22)

    expected = {
        "creditMemoId": {"id": "credit_memo-5"},
        "entityId": "5",
        "state": 2,
        "createdAt": RFC,
        "creditMemoComments": ["Wrong size", "Came back"],
        "shippingAmount": 4,
        "shippingTaxAmount": 0.4,
        "adjustment": 1,
        "currency": "EUR",
        "refundTaxes": [
            # The order's tax as a whole; of one on two kinds of things, what falls to each.
            {"taxName": "VAT", "taxType": "product", "taxAmount": 2},
            {"taxName": "City", "taxType": "product", "taxAmount": 0.75},
            {"taxName": "City", "taxType": "shipping", "taxAmount": 0.25},
        ],
        "subtotal": 30,
        "productsTaxAmount": 3,
        "grandTotal": 38.4,
        "commerceCreditMemoNumber": "M1",
        "refundItems": [
            {
                "orderItemId": {"id": "order_item-20"},
                "qtyRefunded": 3,
                "basePrice": 33.33,
                # 3 * 33.33 - 0.50
                "baseRowTotal": 99.49,
                "productTaxes": [
                    {"taxName": "VAT", "taxType": "product", "taxAmount": 1.5},
                    {"taxName": "City", "taxType": "product", "taxAmount": 0.75},
                ],
            }
        ],
    }
    assert [expected] == assembled(shop)["creditMemos"]


def test_a_credit_memo_without_comments_items_and_taxes_has_none(shop):
    order(shop)
    shop.add("sales_creditmemo", entity_id=5, order_id=1, created_at=AT)
    expected = {
        "creditMemoId": {"id": "credit_memo-5"},
        "entityId": "5",
        "createdAt": RFC,
        "creditMemoComments": None,
        "refundTaxes": None,
        "refundItems": None,
    }
    assert [expected] == assembled(shop)["creditMemos"]


@pytest.mark.parametrize("missing", ["", "0000-00-00 00:00:00"])
def test_a_time_that_is_none_is_null(shop, missing):
    order(shop, created_at=missing)
    assert assembled(shop)["createdAt"] is None


@pytest.mark.parametrize(
    ("column", "value", "error"),
    [
        ("created_at", "yesterday", "createdAt: 'yesterday' is not a time"),
        ("base_subtotal", "much", "subtotal: 'much' is not a number"),
    ],
)
def test_an_unusable_value_sets_aside_its_order_and_no_other(shop, column, value, error):
    order(shop, 1, **{column: value})
    order(shop, 2)
    assert list(shop.items(FEED)) == ["2"]
    assert [({"commerceOrderId": "1"}, error)] == shop.failed(FEED)


def test_information_that_is_not_json_sets_the_order_aside(shop):
    order(shop, information='a:1:{s:1:"a";i:1;}')
    [(_, error)] = shop.failed(FEED)
    assert error == "additionalInformation: 'a:1:{s:1:\"a\";i:1;}' is not JSON"


@pytest.mark.parametrize(
    ("information", "reason"),
    [
        ('{"a": Infinity}', "'Infinity' is not a finite number"),
        ('{"a": [1, -Infinity]}', "'-Infinity' is not a finite number"),
        ('[NaN]', "'NaN' is not a finite number"),
        ('{"a": {"b": 9e999}}', "'9e999' is not a finite number"),
        ('{"a": 1, "a": 1}', "'a' is given twice"),
        ('{"a": {"b": 1, "c": 2, "b": 3}}', "'b' is given twice"),
        ('[{"": 1, "": null}]', "'' is given twice"),
    ],
)
@pytest.mark.parametrize("path", ["additionalInformation", "items.additionalInformation"])
def test_information_that_others_read_differently_sets_the_order_aside(shop, information, reason, path):
    order(shop, 1, information="{}" if "." in path else information)
    ordered(shop, 7, 1, additional_data=information)
    order(shop, 2)
    assert shop.failed(FEED) == [({"commerceOrderId": "1"}, f"{path}: {reason}")]


def test_a_full_sync_takes_orders_touched_since_a_time(shop):
    for order_id, updated_at in ((1, "2026-11-01 00:00:00"), (2, "2026-11-16 12:00:00"), (3, "2026-11-22 00:00:00")):
        order(shop, order_id, updated_at=updated_at, store_id=1)

    def walked(**values):
        return [row[0] for row in shop.db.execute(FEED.walk, {"after": 0, "limit": 10, "since": "", **values})]

    assert walked() == [1, 2, 3]
    assert walked(since="2026-11-16 12:00:00") == [2, 3]
    assert walked(since="2026-11-16 12:00:00", after=2) == [3]
    assert walked(limit=2) == [1, 2]


def test_every_table_leads_to_its_order(shop):
    shop.product(1, "shirt", "configurable")
    shop.product(2, "mug")
    for order_id in (1, 2):
        order(shop, order_id, store_id=order_id)
        shop.add("sales_order_address", parent_id=order_id, address_type="billing")
        ordered(shop, order_id, order_id, product_type="configurable", product_id=order_id)
        shop.add("sales_invoice", entity_id=10 + order_id, order_id=order_id)
        shop.add("sales_invoice_item", parent_id=10 + order_id)
        shop.add("sales_shipment", entity_id=20 + order_id, order_id=order_id)
        shop.add("sales_shipment_item", parent_id=20 + order_id)
        shop.add("sales_shipment_track", entity_id=30 + order_id, parent_id=20 + order_id, order_id=order_id)
        shop.add("sales_creditmemo", entity_id=40 + order_id, order_id=order_id)
        shop.add("sales_creditmemo_item", parent_id=40 + order_id)
        shop.add("sales_creditmemo_comment", parent_id=40 + order_id)
        shop.add("sales_payment_transaction", order_id=order_id, payment_id=order_id)
        tax(shop, order_id, "VAT", 1, order_id)
        taxed(shop, order_id, 1, item_id=order_id)

    changes = {
        "update sales_order set status = 'x' where entity_id = 1": {1},
        "update sales_order_payment set method = 'x' where parent_id = 1": {1},
        "update sales_order_address set city = 'x' where parent_id = 1": {1},
        "update sales_order_item set name = 'x' where order_id = 1": {1},
        "update sales_invoice set increment_id = 'x' where order_id = 1": {1},
        "update sales_invoice_item set qty = 2 where parent_id = 11": {1},
        "update sales_shipment set increment_id = 'x' where order_id = 1": {1},
        "update sales_shipment_item set qty = 2 where parent_id = 21": {1},
        "update sales_shipment_track set track_number = 'x' where parent_id = 21": {1},
        "update sales_creditmemo set state = 3 where order_id = 1": {1},
        "update sales_creditmemo_item set qty = 2 where parent_id = 41": {1},
        "delete from sales_creditmemo_comment where parent_id = 41": {1},
        "update sales_payment_transaction set txn_id = 'x' where order_id = 1": {1},
        "update sales_order_tax set title = 'x' where order_id = 1": {1},
        "update sales_order_tax_item set base_amount = 2 where tax_id = 1": {1},
        "update catalog_product_entity set sku = 'x' where entity_id = 1": {1},
        "update catalog_product_entity set sku = 'x' where entity_id = 2": set(),
        "delete from catalog_product_entity where entity_id = 1": {1},
        "update store set code = 'x' where store_id = 1": {1},
        "update store_group set code = 'x' where group_id = 1": {1},
        "update store_website set code = 'x' where website_id = 2": {2},
    }
    assert changes == {sql: shop.touched(FEED, sql) for sql in changes}


@pytest.mark.parametrize(
    "change",
    [
        "update store set sort_order = sort_order + 1",
        "update store_group set name = 'x'",
        "update store_website set name = 'x'",
        "update catalog_product_entity set updated_at = '2026-11-23 11:00:00' where entity_id = 1",
        "update catalog_product_entity set sku = 'x' where entity_id = 1",
        "delete from catalog_product_entity where entity_id = 1",
        "update store set name = 'x'; update store_website set name = 'y'",
    ],
)
@pytest.mark.parametrize("on_record", [(), (4,), (1, 5)])
def test_what_orders_share_leads_to_those_within_the_look_back_and_on_record(shop, change, on_record):
    shop.product(1, "shirt", "configurable")
    # The clock stands at 2026-11-23 12:00.
    dates = ("2026-11-16 11:59:59", "2026-11-16 12:00:00", "2026-11-23 11:00:00", "2019-01-01 00:00:00", "")
    for order_id, updated_at in enumerate(dates, 1):
        order(shop, order_id, updated_at=updated_at, store_id=1)
        ordered(shop, order_id, order_id, product_type="configurable", product_id=1)
    assert shop.touched(FEED, change, on_record=on_record) == {2, 3, *on_record}


def test_without_a_look_back_what_orders_share_leads_to_all_of_them(shop):
    order(shop, 1, updated_at="2019-01-01 00:00:00", store_id=1)
    order(shop, 2, updated_at="", store_id=1)
    shop.look_back_days = 0
    assert shop.touched(FEED, "update store set sort_order = sort_order + 1") == {1, 2}


@pytest.mark.parametrize(
    "change",
    [
        "update sales_order set customer_note = 'x' where entity_id = 1",
        "update sales_order_address set city = 'x' where parent_id = 1",
        "update sales_shipment_track set track_number = 'x' where parent_id = 21",
        "update sales_invoice_item set qty = 2 where parent_id = 11",
        "delete from sales_creditmemo_comment where parent_id = 41",
    ],
)
def test_a_change_of_an_old_order_itself_leads_to_it(shop, change):
    order(shop, 1, updated_at="2019-01-01 00:00:00", store_id=1)
    shop.add("sales_order_address", parent_id=1, address_type="billing")
    shop.add("sales_invoice", entity_id=11, order_id=1)
    shop.add("sales_invoice_item", parent_id=11)
    shop.add("sales_shipment", entity_id=21, order_id=1)
    shop.add("sales_shipment_track", entity_id=31, parent_id=21, order_id=1)
    shop.add("sales_creditmemo", entity_id=41, order_id=1)
    shop.add("sales_creditmemo_comment", parent_id=41)
    assert shop.touched(FEED, change) == {1}


def test_the_item_is_json(shop):
    order(shop)
    assert json.loads(json.dumps(assembled(shop))) == assembled(shop)
