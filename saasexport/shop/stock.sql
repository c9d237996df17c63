-- What Magento's stock indexers would hold, from the base tables (feeds.md 3.5, 5).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: stock_items
-- The lowest stock's row comes last and wins; Magento keeps one, that of stock 1.
select product_id,
       qty,
       min_qty,
       use_config_min_qty,
       backorders,
       use_config_backorders,
       manage_stock,
       use_config_manage_stock,
       is_in_stock
  from cataloginventory_stock_item
 where product_id in (select value from json_each(:ids))
 order by stock_id desc;

-- name: source_items
-- Stock by stock, what lies in its enabled sources; items out of stock (status 0) count as 0 (feeds.md 3.5.1).
-- A quantity that is no number is handed on as it is, so that its item is set aside and no other.
-- (cross join here and below: SQLite then reads the tables in this order, by product, whatever it knows of them.)
select product.entity_id,
       link.stock_id,
       sum(case when item.status = 0 then 0 else item.quantity end),
       max(case when typeof(item.quantity) in ('text', 'blob') then item.quantity end)
  from catalog_product_entity as product
 cross join inventory_source_item as item on item.sku = product.sku
  join inventory_source as source on source.source_code = item.source_code
  join inventory_source_stock_link as link on link.source_code = item.source_code
  join inventory_stock as stock on stock.stock_id = link.stock_id
 where product.entity_id in (select value from json_each(:ids))
   and source.enabled <> 0
   and link.stock_id <> 1
 group by product.entity_id, link.stock_id
 order by product.entity_id, link.stock_id;

-- name: default_source_items
-- Products with an item in the source of the default stock: only they are in its index (feeds.md 3.5.1).
select product.entity_id
  from catalog_product_entity as product
 cross join inventory_source_item as item on item.sku = product.sku
 where product.entity_id in (select value from json_each(:ids))
   and item.source_code = 'default';

-- name: reservations
-- Stock by stock, what orders have reserved: negative (feeds.md 3.5.2).
select product.entity_id,
       reservation.stock_id,
       sum(reservation.quantity),
       max(case when typeof(reservation.quantity) in ('text', 'blob') then reservation.quantity end)
  from catalog_product_entity as product
 cross join (select stock_id from inventory_stock union select 1) as stock
 cross join inventory_reservation as reservation
    on reservation.stock_id = stock.stock_id
   and reservation.sku = product.sku
 where product.entity_id in (select value from json_each(:ids))
 group by product.entity_id, reservation.stock_id;

-- name: parts
-- The products that configurable, grouped and bundle products are made of; a bundle's options apart.
select parent_id, product_id, 0, 1
  from catalog_product_super_link
 where parent_id in (select value from json_each(:ids))
 union all
select product_id, linked_product_id, 0, 1
  from catalog_product_link
 where link_type_id = 3
   and product_id in (select value from json_each(:ids))
 union all
select option.parent_id, selection.product_id, option.option_id, option.required
  from catalog_product_bundle_option as option
  left join catalog_product_bundle_selection as selection on selection.option_id = option.option_id
 where option.parent_id in (select value from json_each(:ids));

-- name: enabled
-- Those of the products that are enabled: status 1 in the default scope.
select entity_id
  from catalog_product_entity_int
 where entity_id in (select value from json_each(:ids))
   and attribute_id = (select attribute_id
                         from eav_attribute
                         join eav_entity_type using (entity_type_id)
                        where attribute_code = 'status'
                          and entity_type_code = 'catalog_product')
   and store_id = 0
   and value = 1;

-- name: channels
-- The stock that sells on each website, by the website's code (feeds.md 3.1.11).
select code, stock_id
  from inventory_stock_sales_channel
 where type = 'website';
