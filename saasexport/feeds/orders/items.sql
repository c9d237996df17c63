-- What was ordered (feeds.md 3.9.1, items).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: items
select item.order_id,
       item.item_id,
       item.product_type,
       item.product_options,
       item.additional_data,
       item.updated_at,
       product.sku,
       -- ITEM
       item.parent_item_id,
       item.is_virtual,
       item.qty_invoiced,
       item.qty_shipped,
       item.qty_backordered,
       item.qty_ordered,
       item.qty_refunded,
       item.qty_canceled,
       item.product_type,
       item.product_options,
       item.sku,
       item.name,
       item.qty_ordered,
       item.base_price,
       item.base_row_total,
       item.base_discount_amount,
       item.base_tax_amount,
       item.base_row_total_incl_tax,
       item.weight
  from sales_order_item as item
  left join catalog_product_entity as product on product.entity_id = item.product_id
 where item.order_id in (select value from json_each(:ids))
 order by item.item_id;
