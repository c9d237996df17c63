"""Invoices, payment transactions and shipments of an order, each with times of its own (feeds.md 3.9.1, 5)."""

from collections.abc import Iterable

from saasexport import queries
from saasexport.feed import Grouped, Shop
from saasexport.feeds.orders.fields import Order, Record, flag, identifier, moment, record
from saasexport.shop import scopes
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import base64_of, number, text

SQL = queries.beside(__file__)

# Names and conversions in the order of the columns of their queries.
_INVOICE: Record = (("isUsedForRefund", flag), ("grandTotal", number), ("commerceInvoiceNumber", text))
_TRANSACTION: Record = (("txnId", text), ("type", text))
_SHIPMENT: Record = (("commerceShipmentNumber", text),)
_TRACK: Record = (("shippingCarrier", text), ("trackingNumber", text), ("shippingMethod", text))


class Documents(NamedTuple):
    """What was done with some orders; rows by order, those of parts by invoice or shipment."""

    invoices: Grouped
    invoice_items: Grouped
    transactions: Grouped
    shipments: Grouped
    shipment_items: Grouped
    tracks: Grouped

    def fields(self, shop: Shop, order: Order) -> dict[str, Any]:
        """The order's fields `invoices`, `transactions` and `shipments`."""
        invoices = [self._invoice(shop, row) for row in self.invoices.get(order.id, ())]
        transactions = [_transaction(row) for row in self.transactions.get(order.id, ())]
        shipments = [self._shipment(shop, row, order) for row in self.shipments.get(order.id, ())]
        return {"invoices": invoices or None, "transactions": transactions or None, "shipments": shipments or None}

    def _invoice(self, shop: Shop, row: tuple[Any, ...]) -> dict[str, Any]:
        invoice_id, created_at, *fields = row
        return {
            "entityId": str(invoice_id),
            **record(_INVOICE, fields, "invoices."),
            "createdAt": moment(created_at, "invoices.createdAt"),
            "invoiceItems": _parts(shop, self.invoice_items.get(invoice_id, ()), "qtyInvoiced"),
        }

    def _shipment(self, shop: Shop, row: tuple[Any, ...], order: Order) -> dict[str, Any]:
        shipment_id, created_at, updated_at, *fields = row
        tracks = self.tracks.get(shipment_id)
        return {
            "shipmentId": identifier(shop, "order_shipment", shipment_id),
            **record(_SHIPMENT, fields, "shipments."),
            "createdAt": moment(created_at, "shipments.createdAt"),
            "updatedAt": moment(updated_at, "shipments.updatedAt"),
            "trackingInfo": _tracking(shop, tracks[-1], order) if tracks else None,
            "items": _parts(shop, self.shipment_items.get(shipment_id, ()), "qtyShipped"),
        }


def load(shop: Shop, ids: Iterable[int]) -> Documents:
    """Read invoices, transactions and shipments of these orders."""
    ids = list(ids)
    return Documents(
        *(
            shop.group(query, ids)
            for query in (
                SQL.invoices,
                SQL.invoice_items,
                SQL.transactions,
                SQL.shipments,
                SQL.shipment_items,
                SQL.tracks,
            )
        )
    )


def _transaction(row: tuple[Any, ...]) -> dict[str, Any]:
    transaction_id, created_at, *fields = row
    return {
        "entityId": str(transaction_id),
        **record(_TRANSACTION, fields, "transactions."),
        "createdAt": moment(created_at, "transactions.createdAt"),
    }


def _parts(shop: Shop, rows: Iterable[tuple[Any, ...]], quantity: str) -> list[dict[str, Any]] | None:
    """The items of an invoice or a shipment: which, and how many."""
    declared: Record = ((quantity, number),)
    return [
        {"orderItemId": identifier(shop, "order_item", item_id), **record(declared, fields)}
        for item_id, *fields in rows
    ] or None


def _tracking(shop: Shop, row: tuple[Any, ...], order: Order) -> dict[str, Any]:
    track_id, carrier, track_number = row
    return {
        **record(_TRACK, (carrier, track_number, order.shipping_method), "shipments.trackingInfo."),
        "trackingUrl": _tracking_url(shop, track_id, order),
    }


def _tracking_url(shop: Shop, track_id: int, order: Order) -> str | None:
    """The shop's page about a parcel; none when the order's store view is gone, and its address with it."""
    base = shop.once(_link_urls).get(order.store_id)
    if base is None:
        return None
    key = f"track_id:{track_id}:{text(order.protect_code, 'shipments.trackingInfo.trackingUrl') or ''}"
    coded = base64_of(key, "replace")
    return base + "shipping/tracking/popup?hash=" + coded.translate(_URL_SAFE)


# Magento's encoder for addresses (feeds.md 3.9.1, trackingUrl).
_URL_SAFE = str.maketrans("+/=", "-_~")


def _link_urls(shop: Shop) -> dict[int | None, str]:
    return {view.id: scopes.link_url(shop, view) for view in scopes.store_views(shop)}
