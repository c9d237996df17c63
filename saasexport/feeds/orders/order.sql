-- Orders with payment, shipping and addresses (feeds.md 3.9.1).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: walk
-- All orders, or those touched at or after :since; the second way goes through the index on updated_at.
select entity_id
  from (select entity_id
          from sales_order
         where :since = ''
           and entity_id > :after
         order by entity_id
         limit :limit)
union all
select entity_id
  from (select entity_id
          from sales_order
         where :since <> ''
           and updated_at >= :since
           and +entity_id > :after
         order by +entity_id
         limit :limit)
 order by 1;

-- name: count
select count(*)
  from sales_order
 where (:since = '' or updated_at >= :since)
   and typeof(entity_id) = 'integer';

-- name: orders
-- An order has one payment; of several the first counts.  A store that was deleted leaves its names out.
select sales_order.entity_id,
       sales_order.store_id,
       sales_order.protect_code,
       sales_order.shipping_method,
       sales_order.created_at,
       sales_order.updated_at,
       sales_order.state,
       payment.additional_information,
       -- ORDER
       sales_order.increment_id,
       sales_order.status,
       sales_order.base_total_invoiced,
       sales_order.total_qty_ordered,
       sales_order.is_virtual,
       sales_order.base_subtotal,
       sales_order.base_grand_total,
       sales_order.base_discount_amount,
       sales_order.base_currency_code,
       payment.base_amount_paid_online,
       payment.base_amount_refunded_online,
       payment.base_amount_authorized,
       payment.base_amount_paid,
       payment.base_amount_refunded,
       payment.base_amount_canceled,
       store.code,
       store_group.code,
       store_website.code,
       sales_order.store_id,
       sales_order.customer_id,
       sales_order.customer_email,
       sales_order.customer_note,
       -- PAYMENT
       payment.method,
       sales_order.base_grand_total,
       sales_order.base_tax_amount,
       sales_order.base_currency_code,
       -- SHIPPING
       sales_order.shipping_description,
       sales_order.shipping_method,
       sales_order.base_shipping_amount,
       sales_order.base_shipping_tax_amount
  from sales_order
  left join sales_order_payment as payment
    on payment.entity_id = (select min(entity_id) from sales_order_payment where parent_id = sales_order.entity_id)
  left join store on store.store_id = sales_order.store_id
  left join store_group on store_group.group_id = store.group_id
  left join store_website on store_website.website_id = store.website_id
 where sales_order.entity_id in (select value from json_each(:ids))
 order by sales_order.entity_id;

-- name: addresses
select parent_id,
       address_type,
       -- ADDRESS
       telephone,
       region,
       postcode,
       street,
       city,
       country_id,
       firstname,
       lastname
  from sales_order_address
 where parent_id in (select value from json_each(:ids))
 order by entity_id;

-- name: via_store
select entity_id
  from sales_order
 where store_id in (select value from json_each(:keys));

-- name: via_store_group
select sales_order.entity_id
  from sales_order
  join store using (store_id)
 where store.group_id in (select value from json_each(:keys));

-- name: via_website
select sales_order.entity_id
  from sales_order
  join store using (store_id)
 where store.website_id in (select value from json_each(:keys));

-- name: via_invoice
select order_id
  from sales_invoice
 where entity_id in (select value from json_each(:keys));

-- name: via_shipment
select order_id
  from sales_shipment
 where entity_id in (select value from json_each(:keys));

-- name: via_credit_memo
select order_id
  from sales_creditmemo
 where entity_id in (select value from json_each(:keys));

-- name: via_tax
select order_id
  from sales_order_tax
 where tax_id in (select value from json_each(:keys));

-- name: via_product
-- Orders whose items name the SKU of a configurable or bundle product that was changed or is gone.
-- The table has no index on product_id: it is not read when no such product is among the keys.
select distinct sales_order_item.order_id
  from json_each(:keys) as changed
  left join catalog_product_entity as product on product.entity_id = changed.value
 cross join sales_order_item on sales_order_item.product_id = changed.value
   and sales_order_item.product_type in ('configurable', 'bundle')
 where product.entity_id is null
    or product.type_id in ('configurable', 'bundle');

-- name: by_number
-- Exactly, whatever the column says of letter case: the first line is for its index.
select entity_id
  from sales_order
 where increment_id in (select value from json_each(:keys) union all select cast(value as numeric) from json_each(:keys))
   and cast(increment_id as text) collate binary in (select cast(value as text) from json_each(:keys));

-- name: near
select increment_id
  from sales_order
 where increment_id = :key collate nocase
 order by increment_id
 limit 1;
