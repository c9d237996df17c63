"""What follows from an order: invoices, shipments, credit memos, transactions, reservations of stock."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from saasexport.demo.rows import Rows, Value


@dataclass(frozen=True)
class Item:
    """An item of an order; the parts of a configurable product or a bundle stand below it, for nothing."""

    item_id: int
    parent_id: int | None
    product_id: int
    kind: str
    sku: str
    name: str
    quantity: int
    price: float
    weight: float | None
    options: str | None
    extra: str | None

    @property
    def row_total(self) -> float:
        """What the row costs."""
        return round(self.quantity * self.price, 2)


@dataclass(frozen=True)
class Order:
    """An order with its sums, in the currency of its website."""

    order_id: int
    store_id: int | None
    increment_id: str
    placed: datetime
    items: list[Item]
    is_virtual: bool
    subtotal: float
    tax_percent: float
    shipping: float
    discount: float
    currency: str
    stock_id: int
    method: str
    steps: tuple[str, ...] = ()

    def item_tax(self, item: Item) -> float:
        """The tax on a row."""
        return round(item.row_total * self.tax_percent / 100, 2)

    def item_discount(self, item: Item) -> float:
        """A row's share of the discount."""
        return round(self.discount * item.row_total / self.subtotal, 2)

    @property
    def tax(self) -> float:
        """The whole tax, that on shipping included."""
        return round(sum(map(self.item_tax, self.items)) + self.shipping_tax, 2)

    @property
    def shipping_tax(self) -> float:
        """The tax on shipping."""
        return round(self.shipping * self.tax_percent / 100, 2)

    @property
    def grand_total(self) -> float:
        """What the customer pays."""
        return round(self.subtotal + self.tax + self.shipping - self.discount, 2)

    @property
    def goods(self) -> list[Item]:
        """What is taken from a shelf."""
        wholes = {item.parent_id for item in self.items}
        return [item for item in self.items if item.kind == "simple" and item.item_id not in wholes]

    def count_shipped(self, item: Item) -> int:
        """How many of an item have left."""
        if self.is_virtual or not {"ship", "ship in two", "ship half"} & set(self.steps):
            return 0
        return item.quantity // 2 if "ship half" in self.steps else item.quantity

    def progress(self, item: Item) -> dict[str, Value]:
        """The columns of an order's item that tell how far it has come."""
        return {
            "qty_invoiced": item.quantity if "invoice" in self.steps else 0,
            "qty_shipped": self.count_shipped(item),
            "qty_refunded": item.quantity if "refund" in self.steps else 0,
            "qty_canceled": item.quantity if "cancel" in self.steps else 0,
            "qty_backordered": 2 if item.sku == "KL-STK-OVER" else None,
        }

    def after(self, hours: float) -> str:
        """A moment so many hours after the order was placed, as the shop has it."""
        return str(self.placed + timedelta(hours=hours))


def write_documents(rows: Rows, order: Order) -> None:
    """Write what the steps of an order left behind."""
    _write_reservations(rows, order)
    if order.method == "card" and {"authorize", "invoice"} & set(order.steps):
        _write_transactions(rows, order)
    if "invoice" in order.steps:
        _write_invoice(rows, order)
    if any(order.count_shipped(item) for item in order.items):
        wholes = [item for item in order.items if item.parent_id is None]
        parcels = 2 if "ship in two" in order.steps else 1
        for parcel in range(parcels):
            _write_shipment(rows, order, wholes[parcel::parcels])
    if "refund" in order.steps:
        _write_credit_memo(rows, order)


def _write_reservations(rows: Rows, order: Order) -> None:
    """Hold what was ordered, and let go of it when it was shipped or canceled."""
    for item in order.goods:
        done = item.quantity if "cancel" in order.steps else order.count_shipped(item)
        event = "order_canceled" if "cancel" in order.steps else "shipment_created"
        for quantity, name in ((-item.quantity, "order_placed"), (done, event)):
            if quantity:
                metadata = {"event_type": name, "object_type": "order", "object_id": str(order.order_id)}
                rows.add(
                    "inventory_reservation",
                    stock_id=order.stock_id,
                    sku=item.sku,
                    quantity=quantity,
                    metadata=json.dumps(metadata),
                )


