"""Orders: the order's own fields, its payment, shipping and addresses, and the areas beside this file put together.

All amounts are in the base currency.  One value that cannot be used sets the whole order aside: half an order would be
taken for all of it.
"""

from collections.abc import Iterable, Sequence

from saasexport import queries
from saasexport.feed import EntityItems, Feed, Grouped, Items, Shop, Subscription
from saasexport.feeds.orders import credit_memos, documents
from saasexport.feeds.orders import items as order_items
from saasexport.feeds.orders.fields import (
    Area,
    Order,
    Record,
    as_text,
    custom_attributes,
    decode_json,
    flag,
    identifier,
    moment,
    record,
)
from saasexport.shop import scopes
from saasexport.stdlib import Any
from saasexport.values import RFC_3339, number, text, whole

SQL = queries.beside(__file__)

# Names and conversions in the order of the columns of `orders` (feeds.md 3.9.1).
_ORDER: Record = (
    ("commerceOrderNumber", text),
    ("status", text),
    ("totalInvoiced", number),
    ("totalQtyOrdered", number),
    ("isVirtual", flag),
    ("subtotal", number),
    ("grandTotal", number),
    ("discountAmount", number),
    ("currency", text),
    ("amountCapturedOnline", number),
    ("amountRefundedOnline", number),
    ("amountAuthorized", number),
    ("amountPaid", number),
    ("amountRefunded", number),
    ("amountCanceled", number),
    ("storeViewCode", text),
    ("storeCode", text),
    ("websiteCode", text),
    ("storeId", whole),
    ("customerId", whole),
    ("customerEmail", text),
    ("customerNote", text),
)
_PAYMENT: Record = (
    ("paymentMethodCode", text),
    # What is to be paid; Adobe's exporter has the subtotal here.
    ("totalAmount", number),
    ("taxAmount", number),
    ("currency", text),
)
_SHIPPING: Record = (
    ("shippingMethodName", text),
    ("shippingMethodCode", text),
    ("shippingAmount", number),
    ("shippingTax", number),
)
_ADDRESS: Record = (
    ("phone", text),
    ("region", text),
    ("postcode", text),
    ("street", text),
    ("city", text),
    ("country", text),
    ("firstname", text),
    ("lastname", text),
)

# The last column before those of _ORDER, _PAYMENT and _SHIPPING.
_OWN = 8
_AFTER_ORDER = _OWN + len(_ORDER)
_AFTER_PAYMENT = _AFTER_ORDER + len(_PAYMENT)

# Any other state is 0 (feeds.md 3.9.1).
_STATES = {
    "new": 1,
    "pending_payment": 2,
    "processing": 3,
    "complete": 4,
    "closed": 5,
    "canceled": 6,
    "holded": 7,
    "payment_review": 8,
    "RECEIVED": 9,
    "REJECTED": 10,
}


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of these orders (feeds.md 3.9)."""
    addresses = shop.group(SQL.addresses, ids)
    areas: tuple[Area, ...] = (order_items.load(shop, ids), documents.load(shop, ids), credit_memos.load(shop, ids))
    for row in shop.rows(SQL.orders, ids):
        items = Items()
        items.add({"commerceOrderId": str(row[0])}, _item, shop, row, addresses, areas)
        yield items.of(row[0])


def _item(shop: Shop, row: Sequence[Any], addresses: Grouped, areas: Iterable[Area]) -> dict[str, Any]:
    """All fields of an order: its own, then those of the areas."""
    item = _own_fields(shop, row, addresses)
    for area in areas:
        item |= area.fields(shop, Order(*row[:4]))
    return item


def _own_fields(shop: Shop, row: Sequence[Any], addresses: Grouped) -> dict[str, Any]:
    order_id, _, _, _, created_at, updated_at, state, information = row[:_OWN]
    content = decode_json(information, "additionalInformation", ("payment.paymentMethodName",))
    placed = {
        kind: _address(fields, _ADDRESS_PATHS[kind])
        for kind, *fields in addresses.get(order_id, ())
        if kind in _ADDRESS_PATHS
    }
    payment = record(_PAYMENT, row[_AFTER_ORDER:_AFTER_PAYMENT], "payment.")
    title = content.get("method_title") if isinstance(content, dict) else None
    if title is not None:
        payment["paymentMethodName"] = as_text(title)
    shipping = record(_SHIPPING, row[_AFTER_PAYMENT:], "shipping.")
    return {
        "orderId": identifier(shop, "order", order_id),
        "commerceOrderId": str(order_id),
        **record(_ORDER, row[_OWN:_AFTER_ORDER]),
        "externalId": {"id": str(order_id), "salesChannel": "magento"},
        "createdAt": moment(created_at, "createdAt"),
        "updatedAt": moment(updated_at, "updatedAt"),
        "state": _STATES.get(state, 0),
        "payment": {"billingAddress": placed.get("billing"), **payment},
        "shipping": {"shippingAddress": placed.get("shipping"), **shipping},
        "additionalInformation": custom_attributes(content),
    }


_ADDRESS_PATHS = {"billing": "payment.billingAddress.", "shipping": "shipping.shippingAddress."}


def _address(row: Sequence[Any], path: str) -> dict[str, Any]:
    address = record(_ADDRESS, row, path)
    street = address.get("street")
    address["multiLineStreet"] = street.split("\n") if street else None
    return address


FEED = Feed(
    name="orders",
    title="Sales Orders Feed",
    view="sales_order_data_exporter_v2",
    table="sales_data_exporter_orders_v2",
    identity=("commerceOrderId",),
    minimal=("orderId",),
    entity=("sales_order", "entity_id"),
    sql=SQL,
    subscriptions=(
        Subscription("sales_order_payment", "parent_id"),
        Subscription("sales_order_address", "parent_id"),
        Subscription("sales_order_item", "order_id"),
        Subscription("sales_invoice", "order_id"),
        Subscription("sales_invoice_item", "parent_id", via="invoice"),
        Subscription("sales_shipment", "order_id"),
        Subscription("sales_shipment_item", "parent_id", via="shipment"),
        Subscription("sales_shipment_track", "parent_id", via="shipment"),
        Subscription("sales_creditmemo", "order_id"),
        Subscription("sales_creditmemo_item", "parent_id", via="credit_memo"),
        Subscription("sales_creditmemo_comment", "parent_id", via="credit_memo"),
        Subscription("sales_payment_transaction", "order_id"),
        Subscription("sales_order_tax", "order_id"),
        Subscription("sales_order_tax_item", "tax_id", via="tax"),
        Subscription("catalog_product_entity", via="product"),
        Subscription("store", "store_id", via="store"),
        Subscription("store_group", "group_id", via="store_group"),
        Subscription("store_website", "website_id", via="website"),
    ),
    # The addresses of tracking pages.
    settings=(scopes.settings(*scopes.LINK_SETTINGS),),
    look_back_vias=("product", "store", "store_group", "website"),
    legacy=True,
    exporter="sales_data_exporter",
    time_format=RFC_3339,
    id_types={"default": "", "commerceOrderId": "", "commerceOrderNumber": SQL.by_number},
    near=SQL.near,
    assemble=assemble,
)
