-- The categories of products (feeds.md 3.1.6).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: assignments
select product_id, category_id, position
  from catalog_category_product
 where product_id in (select value from json_each(:ids));

-- name: via_category
-- Products in these categories or below them: their paths and the anchors above them change with these.
select product_id
  from catalog_category_product
 where category_id in (
           select category.entity_id
             from catalog_category_entity as category,
                  json_each(case when category.path glob '*[^0-9/]*' then '[]'
                                 else '["' || replace(category.path, '/', '","') || '"]' end) as above
            where above.value in (select cast(value as text) from json_each(:keys)))
 union
select product_id
  from catalog_category_product
 where category_id in (select value from json_each(:keys));
