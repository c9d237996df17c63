-- The products feed as a whole (feeds.md 3.1.1).

-- name: count
-- Once per store view of the websites a product is on.
select count(*)
  from catalog_product_website as site
  join catalog_product_entity as product on product.entity_id = site.product_id
  join store on store.website_id = site.website_id
  join store_group on store_group.group_id = store.group_id
  join store_website on store_website.website_id = store.website_id
 where store.store_id <> 0
   and site.product_id > :after
   and site.product_id <= :upto;

-- name: ids_of_skus
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

-- name: ids_of_product_ids
select entity_id
  from catalog_product_entity
 where entity_id in (select value from json_each(:keys));
