-- Products and their websites.
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: products
select entity_id, sku, type_id, attribute_set_id, created_at, updated_at
  from catalog_product_entity
 where entity_id in (select value from json_each(:ids))
 order by entity_id;

-- name: websites
select product_id, website_id
  from catalog_product_website
 where product_id in (select value from json_each(:ids));
