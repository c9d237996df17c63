"""The orders feed: one item per order, with all that belongs to it."""

from saasexport.shapes.words import (
    ANY_TIME,
    BOOLEAN,
    INTEGER,
    KEY,
    NUMBER,
    ORDER_STATE,
    RFC3339,
    STRING,
    UUID,
    Field,
    ListOf,
    Type,
    feed,
    nullable,
    optional,
    record,
)


def personal(declared: Type | Field) -> Field:
    """A field that may be null, and that a shop may leave out altogether: personal data stays at home."""
    return optional(nullable(declared))


IDENTIFIER = record({"id": UUID})
CUSTOM_ATTRIBUTE = record({"name": STRING, "value": STRING})
TAX = record({"taxName": optional(STRING), "taxType": optional(STRING), "taxAmount": optional(NUMBER)})

ADDRESS = record(
    {
        "phone": optional(STRING),
        "region": optional(STRING),
        "postcode": optional(STRING),
        "street": optional(STRING),
        "multiLineStreet": personal(ListOf(STRING)),
        "city": optional(STRING),
        "country": optional(STRING),
        "firstname": optional(STRING),
        "lastname": optional(STRING),
    }
)

PAYMENT = record(
    {
        "billingAddress": personal(ADDRESS),
        "paymentMethodName": optional(STRING),
        "paymentMethodCode": optional(STRING),
        "totalAmount": optional(NUMBER),
        "taxAmount": optional(NUMBER),
        "currency": optional(STRING),
    }
)

SHIPPING = record(
    {
        "shippingAddress": personal(ADDRESS),
        "shippingMethodName": optional(STRING),
        "shippingMethodCode": optional(STRING),
        "shippingAmount": optional(NUMBER),
        "shippingTax": optional(NUMBER),
    }
)

ORDER_ITEM = record(
    {
        "itemId": nullable(IDENTIFIER),
        "entityId": optional(STRING),
        "parentEntityId": optional(STRING),
        "isVirtual": optional(BOOLEAN),
        "qtyInvoiced": optional(NUMBER),
        "qtyShipped": optional(NUMBER),
        "qtyBackordered": optional(NUMBER),
        "qtyOrdered": optional(NUMBER),
        "qtyRefunded": optional(NUMBER),
        "qtyCanceled": optional(NUMBER),
        "productType": optional(STRING),
        "productOptions": optional(STRING),
        "itemsShippedTogether": nullable(BOOLEAN),
        "sku": optional(STRING),
        "productSku": nullable(STRING),
        "name": optional(STRING),
        "qty": optional(INTEGER),
        "unitPrice": optional(NUMBER),
        "itemPrice": optional(NUMBER),
        "discountAmount": optional(NUMBER),
        "taxAmount": optional(NUMBER),
        "totalAmount": optional(NUMBER),
        "weight": optional(NUMBER),
        "updatedAt": nullable(RFC3339),
        "additionalInformation": personal(ListOf(CUSTOM_ATTRIBUTE)),
    }
)

INVOICE = record(
    {
        "entityId": optional(STRING),
        "isUsedForRefund": optional(BOOLEAN),
        "grandTotal": optional(NUMBER),
        "createdAt": nullable(RFC3339),
        "commerceInvoiceNumber": optional(STRING),
        "invoiceItems": nullable(
            ListOf(record({"orderItemId": nullable(IDENTIFIER), "qtyInvoiced": optional(NUMBER)}))
        ),
    }
)

REFUND_ITEM = record(
    {
        "orderItemId": nullable(IDENTIFIER),
        "qtyRefunded": optional(NUMBER),
        "basePrice": optional(NUMBER),
        "baseRowTotal": nullable(NUMBER),
        "productTaxes": nullable(ListOf(TAX)),
    }
)

CREDIT_MEMO = record(
    {
        "creditMemoId": nullable(IDENTIFIER),
        "entityId": optional(STRING),
        "state": optional(INTEGER),
        "createdAt": nullable(RFC3339),
        "creditMemoComments": personal(ListOf(STRING)),
        "shippingAmount": optional(NUMBER),
        "shippingTaxAmount": optional(NUMBER),
        "adjustment": optional(NUMBER),
        "currency": optional(STRING),
        "refundTaxes": nullable(ListOf(TAX)),
        "subtotal": optional(NUMBER),
        "productsTaxAmount": optional(NUMBER),
        "grandTotal": optional(NUMBER),
        "commerceCreditMemoNumber": optional(STRING),
        "refundItems": nullable(ListOf(REFUND_ITEM)),
    }
)

TRANSACTION = record(
    {
        "entityId": optional(STRING),
        "txnId": optional(STRING),
        "type": optional(STRING),
        "createdAt": nullable(RFC3339),
    }
)

TRACKING_INFO = record(
    {
        "shippingCarrier": optional(STRING),
        "shippingMethod": optional(STRING),
        "trackingNumber": optional(STRING),
        "trackingUrl": nullable(STRING),
    }
)

SHIPMENT = record(
    {
        "shipmentId": nullable(IDENTIFIER),
        "createdAt": nullable(RFC3339),
        "updatedAt": nullable(RFC3339),
        "trackingInfo": personal(TRACKING_INFO),
        "commerceShipmentNumber": optional(STRING),
        "items": nullable(ListOf(record({"orderItemId": nullable(IDENTIFIER), "qtyShipped": optional(NUMBER)}))),
    }
)

ORDERS = feed(
    "orders",
    ("commerceOrderId",),
    {
        "orderId": nullable(IDENTIFIER),
        "commerceOrderId": KEY,
        "commerceOrderNumber": optional(STRING),
        "externalId": nullable(record({"id": STRING, "salesChannel": STRING})),
        "createdAt": nullable(RFC3339),
        "updatedAt": nullable(RFC3339),
        "state": nullable(ORDER_STATE),
        "status": optional(STRING),
        "totalInvoiced": optional(NUMBER),
        "totalQtyOrdered": optional(NUMBER),
        "isVirtual": optional(BOOLEAN),
        "subtotal": optional(NUMBER),
        "grandTotal": optional(NUMBER),
        "discountAmount": optional(NUMBER),
        "currency": optional(STRING),
        "amountCapturedOnline": optional(NUMBER),
        "amountRefundedOnline": optional(NUMBER),
        "amountAuthorized": optional(NUMBER),
        "amountPaid": optional(NUMBER),
        "amountRefunded": optional(NUMBER),
        "amountCanceled": optional(NUMBER),
        "storeViewCode": optional(STRING),
        "storeCode": optional(STRING),
        "websiteCode": optional(STRING),
        "storeId": optional(INTEGER),
        "customerId": optional(INTEGER),
        "customerEmail": optional(STRING),
        "customerNote": optional(STRING),
        "payment": personal(PAYMENT),
        "shipping": personal(SHIPPING),
        "items": nullable(ListOf(ORDER_ITEM)),
        "invoices": nullable(ListOf(INVOICE)),
        "creditMemos": nullable(ListOf(CREDIT_MEMO)),
        "transactions": nullable(ListOf(TRANSACTION)),
        "shipments": nullable(ListOf(SHIPMENT)),
        "additionalInformation": personal(ListOf(CUSTOM_ATTRIBUTE)),
    },
    # Adobe's metadata of this feed asks for RFC 3339, its other feeds write the plain form.
    time=ANY_TIME,
    not_compared=("updatedAt",),
)
