-- What happens in the demo's story.

-- name: scene
select (select count(*) from catalog_product_entity),
       (select count(*) from catalog_category_entity where level > 0),
       (select count(*) from store where store_id <> 0),
       (select count(*) from customer_group)

-- name: rename_product
update catalog_product_entity_varchar
   set value = :name
 where entity_id = :entity_id
   and store_id = 0
   and attribute_id = (select attribute_id from eav_attribute
                        where attribute_code = 'name' and entity_type_id = 4)

-- name: rename_category
update catalog_category_entity_varchar
   set value = case attribute_id
                    when (select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 3)
                    then :name else :key end
 where entity_id = :entity_id
   and store_id = 0
   and attribute_id in (select attribute_id from eav_attribute
                         where attribute_code in ('name', 'url_key') and entity_type_id = 3)

-- name: change_price
update catalog_product_entity_decimal
   set value = :price
 where entity_id = :entity_id
   and store_id = 0
   and attribute_id = (select attribute_id from eav_attribute
                        where attribute_code = 'price' and entity_type_id = 4)

-- name: change_ten_products
update catalog_product_entity_varchar
   set value = value || ' (new harvest)'
 where store_id = 0
   and attribute_id = (select attribute_id from eav_attribute
                        where attribute_code = 'name' and entity_type_id = 4)
   and entity_id in (select entity_id from catalog_product_entity
                      where type_id = 'simple' order by entity_id desc limit 10)

-- name: place_order
insert into sales_order (increment_id, state, status, store_id, is_virtual, base_currency_code, base_subtotal,
                         base_grand_total, customer_email, total_qty_ordered, created_at, updated_at)
select 'DEMO-1', 'new', 'pending', min(store_id), 0, 'GBP', 19.9, 19.9, 'guest@example.com', 1,
       datetime('now'), datetime('now')
  from store
 where store_id <> 0
   and :entity_id is not null

-- name: place_order_payment
insert into sales_order_payment (parent_id, method, additional_information)
select max(entity_id), 'checkmo', '{"method_title": "Cash at the stall"}'
  from sales_order

-- name: place_order_item
insert into sales_order_item (order_id, product_id, product_type, sku, name, qty_ordered, base_price, base_row_total)
select (select max(entity_id) from sales_order), entity_id, type_id, sku, 'As bought', 1, 19.9, 19.9
  from catalog_product_entity
 where entity_id = :entity_id

-- name: delivered
select feed, delivered, source_records, failed
  from feed_status
 where unavailable is null

-- name: reserve_stock
insert into inventory_reservation (stock_id, sku, quantity, metadata)
select 1, sku, -1, '{"event_type": "order_placed"}'
  from catalog_product_entity
 where entity_id = :entity_id

-- name: delete_product
delete from catalog_product_entity
 where entity_id = :entity_id
