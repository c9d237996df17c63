-- Orders of django-oscar.
-- Made for django-oscar 4.2, with the names of states that its sandbox uses; add your own to `state`.
--
-- Oscar keeps no time of the last change: that of the last change of the status stands for it.

-- feed: orders
-- entity: order_order.id

-- What belongs to one order.
-- watch: order_line.order_id
-- watch: order_orderstatuschange.order_id
-- watch: payment_source.order_id
-- watch: order_shippingevent.order_id
-- What hangs on that; when both go at once, the line above tells the order.
-- watch: payment_transaction.source_id via source
-- watch: order_shippingeventquantity.event_id via shipping_event
-- The order points at its addresses, and several orders may point at one.
-- watch: order_shippingaddress.id via shipping_address
-- watch: order_billingaddress.id via billing_address
-- The e-mail address of a customer; guests leave theirs with the order.
-- watch: auth_user.id via user
-- The name of a way to pay concerns every order paid so.
-- watch: payment_sourcetype.id via source_type

-- name: items
with shipped as (
    select quantity.line_id, sum(quantity.quantity) as quantity
      from order_shippingevent as event
      join order_shippingeventquantity as quantity on quantity.event_id = event.id
      join order_line as line on line.id = quantity.line_id and line.order_id = event.order_id
     where event.order_id in (select value from json_each(:ids))
     group by quantity.line_id
),
line as (
    select line.order_id,
           sum(line.quantity) as quantity,
           sum(line.line_price_before_discounts_excl_tax) as subtotal,
           sum(line.line_price_excl_tax) as net,
           json_group_array(json_object(
               'itemId', json_object('id', uuid_of('order_item', line.id)),
               'entityId', '' || line.id,
               'isVirtual', json('false'),
               'qtyOrdered', line.quantity,
               'qtyShipped', coalesce(shipped.quantity, 0),
               'productType', 'simple',
               'itemsShippedTogether', json('false'),
               'sku', line.partner_sku,
               'productSku', line.partner_sku,
               'name', line.title,
               'qty', line.quantity,
               'unitPrice', coalesce(line.unit_price_excl_tax,
                                     round(line.line_price_before_discounts_excl_tax / nullif(line.quantity, 0), 2)),
               'itemPrice', line.line_price_before_discounts_excl_tax,
               'discountAmount', round(line.line_price_before_discounts_excl_tax - line.line_price_excl_tax, 2),
               'taxAmount', round(line.line_price_incl_tax - line.line_price_excl_tax, 2),
               'totalAmount', line.line_price_incl_tax)) as items
      from (select id, order_id, partner_sku, title, quantity, line_price_incl_tax, line_price_excl_tax,
                   line_price_before_discounts_excl_tax, unit_price_excl_tax
              from order_line
             where order_id in (select value from json_each(:ids))
             order by order_id, id) as line
      left join shipped on shipped.line_id = line.id
     group by line.order_id
),
money as (
    select source.order_id,
           round(sum(source.amount_allocated), 2) as allocated,
           round(sum(source.amount_debited), 2) as debited,
           round(sum(source.amount_refunded), 2) as refunded,
           kind.code, kind.name, min(source.id)
      from payment_source as source
      left join payment_sourcetype as kind on kind.id = source.source_type_id
     where source.order_id in (select value from json_each(:ids))
     group by source.order_id
),
change as (
    select order_id, max(date_created) as changed_at
      from order_orderstatuschange
     where order_id in (select value from json_each(:ids))
     group by order_id
)
select placed.id as entity,
       json_object('id', uuid_of('order', placed.id)) as orderId,
       placed.id as commerceOrderId,
       placed.number as commerceOrderNumber,
       json_object('id', '' || placed.id, 'salesChannel', 'oscar') as externalId,
       placed.date_placed as createdAt,
       max(placed.date_placed, coalesce(change.changed_at, '')) as updatedAt,
       case lower(placed.status)
            when 'pending' then 1
            when 'pending payment' then 2
            when 'being processed' then 3
            when 'processing' then 3
            when 'complete' then 4
            when 'completed' then 4
            when 'shipped' then 4
            when 'refunded' then 5
            when 'cancelled' then 6
            when 'canceled' then 6
            when 'on hold' then 7
            else 0
        end as state,
       placed.status,
       coalesce(line.quantity, 0) as totalQtyOrdered,
       placed.shipping_address_id is null as isVirtual,
       round(coalesce(line.subtotal, 0), 2) as subtotal,
       placed.total_incl_tax as grandTotal,
       round(coalesce(line.net - line.subtotal, 0), 2) as discountAmount,
       placed.currency,
       money.allocated as amountAuthorized,
       money.debited as amountPaid,
       money.refunded as amountRefunded,
       'default' as storeViewCode,
       'main' as storeCode,
       'base' as websiteCode,
       number_of(placed.user_id) as customerId,
       coalesce(nullif(placed.guest_email, ''), nullif(customer.email, '')) as customerEmail,
       nullif(ship.notes, '') as customerNote,
       json_object(
           'billingAddress', iif(bill.id is null, null, json_object(
               'region', nullif(bill.state, ''),
               'postcode', bill.postcode,
               'street', trim(bill.line1 || char(10) || bill.line2 || char(10) || bill.line3, char(10)),
               'multiLineStreet', (select json_group_array(value)
                                     from json_each(json_array(bill.line1, bill.line2, bill.line3))
                                    where value <> ''),
               'city', bill.line4,
               'country', bill.country_id,
               'firstname', bill.first_name,
               'lastname', bill.last_name)),
           'paymentMethodName', money.name,
           'paymentMethodCode', money.code,
           'totalAmount', placed.total_incl_tax,
           'taxAmount', round(placed.total_incl_tax - placed.total_excl_tax, 2),
           'currency', placed.currency) as payment,
       json_object(
           'shippingAddress', iif(ship.id is null, null, json_object(
               'phone', nullif(ship.phone_number, ''),
               'region', nullif(ship.state, ''),
               'postcode', ship.postcode,
               'street', trim(ship.line1 || char(10) || ship.line2 || char(10) || ship.line3, char(10)),
               'multiLineStreet', (select json_group_array(value)
                                     from json_each(json_array(ship.line1, ship.line2, ship.line3))
                                    where value <> ''),
               'city', ship.line4,
               'country', ship.country_id,
               'firstname', ship.first_name,
               'lastname', ship.last_name)),
           'shippingMethodName', nullif(placed.shipping_method, ''),
           'shippingMethodCode', nullif(placed.shipping_code, ''),
           'shippingAmount', placed.shipping_excl_tax,
           'shippingTax', round(placed.shipping_incl_tax - placed.shipping_excl_tax, 2)) as shipping,
       line.items
  from order_order as placed
  left join line on line.order_id = placed.id
  left join money on money.order_id = placed.id
  left join change on change.order_id = placed.id
  left join auth_user as customer on customer.id = placed.user_id
  left join order_billingaddress as bill on bill.id = placed.billing_address_id
  left join order_shippingaddress as ship on ship.id = placed.shipping_address_id
 where placed.id in (select value from json_each(:ids))
 order by placed.id;

