-- Where products are sold, and the parents they have there (feeds.md 3.4.1).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'

-- name: relations
select child_id,
       parent_id
  from catalog_product_relation
 where child_id in (select value from json_each(:ids))
 order by child_id, parent_id;

-- name: parents
-- With the ids of their websites: only a parent that is on the same website as the child is named.
select entity_id,
       type_id,
       sku,
       (select group_concat(website_id)
          from catalog_product_website
         where product_id = entity_id
           and typeof(website_id) = 'integer')
  from catalog_product_entity
 where entity_id in (select value from json_each(:ids));
