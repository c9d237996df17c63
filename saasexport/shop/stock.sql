-- What Magento's stock indexers would hold, from the base tables (feeds.md 3.5, 5).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: stock_items
-- The lowest stock's row; Magento keeps one, that of stock 1.
select product_id,
       qty,
       min_qty,
       use_config_min_qty,
       backorders,
       use_config_backorders,
       manage_stock,
       use_config_manage_stock,
       is_in_stock
  from cataloginventory_stock_item as item
 where product_id in (select value from json_each(:ids))
   and not exists (select 1
                     from cataloginventory_stock_item as lower
                    where lower.product_id = item.product_id
                      and lower.stock_id < item.stock_id);

-- name: source_items
-- Stock by stock, what lies in its enabled sources, one by one; items out of stock (status 0) count as 0
-- (feeds.md 3.5.1).  The default stock is the stock item: only what its source has an item of is in its index.
-- (cross join here and below: SQLite then reads the tables in this order, by product, whatever it knows of them.)
with sold (source_code, stock_id) as (
    select source.source_code, link.stock_id
      from inventory_source as source
      join inventory_source_stock_link as link on link.source_code = source.source_code
      join inventory_stock as stock on stock.stock_id = link.stock_id
     where source.enabled <> 0
       and link.stock_id <> 1
     union all
    select 'default', 1
)
select product.entity_id,
       sold.stock_id,
       case when item.status = 0 then 0 else item.quantity end
  from catalog_product_entity as product
 cross join inventory_source_item as item on item.sku = product.sku
 cross join sold on sold.source_code = item.source_code
 where product.entity_id in (select value from json_each(:ids));

-- name: reservations
-- Stock by stock, what orders have reserved: negative (feeds.md 3.5.2).  A quantity that is no number is handed on
-- as it is, so that its item is set aside and no other.
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
-- The products that configurable, grouped and bundle products are made of, a bundle's options apart; and whether
-- each is enabled: status 1 in the default scope.
with choices (parent_id, product_id, option_id, is_required) as (
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
     where option.parent_id in (select value from json_each(:ids))
)
select parent_id,
       product_id,
       option_id,
       is_required,
       exists (select 1
                 from catalog_product_entity_int as status
                where status.entity_id = choices.product_id
                  and status.attribute_id = (select attribute_id
                                               from eav_attribute
                                               join eav_entity_type using (entity_type_id)
                                              where attribute_code = 'status'
                                                and entity_type_code = 'catalog_product')
                  and status.store_id = 0
                  and status.value = 1)
  from choices;

-- name: channels
-- The stock that sells on each website, by the website's code (feeds.md 3.1.11).
select code, stock_id
  from inventory_stock_sales_channel
 where type = 'website';
