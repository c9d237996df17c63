-- Orders of Vendure that were placed; those of single sellers are left to the order that they are parts of.
-- Made for Vendure 3.7; ids may be numbers or UUIDs.
--
-- Vendure keeps cents.  Amounts of lines go out without tax, which is in a column of its own, rounded to cents by line.

-- feed: orders
-- entity: "order".id

-- Each order is made of its own row alone, though what is read of it is used more than once.
-- watch: "order".id
-- What belongs to one order.
-- watch: order_channels_channel.orderId
-- watch: order_line.orderId
-- watch: shipping_line.orderId
-- watch: payment.orderId
-- watch: order_fulfillments_fulfillment.orderId
-- What hangs on that; when both go at once, the line above tells the order.
-- watch: order_line_reference.orderLineId via line
-- watch: refund.paymentId via payment
-- watch: fulfillment.id via fulfillment
-- What orders share: lines have the SKU and the name that a variant has now.
-- watch: product_variant.id via variant
-- watch: product_variant_translation.baseId via variant
-- watch: customer.id via customer
-- watch: shipping_method.id via shipping_method
-- watch: shipping_method_translation.baseId via shipping_method
-- The code and the language of the store view.
-- everything: channel

-- name: items
with placed as (
    select id, code, state, currencyCode, customerId, orderPlacedAt, updatedAt, shippingAddress, billingAddress,
           subTotal, subTotalWithTax, shipping, shippingWithTax
      from "order"
     where id in (select value from json_each(:ids))
       and not active
       and orderPlacedAt is not null
       and type <> 'Seller'
),
website as (
    -- Every order belongs to the default channel, and to the one it was placed in.
    select member.orderId,
           iif(channel.code = '__default_channel__', 'default', channel.code) as code,
           channel.defaultLanguageCode as language,
           min((channel.code = '__default_channel__') || channel.code)
      from order_channels_channel as member
      join channel on channel.id = member.channelId
     where member.orderId in (select id from placed)
     group by member.orderId
),
line as (
    select line.orderId, line.id, line.createdAt, line.quantity, line.productVariantId,
           line.listPrice / 100.0 as price,
           line.listPriceIncludesTax as is_gross,
           coalesce((select sum(json_extract(value, '$.amount'))
                       from json_each(iif(json_valid(line.adjustments), line.adjustments, '[]'))), 0) / 100.0
               as adjustment,
           coalesce((select sum(json_extract(value, '$.taxRate'))
                       from json_each(iif(json_valid(line.taxLines), line.taxLines, '[]'))), 0) / 100.0 as rate
      from order_line as line
     where line.orderId in (select id from placed)
),
net as (
    select orderId, id, quantity, productVariantId, rate,
           iif(is_gross, price / (1 + rate), price) as price,
           iif(is_gross, adjustment / (1 + rate), adjustment) as adjustment
      from line
     order by orderId, createdAt, id
),
moved as (
    -- Only what this order's own fulfilments and refunds say.
    select line.id as line_id,
           sum(iif(fulfillment.state in ('Shipped', 'Delivered'), reference.quantity, 0)) as shipped,
           sum(iif(refund.state = 'Settled' and payment.id is not null, reference.quantity, 0)) as refunded
      from line
      join order_line_reference as reference on reference.orderLineId = line.id
      left join order_fulfillments_fulfillment as member
        on member.fulfillmentId = reference.fulfillmentId
       and member.orderId = line.orderId
      left join fulfillment on fulfillment.id = member.fulfillmentId
      left join refund on refund.id = reference.refundId
      left join payment on payment.id = refund.paymentId and payment.orderId = line.orderId
     group by line.id
),
basket as (
    select net.orderId,
           sum(net.quantity) as quantity,
           sum(net.price * net.quantity) as subtotal,
           sum(net.adjustment) as adjustment,
           json_group_array(json_object(
               'itemId', json_object('id', uuid_of('order_item', net.id)),
               'entityId', '' || net.id,
               'isVirtual', json('false'),
               'qtyOrdered', net.quantity,
               'qtyShipped', coalesce(moved.shipped, 0),
               'qtyRefunded', coalesce(moved.refunded, 0),
               'productType', 'simple',
               'itemsShippedTogether', json('false'),
               'sku', variant.sku,
               'productSku', variant.sku,
               'name', translation.name,
               'qty', net.quantity,
               'unitPrice', round(net.price, 2),
               'itemPrice', round(net.price * net.quantity, 2),
               'discountAmount', round(0 - net.adjustment, 2),
               'taxAmount', round((net.price * net.quantity + net.adjustment) * net.rate, 2),
               'totalAmount', round((net.price * net.quantity + net.adjustment) * (1 + net.rate), 2))) as items
      from net
      left join website on website.orderId = net.orderId
      left join moved on moved.line_id = net.id
      left join product_variant as variant on variant.id = net.productVariantId
      left join product_variant_translation as translation
        on translation.id = coalesce((select min(id) from product_variant_translation
                                      where baseId = variant.id and languageCode = website.language),
                                     (select min(id) from product_variant_translation where baseId = variant.id))
     group by net.orderId
),
money as (
    select payment.orderId,
           sum(iif(payment.state = 'Authorized', payment.amount, 0)) / 100.0 as authorized,
           sum(iif(payment.state = 'Settled', payment.amount, 0)) / 100.0 as settled,
           payment.method, max(payment.createdAt || payment.id)
      from payment
     where payment.orderId in (select id from placed)
     group by payment.orderId
),
returned as (
    select payment.orderId, sum(refund.total) / 100.0 as amount
      from payment
      join refund on refund.paymentId = payment.id and refund.state = 'Settled'
     where payment.orderId in (select id from placed)
     group by payment.orderId
),
delivery as (
    select shipping_line.orderId, method.code, translation.name, min(shipping_line.createdAt || shipping_line.id)
      from shipping_line
      left join website on website.orderId = shipping_line.orderId
      left join shipping_method as method on method.id = shipping_line.shippingMethodId
      left join shipping_method_translation as translation
        on translation.id = coalesce((select min(id) from shipping_method_translation
                                      where baseId = method.id and languageCode = website.language),
                                     (select min(id) from shipping_method_translation where baseId = method.id))
     where shipping_line.orderId in (select id from placed)
     group by shipping_line.orderId
),
source (order_id, kind, address) as (
    select id, 'shipping', iif(json_valid(shippingAddress), shippingAddress, '{}')
      from placed
    union all
    select id, 'billing', iif(json_valid(billingAddress), billingAddress, '{}')
      from placed
),
address as (
    select order_id, kind,
           json_object(
               'phone', json_extract(address, '$.phoneNumber'),
               'region', json_extract(address, '$.province'),
               'postcode', json_extract(address, '$.postalCode'),
               'street', json_extract(address, '$.streetLine1')
                         || coalesce(char(10) || nullif(json_extract(address, '$.streetLine2'), ''), ''),
               'multiLineStreet', iif(coalesce(json_extract(address, '$.streetLine2'), '') = '',
                                      json_array(json_extract(address, '$.streetLine1')),
                                      json_array(json_extract(address, '$.streetLine1'),
                                                 json_extract(address, '$.streetLine2'))),
               'city', json_extract(address, '$.city'),
               'country', json_extract(address, '$.countryCode'),
               'firstname', substr(json_extract(address, '$.fullName'), 1,
                                   instr(json_extract(address, '$.fullName') || ' ', ' ') - 1),
               'lastname', nullif(trim(substr(json_extract(address, '$.fullName'),
                                              instr(json_extract(address, '$.fullName') || ' ', ' '))), '')) as written
      from source
     where json_extract(address, '$.streetLine1') is not null
)
select placed.id as entity,
       json_object('id', uuid_of('order', placed.id)) as orderId,
       placed.id as commerceOrderId,
       placed.code as commerceOrderNumber,
       json_object('id', '' || placed.id, 'salesChannel', 'vendure') as externalId,
       placed.orderPlacedAt as createdAt,
       placed.updatedAt,
       case placed.state
            when 'PaymentAuthorized' then 3
            when 'PaymentSettled' then 3
            when 'PartiallyShipped' then 3
            when 'Shipped' then 3
            when 'PartiallyDelivered' then 3
            when 'Delivered' then 4
            when 'Cancelled' then 6
            when 'Modifying' then 7
            when 'ArrangingAdditionalPayment' then 2
            else 0
        end as state,
       placed.state as status,
       coalesce(basket.quantity, 0) as totalQtyOrdered,
       delivery.orderId is null as isVirtual,
       round(coalesce(basket.subtotal, 0), 2) as subtotal,
       (placed.subTotalWithTax + placed.shippingWithTax) / 100.0 as grandTotal,
       round(coalesce(basket.adjustment, 0), 2) as discountAmount,
       placed.currencyCode as currency,
       money.authorized as amountAuthorized,
       money.settled as amountPaid,
       returned.amount as amountRefunded,
       website.code || '_' || website.language as storeViewCode,
       website.code as storeCode,
       website.code as websiteCode,
       number_of(placed.customerId) as customerId,
       customer.emailAddress as customerEmail,
       json_object(
           'billingAddress', json(billing.written),
           'paymentMethodName', money.method,
           'paymentMethodCode', money.method,
           'totalAmount', (placed.subTotalWithTax + placed.shippingWithTax) / 100.0,
           'taxAmount', (placed.subTotalWithTax + placed.shippingWithTax - placed.subTotal - placed.shipping) / 100.0,
           'currency', placed.currencyCode) as payment,
       json_object(
           'shippingAddress', json(shipping.written),
           'shippingMethodName', delivery.name,
           'shippingMethodCode', delivery.code,
           'shippingAmount', placed.shipping / 100.0,
           'shippingTax', (placed.shippingWithTax - placed.shipping) / 100.0) as shipping,
       basket.items
  from placed
  left join website on website.orderId = placed.id
  left join basket on basket.orderId = placed.id
  left join money on money.orderId = placed.id
  left join returned on returned.orderId = placed.id
  left join delivery on delivery.orderId = placed.id
  left join customer on customer.id = placed.customerId
  left join address as billing on billing.order_id = placed.id and billing.kind = 'billing'
  left join address as shipping on shipping.order_id = placed.id and shipping.kind = 'shipping'
 order by placed.id;