-- name: transactions
select source.order_id as entity,
       movement.id as entityId,
       movement.reference as txnId,
       movement.txn_type as type,
       movement.date_created as createdAt
  from payment_source as source
  join payment_transaction as movement on movement.source_id = source.id
 where source.order_id in (select value from json_each(:ids))
 order by source.order_id, movement.id;

-- name: shipments
with part as (
    select quantity.event_id,
           json_group_array(json_object('orderItemId', json_object('id', uuid_of('order_item', quantity.line_id)),
                                        'qtyShipped', quantity.quantity)) as items
      from (select quantity.event_id, quantity.line_id, quantity.quantity
              from order_shippingevent as event
              join order_shippingeventquantity as quantity on quantity.event_id = event.id
             where event.order_id in (select value from json_each(:ids))
             order by quantity.event_id, quantity.id) as quantity
     group by quantity.event_id
)
select event.order_id as entity,
       json_object('id', uuid_of('order_shipment', event.id)) as shipmentId,
       event.date_created as createdAt,
       event.date_created as updatedAt,
       event.id as commerceShipmentNumber,
       part.items
  from order_shippingevent as event
  left join part on part.event_id = event.id
 where event.order_id in (select value from json_each(:ids))
 order by event.order_id, event.id;

-- name: via_shipping_address
select id
  from order_order
 where shipping_address_id in (select value from json_each(:keys));

-- name: via_billing_address
select id
  from order_order
 where billing_address_id in (select value from json_each(:keys));

-- name: via_user
select id
  from order_order
 where user_id in (select value from json_each(:keys));

-- name: via_source_type
select order_id
  from payment_source
 where source_type_id in (select value from json_each(:keys));

-- name: via_source
select order_id
  from payment_source
 where id in (select value from json_each(:keys));

-- name: via_shipping_event
select order_id
  from order_shippingevent
 where id in (select value from json_each(:keys));

-- name: id_number
select id
  from order_order
 where number in (select value from json_each(:keys));