def _write_transactions(rows: Rows, order: Order) -> None:
    authorization = rows.next_id("sales_payment_transaction")
    rows.add(
        "sales_payment_transaction",
        transaction_id=authorization,
        order_id=order.order_id,
        payment_id=order.order_id,
        txn_id=f"AUTH-{order.order_id:05}",
        txn_type="authorization",
        created_at=order.after(0.1),
        is_closed=0,
    )
    kinds = [("invoice", "CAPT", "capture", 1), ("refund", "REFD", "refund", 30)]
    for step, prefix, kind, hours in kinds:
        if step in order.steps:
            rows.add(
                "sales_payment_transaction",
                transaction_id=rows.next_id("sales_payment_transaction"),
                order_id=order.order_id,
                parent_id=authorization,
                payment_id=order.order_id,
                txn_id=f"{prefix}-{order.order_id:05}",
                parent_txn_id=f"AUTH-{order.order_id:05}",
                txn_type=kind,
                created_at=order.after(hours),
                is_closed=1,
            )


def _write_invoice(rows: Rows, order: Order) -> None:
    rows.add(
        "sales_invoice",
        entity_id=order.order_id,
        order_id=order.order_id,
        store_id=order.store_id,
        increment_id=order.increment_id,
        base_grand_total=order.grand_total,
        grand_total=order.grand_total,
        base_currency_code=order.currency,
        state=2,
        is_used_for_refund=1 if "refund" in order.steps else None,
        created_at=order.after(1),
        updated_at=order.after(1),
    )
    rows.add_all(
        "sales_invoice_item",
        "parent_id, order_item_id, product_id, sku, name, qty, base_price, base_row_total",
        (
            (
                order.order_id,
                item.item_id,
                item.product_id,
                item.sku,
                item.name,
                item.quantity,
                item.price,
                item.row_total,
            )
            for item in order.items
        ),
    )


def _write_shipment(rows: Rows, order: Order, items: list[Item]) -> None:
    shipment_id = rows.next_id("sales_shipment")
    rows.add(
        "sales_shipment",
        entity_id=shipment_id,
        order_id=order.order_id,
        store_id=order.store_id,
        increment_id=f"{order.store_id or 9}{shipment_id:08}",
        total_qty=sum(map(order.count_shipped, items)),
        created_at=order.after(20),
        updated_at=order.after(21),
    )
    rows.add_all(
        "sales_shipment_item",
        "parent_id, order_item_id, product_id, sku, name, qty",
        (
            (shipment_id, item.item_id, item.product_id, item.sku, item.name, order.count_shipped(item))
            for item in items
        ),
    )
    # Every third parcel goes by the errand boy, whom nobody can track; one has two numbers.
    for number in range(0 if shipment_id % 3 == 0 else 2 if shipment_id == 4 else 1):
        rows.add(
            "sales_shipment_track",
            parent_id=shipment_id,
            order_id=order.order_id,
            carrier_code="ups",
            title="United Parcel Service",
            track_number=f"1Z{shipment_id:06}{number}",
            created_at=order.after(20),
            updated_at=order.after(20),
        )


def _write_credit_memo(rows: Rows, order: Order) -> None:
    memo_id = rows.next_id("sales_creditmemo")
    fee = 2 if "comments" in order.steps else 0
    rows.add(
        "sales_creditmemo",
        entity_id=memo_id,
        order_id=order.order_id,
        store_id=order.store_id,
        increment_id=f"{order.store_id or 9}{memo_id:08}",
        state=2,
        base_currency_code=order.currency,
        base_subtotal=order.subtotal,
        base_tax_amount=order.tax,
        base_shipping_amount=order.shipping,
        base_shipping_tax_amount=order.shipping_tax,
        base_adjustment=-fee,
        base_adjustment_positive=0,
        base_adjustment_negative=fee,
        base_grand_total=order.grand_total - fee,
        created_at=order.after(30),
        updated_at=order.after(31),
    )
    rows.add_all(
        "sales_creditmemo_item",
        "parent_id, order_item_id, product_id, sku, name, qty, "
        "base_price, base_row_total, base_discount_amount",
        (
            (
                memo_id,
                item.item_id,
                item.product_id,
                item.sku,
                item.name,
                item.quantity,
                item.price,
                item.row_total,
                order.item_discount(item),
            )
            for item in order.items
        ),
    )
    if "comments" in order.steps:
        rows.add_all(
            "sales_creditmemo_comment",
            "parent_id, comment, created_at",
            (
                (memo_id, "The lid was cracked.", order.after(30)),
                (memo_id, "Refunded, less the postage of the second parcel.", order.after(31)),
            ),
        )