-- name: transactions
select payment.orderId as entity,
       payment.id as entityId,
       payment.transactionId as txnId,
       lower(payment.state) as type,
       payment.createdAt
  from payment
  join "order" as placed on placed.id = payment.orderId and not placed.active and placed.orderPlacedAt is not null
 where payment.orderId in (select value from json_each(:ids))
   and placed.type <> 'Seller'
 order by payment.orderId, payment.createdAt, payment.id;

-- name: creditMemos
with part as (
    select reference.refundId,
           json_group_array(json_object('orderItemId', json_object('id', uuid_of('order_item', reference.orderLineId)),
                                        'qtyRefunded', reference.quantity)) as items
      from (select reference.refundId, reference.orderLineId, reference.quantity
              from payment
              join refund on refund.paymentId = payment.id
              join order_line_reference as reference on reference.refundId = refund.id
              join order_line as line on line.id = reference.orderLineId and line.orderId = payment.orderId
             where payment.orderId in (select value from json_each(:ids))
             order by reference.refundId, reference.createdAt, reference.id) as reference
     group by reference.refundId
)
select payment.orderId as entity,
       json_object('id', uuid_of('credit_memo', refund.id)) as creditMemoId,
       refund.id as entityId,
       2 as state,
       refund.createdAt,
       iif(coalesce(refund.reason, '') = '', null, json_array(refund.reason)) as creditMemoComments,
       refund.shipping / 100.0 as shippingAmount,
       refund.adjustment / 100.0 as adjustment,
       placed.currencyCode as currency,
       refund.items / 100.0 as subtotal,
       refund.total / 100.0 as grandTotal,
       refund.id as commerceCreditMemoNumber,
       part.items as refundItems
  from payment
  join refund on refund.paymentId = payment.id and refund.state = 'Settled'
  join "order" as placed on placed.id = payment.orderId and not placed.active and placed.orderPlacedAt is not null
  left join part on part.refundId = refund.id
 where payment.orderId in (select value from json_each(:ids))
   and placed.type <> 'Seller'
 order by payment.orderId, refund.createdAt, refund.id;

