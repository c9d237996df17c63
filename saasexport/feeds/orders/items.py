"""Order items: parents and children stand beside each other, as they do in the shop (feeds.md 3.9.1, items)."""

from collections.abc import Iterable

from saasexport import queries
from saasexport.feed import Grouped, Shop
from saasexport.feeds.orders.fields import (
    Order,
    Record,
    custom_attributes,
    decode_json,
    flag,
    identifier,
    moment,
    record,
)
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import number, text, whole

SQL = queries.beside(__file__)

# Names and conversions in the order of the columns of `items`.
_ITEM: Record = (
    ("parentEntityId", text),
    ("isVirtual", flag),
    ("qtyInvoiced", number),
    ("qtyShipped", number),
    ("qtyBackordered", number),
    ("qtyOrdered", number),
    ("qtyRefunded", number),
    ("qtyCanceled", number),
    ("productType", text),
    ("productOptions", text),
    ("sku", text),
    ("name", text),
    ("qty", whole),
    ("unitPrice", number),
    ("itemPrice", number),
    ("discountAmount", number),
    ("taxAmount", number),
    ("totalAmount", number),
    ("weight", number),
)


class Items(NamedTuple):
    """The items of some orders."""

    items: Grouped

    def fields(self, shop: Shop, order: Order) -> dict[str, Any]:
        """The order's field `items`."""
        return {"items": [_item(shop, row) for row in self.items.get(order.id, ())] or None}


def load(shop: Shop, ids: Iterable[int]) -> Items:
    """Read the items of these orders."""
    return Items(shop.group(SQL.items, ids))


def _item(shop: Shop, row: tuple[Any, ...]) -> dict[str, Any]:
    item_id, product_type, options, additional_data, updated_at, product_sku = row[:6]
    item = record(_ITEM, row[6:], "items.")
    has_own_sku = product_type in ("configurable", "bundle") and product_sku is not None
    return {
        "itemId": identifier(shop, "order_item", item_id),
        "entityId": str(item_id),
        **item,
        "itemsShippedTogether": _shipped_together(product_type, options),
        # What was ordered carries the SKU of the chosen part; the product behind it has its own.
        "productSku": text(product_sku, "items.productSku") if has_own_sku else item.get("sku"),
        "updatedAt": moment(updated_at, "items.updatedAt"),
        "additionalInformation": custom_attributes(decode_json(additional_data, "items.additionalInformation")),
    }


def _shipped_together(product_type: Any, options: Any) -> bool:
    """Configurables are; a bundle if its options say shipment type 0 (feeds.md 3.9.1)."""
    if product_type == "configurable":
        return True
    if product_type != "bundle":
        return False
    content = decode_json(options, "items.productOptions", ("items.itemsShippedTogether",))
    return isinstance(content, dict) and content.get("shipment_type") in (0, "0")
