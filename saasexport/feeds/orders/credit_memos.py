"""Credit memos: one entry each, with all its comments, its refunded items and the taxes they had (feeds.md 3.9.1).

Adobe's exporter repeats a memo for each of its comments, merges the taxes of all orders of a batch, and looks up an
item's taxes by the memo item's id instead of the order item's (feeds.md 5).
"""

from collections.abc import Iterable

from saasexport import queries
from saasexport.feed import Grouped, Shop
from saasexport.feeds.orders.fields import Order, Record, identifier, moment, record
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import number, text, whole

SQL = queries.beside(__file__)

# Names and conversions in the order of the columns of their queries.
_CREDIT_MEMO: Record = (
    ("state", whole),
    ("shippingAmount", number),
    ("shippingTaxAmount", number),
    ("adjustment", number),
    ("currency", text),
    ("subtotal", number),
    ("productsTaxAmount", number),
    ("grandTotal", number),
    ("commerceCreditMemoNumber", text),
)
_REFUND_ITEM: Record = (("qtyRefunded", number), ("basePrice", number))
_TAX: Record = (("taxName", text), ("taxType", text), ("taxAmount", number))

# Decimals of amounts in the shop's tables; what is worked out from them has no more.
_SCALE = 4


class CreditMemos(NamedTuple):
    """The credit memos of some orders; rows by order, comments and items by memo."""

    memos: Grouped
    comments: Grouped
    items: Grouped
    taxes: Grouped
    item_taxes: Grouped

    def fields(self, shop: Shop, order: Order) -> dict[str, Any]:
        """The order's field `creditMemos`."""
        rows = self.memos.get(order.id, ())
        taxes = [_tax(row) for row in self.taxes.get(order.id, ())] if rows else []
        return {"creditMemos": [self._memo(shop, order, row, taxes) for row in rows] or None}

    def _memo(self, shop: Shop, order: Order, row: tuple[Any, ...], taxes: list[dict[str, Any]]) -> dict[str, Any]:
        memo_id, created_at, *fields = row
        comments = [
            text(comment, "creditMemos.creditMemoComments") or "" for (comment,) in self.comments.get(memo_id, ())
        ]
        return {
            "creditMemoId": identifier(shop, "credit_memo", memo_id),
            "entityId": str(memo_id),
            **record(_CREDIT_MEMO, fields, "creditMemos."),
            "createdAt": moment(created_at, "creditMemos.createdAt"),
            "creditMemoComments": comments or None,
            "refundTaxes": taxes or None,
            "refundItems": [self._item(shop, order, item) for item in self.items.get(memo_id, ())] or None,
        }

    def _item(self, shop: Shop, order: Order, row: tuple[Any, ...]) -> dict[str, Any]:
        order_item_id, base_discount, *fields = row
        item = record(_REFUND_ITEM, fields, "creditMemos.refundItems.")
        discount = number(base_discount, "creditMemos.refundItems.baseRowTotal") or 0
        total = item.get("qtyRefunded", 0) * item.get("basePrice", 0) - discount
        taxes = [
            record(_TAX, tax, "creditMemos.refundItems.productTaxes.")
            for item_id, *tax in self.item_taxes.get(order.id, ())
            if item_id == order_item_id
        ]
        return {
            "orderItemId": identifier(shop, "order_item", order_item_id),
            **item,
            "baseRowTotal": number(round(total, _SCALE), "creditMemos.refundItems.baseRowTotal"),
            "productTaxes": taxes or None,
        }


def load(shop: Shop, ids: Iterable[int]) -> CreditMemos:
    """Read the credit memos of these orders, and the orders' taxes."""
    ids = list(ids)
    queried = (SQL.credit_memos, SQL.comments, SQL.refund_items, SQL.taxes, SQL.item_taxes)
    return CreditMemos(*(shop.group(query, ids) for query in queried))


def _tax(row: tuple[Any, ...]) -> dict[str, Any]:
    """A tax of the order; one that was taken on several kinds of things is divided among them."""
    whole_amount, amount, kinds, title, kind = row
    return record(_TAX, (title, kind, whole_amount if kinds == 1 else amount), "creditMemos.refundTaxes.")
