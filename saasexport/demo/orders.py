"""Some twenty-five orders of the last weeks, in every state, with what followed from them."""

import json
from datetime import date, timedelta
from random import Random

from saasexport.demo.documents import Item, Order, write_documents
from saasexport.demo.plans import ADDRESSES, PAYMENTS, Line, Plan, all_plans, placed_at
from saasexport.demo.product import Product
from saasexport.demo.rows import Rows, Value
from saasexport.demo.scopes import CUSTOMERS, STORE_DEFAULT, STORE_FRENCH, STORE_WHOLESALE
from saasexport.demo.stock import DEFAULT_STOCK, WHOLESALE_STOCK

Catalog = dict[str, tuple[int, Product]]
TAX_PERCENT = {STORE_DEFAULT: 5.5, STORE_FRENCH: 20.0, STORE_WHOLESALE: 20.0}
SHIPPING = 5.9
# Sold, and deleted from the shop since.
GONE = (4_000_000, Product("KL-GONE", "Wicker Basket", 21, type_id="configurable"))


def write_orders(rows: Rows, catalog: Catalog, today: date, rng: Random) -> None:
    """Write the planned orders and some usual ones."""
    for order_id, plan in enumerate(all_plans(rng), 1):
        order = _order(order_id, plan, catalog | {GONE[1].sku: GONE}, today)
        _write_order(rows, order, plan)
        _write_payment(rows, order, plan)
        _write_addresses(rows, order, plan)
        _write_items(rows, order)
        _write_taxes(rows, order)
        write_documents(rows, order)


def _order(order_id: int, plan: Plan, catalog: Catalog, today: date) -> Order:
    """Work out an order's items and sums."""
    placed = placed_at(plan, order_id, today)
    items: list[Item] = []
    for line in plan.lines:
        items += _items(plan, line, catalog, 100 * order_id + len(items) + 1)
    subtotal = sum(item.row_total for item in items)
    is_virtual = all(item.kind in ("virtual", "downloadable", "giftcard") for item in items)
    percent = TAX_PERCENT[plan.store_id or STORE_DEFAULT]
    return Order(
        order_id,
        plan.store_id,
        f"{plan.store_id or 9}{order_id:08}",
        placed,
        items,
        is_virtual,
        round(subtotal, 2),
        percent,
        0 if is_virtual else SHIPPING,
        plan.discount,
        "EUR" if plan.store_id == STORE_WHOLESALE else "USD",
        WHOLESALE_STOCK if plan.store_id == STORE_WHOLESALE else DEFAULT_STOCK,
        PAYMENTS[plan.payment][0],
        plan.steps,
    )


def _items(plan: Plan, line: Line, catalog: Catalog, item_id: int) -> list[Item]:
    """The item of a line, and below it those of its parts."""
    sku, quantity, parts = line
    product_id, product = catalog[sku]
    chosen = [catalog[part] for part in parts]
    price = _price(plan, product) or sum(_price(plan, part) for _, part in chosen) or 25
    weight = product.values.get("weight")
    # A configurable product is sold under the sku of the child.
    sold = chosen[0][1] if product.type_id == "configurable" else product
    whole = Item(
        item_id,
        None,
        product_id,
        product.type_id,
        sold.sku,
        product.name,
        quantity,
        float(price),
        float(weight) if weight else None,
        None if sku == "KL-TEA-BREAK" else _request(quantity, product, sold),
        json.dumps({"engraving": "For Nan", "lines": [1, 2]}) if sku == "KL-GRD-HAND" else None,
    )
    return [whole] + [
        Item(
            item_id + number,
            item_id,
            part_id,
            part.type_id if part_id != product_id else "simple",
            part.sku,
            part.name,
            quantity,
            0,
            None,
            _request(quantity, part, part),
            None,
        )
        for number, (part_id, part) in enumerate(chosen, 1)
    ]


def _request(quantity: int, product: Product, sold: Product) -> str:
    """What an item's options say about how it was put into the basket."""
    request: dict[str, object] = {"info_buyRequest": {"qty": quantity}}
    if product.type_id == "configurable":
        request |= {"simple_sku": sold.sku, "simple_name": sold.name}
    if product.type_id == "bundle":
        request |= {"shipment_type": str(product.values["shipment_type"])}
    return json.dumps(request)


def _price(plan: Plan, product: Product) -> float:
    price = product.wholesale.get("price") if plan.store_id == STORE_WHOLESALE else None
    return float(price or product.price or 0)


def both(**amounts: Value) -> dict[str, Value]:
    """Amounts in the currency of the order and in the website's: here they are the same."""
    return amounts | {f"base_{name}": amount for name, amount in amounts.items()}