-- name: shipments
with part as (
    select reference.orderId, reference.fulfillmentId,
           json_group_array(json_object('orderItemId', json_object('id', uuid_of('order_item', reference.orderLineId)),
                                        'qtyShipped', reference.quantity)) as items
      from (select member.orderId, reference.fulfillmentId, reference.orderLineId, reference.quantity
              from order_fulfillments_fulfillment as member
              join order_line_reference as reference on reference.fulfillmentId = member.fulfillmentId
              join order_line as line on line.id = reference.orderLineId and line.orderId = member.orderId
             where member.orderId in (select value from json_each(:ids))
             order by member.orderId, reference.fulfillmentId, reference.createdAt, reference.id) as reference
     group by reference.orderId, reference.fulfillmentId
)
select member.orderId as entity,
       json_object('id', uuid_of('order_shipment', fulfillment.id)) as shipmentId,
       fulfillment.createdAt,
       fulfillment.updatedAt,
       json_object('shippingCarrier', fulfillment.handlerCode,
                   'shippingMethod', fulfillment.method,
                   'trackingNumber', nullif(fulfillment.trackingCode, '')) as trackingInfo,
       fulfillment.id as commerceShipmentNumber,
       part.items
  from order_fulfillments_fulfillment as member
  join fulfillment on fulfillment.id = member.fulfillmentId and fulfillment.state in ('Shipped', 'Delivered')
  join "order" as placed on placed.id = member.orderId and not placed.active and placed.orderPlacedAt is not null
  left join part on part.orderId = member.orderId and part.fulfillmentId = fulfillment.id
 where member.orderId in (select value from json_each(:ids))
   and placed.type <> 'Seller'
 order by member.orderId, fulfillment.createdAt, fulfillment.id;

-- name: via_line
select orderId
  from order_line
 where id in (select value from json_each(:keys));

-- name: via_variant
select orderId
  from order_line
 where productVariantId in (select value from json_each(:keys));

-- name: via_customer
select id
  from "order"
 where customerId in (select value from json_each(:keys));

-- name: via_shipping_method
select orderId
  from shipping_line
 where shippingMethodId in (select value from json_each(:keys));

-- name: via_payment
select orderId
  from payment
 where id in (select value from json_each(:keys));

-- name: via_fulfillment
select orderId
  from order_fulfillments_fulfillment
 where fulfillmentId in (select value from json_each(:keys));

-- name: id_number
select id
  from "order"
 where code in (select value from json_each(:keys));
