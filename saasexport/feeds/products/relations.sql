-- Links of products, and what they are part of (feeds.md 3.1.3).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: links
-- Related, up-sell and cross-sell products.
select product_id, link_type_id, linked_product_id
  from catalog_product_link
 where product_id in (select value from json_each(:ids))
   and link_type_id in (1, 4, 5);

-- name: parents
select child_id, parent_id
  from catalog_product_relation
 where child_id in (select value from json_each(:ids));

-- name: ends
-- What links and relations lead to, per website; a bundle whose price_type is 1 in the default scope has a price of
-- its own.
select product.entity_id,
       site.website_id,
       case when product.type_id = 'bundle'
             and exists (select 1
                           from catalog_product_entity_int as price_type
                          where price_type.entity_id = product.entity_id
                            and price_type.attribute_id in
                                (select attribute_id from eav_attribute where attribute_code = 'price_type')
                            and price_type.store_id = 0
                            and price_type.value = 1)
            then 'bundle_fixed'
            else product.type_id end,
       product.sku
  from catalog_product_entity as product
  join catalog_product_website as site on site.product_id = product.entity_id
 where product.entity_id in (select value from json_each(:ids));

-- name: via_related
-- Products that link to these, and products that are part of these.  The plus keeps SQLite from reading
-- all links of those types.
select product_id
  from catalog_product_link
 where linked_product_id in (select value from json_each(:keys))
   and +link_type_id in (1, 4, 5)
 union
select child_id
  from catalog_product_relation
 where parent_id in (select value from json_each(:keys));

-- name: via_bundled
-- What is part of these, where they are bundles.
select relation.child_id
  from catalog_product_entity as bundle
  join catalog_product_relation as relation on relation.parent_id = bundle.entity_id
 where bundle.entity_id in (select value from json_each(:keys))
   and bundle.type_id = 'bundle';

-- name: reference_ids
-- The options a part has of its configurable products' attributes; the default scope's comes first.
select link.product_id, attribute.attribute_code, attribute.attribute_id, value.value
  from catalog_product_super_link as link
 cross join catalog_product_super_attribute as super on super.product_id = link.parent_id
 cross join eav_attribute as attribute on attribute.attribute_id = super.attribute_id
 cross join catalog_product_entity_int as value
    on value.entity_id = link.product_id
   and value.attribute_id = super.attribute_id
 where link.product_id in (select value from json_each(:ids))
 order by value.store_id, attribute.attribute_id;
