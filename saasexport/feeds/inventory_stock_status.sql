-- The inventory stock status feed (feeds.md 3.5).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: count
-- Of the default stock, products with a stock item and a default source item; of any other stock, products with an
-- item in one of its enabled sources.  (cross join: in this order, whatever SQLite knows of the tables.)
select (select count(*)
          from catalog_product_entity as product
         cross join inventory_source_item as item on item.sku = product.sku
         where item.source_code = 'default'
           and product.entity_id > :after
           and product.entity_id <= :upto
           and exists (select 1 from cataloginventory_stock_item where product_id = product.entity_id))
       + (select count(*)
            from (select distinct link.stock_id, product.entity_id
                    from catalog_product_entity as product
                   cross join inventory_source_item as item on item.sku = product.sku
                   cross join inventory_source as source on source.source_code = item.source_code
                   cross join inventory_source_stock_link as link on link.source_code = item.source_code
                   cross join inventory_stock as stock on stock.stock_id = link.stock_id
                   where link.stock_id <> 1
                     and source.enabled <> 0
                     and product.entity_id > :after
                     and product.entity_id <= :upto));

-- name: products
select entity_id, sku
  from catalog_product_entity
 where entity_id in (select value from json_each(:ids))
 order by entity_id;

-- name: via_sku
-- Products by their SKU: several, if it stands twice; none, if the product is gone.
select entity_id
  from catalog_product_entity
 where sku in (select value from json_each(:keys));

-- name: by_sku
-- Another letter case is another SKU, whatever the column says: the first line is for its index.
select entity_id
  from catalog_product_entity
 where sku in (select value from json_each(:keys) union all select cast(value as numeric) from json_each(:keys))
   and cast(sku as text) collate binary in (select cast(value as text) from json_each(:keys));

-- name: near
select sku
  from catalog_product_entity
 where sku = :key collate nocase
 order by sku
 limit 1;

-- name: via_source
-- Products with an item in one of these sources.
select product.entity_id
  from inventory_source_item as item
 cross join catalog_product_entity as product on product.sku = item.sku
 where item.source_code in (select value from json_each(:keys));

-- name: via_stock
-- Products with an item in a source of one of these stocks.
select product.entity_id
  from inventory_source_stock_link as link
 cross join inventory_source_item as item on item.source_code = link.source_code
 cross join catalog_product_entity as product on product.sku = item.sku
 where link.stock_id in (select value from json_each(:keys));
