-- The members of grouped products (feeds.md 3.1.8, grouped).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: members
-- Once per website of the member.
select link.product_id,
       site.website_id,
       member.entity_id,
       member.sku,
       qty.value,
       position.value
  from catalog_product_link as link
  join catalog_product_entity as member on member.entity_id = link.linked_product_id
  join catalog_product_website as site on site.product_id = member.entity_id
  left join catalog_product_link_attribute_decimal as qty
    on qty.link_id = link.link_id
   and qty.product_link_attribute_id =
       (select product_link_attribute_id
          from catalog_product_link_attribute
         where link_type_id = 3 and product_link_attribute_code = 'qty')
  left join catalog_product_link_attribute_int as position
    on position.link_id = link.link_id
   and position.product_link_attribute_id =
       (select product_link_attribute_id
          from catalog_product_link_attribute
         where link_type_id = 3 and product_link_attribute_code = 'position')
 where link.link_type_id = 3
   and link.product_id in (select value from json_each(:ids))
 order by link.link_id;

-- name: via_grouped_link
-- Quantity and position of a member.
select product_id
  from catalog_product_link
 where link_id in (select value from json_each(:keys));

-- name: via_member
-- Grouped products that have these as members.
select product_id
  from catalog_product_link
 where link_type_id = 3
   and linked_product_id in (select value from json_each(:keys));