def _write_order(rows: Rows, order: Order, plan: Plan) -> None:
    who = next((one for one in CUSTOMERS if one[0] == plan.customer), None)
    invoiced = order.grand_total if "invoice" in plan.steps else None
    rows.add(
        "sales_order",
        entity_id=order.order_id,
        increment_id=order.increment_id,
        state=plan.state,
        status=plan.status,
        store_id=plan.store_id,
        is_virtual=int(order.is_virtual),
        customer_id=plan.customer,
        customer_email=who[3] if who else f"guest{order.order_id}@example.org",
        customer_is_guest=int(who is None),
        customer_group_id=who[2] if who else 0,
        customer_firstname=who[4] if who else None,
        customer_lastname=who[5] if who else None,
        customer_note=plan.note,
        base_currency_code=order.currency,
        order_currency_code=order.currency,
        shipping_method=None if order.is_virtual else "flatrate_flatrate",
        shipping_description=None if order.is_virtual else "Flat Rate - Fixed",
        protect_code=f"{order.order_id * 7919:032x}",
        total_item_count=len(order.items),
        created_at=str(order.placed),
        updated_at=str(order.placed + timedelta(hours=len(plan.steps))),
        total_qty_ordered=sum(item.quantity for item in order.items if item.parent_id is None),
        **both(
            subtotal=order.subtotal,
            tax_amount=order.tax,
            shipping_amount=order.shipping,
            shipping_tax_amount=order.shipping_tax,
            discount_amount=-order.discount,
            grand_total=order.grand_total,
            total_invoiced=invoiced,
            total_paid=invoiced,
            total_refunded=order.grand_total if "refund" in plan.steps else None,
            total_canceled=order.grand_total if "cancel" in plan.steps else None,
        ),
    )


def _write_payment(rows: Rows, order: Order, plan: Plan) -> None:
    method, information = PAYMENTS[plan.payment]
    total, paid, refunded = order.grand_total, "invoice" in plan.steps, "refund" in plan.steps
    rows.add(
        "sales_order_payment",
        entity_id=order.order_id,
        parent_id=order.order_id,
        method=method,
        additional_information=json.dumps(information) if plan.has_payment_information else None,
        base_amount_paid_online=total if paid and method == "card" else None,
        base_amount_refunded_online=total if refunded and method == "card" else None,
        **both(
            amount_ordered=total,
            amount_authorized=total if method == "card" else None,
            amount_paid=total if paid else None,
            amount_refunded=total if refunded else None,
            amount_canceled=total if "cancel" in plan.steps else None,
            shipping_amount=order.shipping,
        ),
    )


def _write_addresses(rows: Rows, order: Order, plan: Plan) -> None:
    who = next(
        (one for one in CUSTOMERS if one[0] == plan.customer), CUSTOMERS[order.order_id % len(CUSTOMERS)]
    )
    for kind in ("billing",) if order.is_virtual else ("billing", "shipping"):
        # Every third order goes to somebody else.
        other = kind == "shipping" and order.order_id % 3 == 0
        city, country, postcode, region, street = ADDRESSES[(order.order_id + other) % len(ADDRESSES)]
        rows.add(
            "sales_order_address",
            parent_id=order.order_id,
            address_type=kind,
            city=city,
            country_id=country,
            postcode=postcode,
            region=region,
            street=street,
            firstname="Nan" if other else who[4],
            lastname=who[5],
            email=who[3],
            telephone=f"555-01{order.order_id:02}",
        )


def _write_items(rows: Rows, order: Order) -> None:
    for item in order.items:
        tax = order.item_tax(item)
        rows.add(
            "sales_order_item",
            item_id=item.item_id,
            order_id=order.order_id,
            parent_item_id=item.parent_id,
            store_id=order.store_id,
            created_at=str(order.placed),
            updated_at=str(order.placed),
            product_id=item.product_id,
            product_type=item.kind,
            product_options=item.options,
            additional_data=item.extra,
            weight=item.weight,
            is_virtual=int(item.kind in ("virtual", "downloadable")),
            sku=item.sku,
            name=item.name,
            qty_ordered=item.quantity,
            tax_percent=order.tax_percent,
            **both(
                price=item.price,
                original_price=item.price,
                row_total=item.row_total,
                tax_amount=tax,
                row_total_incl_tax=round(item.row_total + tax, 2),
                discount_amount=order.item_discount(item),
            ),
            **order.progress(item),
        )


def _write_taxes(rows: Rows, order: Order) -> None:
    place = "FR" if order.tax_percent == 20 else "US-ME"
    rows.add(
        "sales_order_tax",
        tax_id=order.order_id,
        order_id=order.order_id,
        code=f"{place}-*",
        title=f"{place} tax",
        percent=order.tax_percent,
        amount=order.tax,
        base_amount=order.tax,
        base_real_amount=order.tax,
        priority=0,
        position=0,
        process=0,
    )
    taxed = [
        (item.item_id, order.item_tax(item), "product") for item in order.items if item.parent_id is None
    ]
    rows.add_all(
        "sales_order_tax_item",
        "tax_id, item_id, amount, base_amount, real_amount, real_base_amount, tax_percent, taxable_item_type",
        (
            (order.order_id, item_id, *4 * (amount,), order.tax_percent, kind)
            for item_id, amount, kind in [*taxed, (None, order.shipping_tax, "shipping")]
        ),
    )
