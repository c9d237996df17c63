-- The variants feed (feeds.md 3.6).
-- In the sqlite3 shell:  .parameter set :ids '[10, 20]'   then run a query.

-- name: count
-- Parts of configurable products with a value of at least one of their attributes.
-- (cross join here and below: SQLite then reads the tables in this order, whatever it knows of them.)
select count(*)
  from (select distinct link.link_id
          from catalog_product_super_link as link
         cross join catalog_product_entity as parent on parent.entity_id = link.parent_id
         cross join catalog_product_entity as child on child.entity_id = link.product_id
         cross join catalog_product_super_attribute as super on super.product_id = link.parent_id
         cross join eav_attribute as attribute on attribute.attribute_id = super.attribute_id
         cross join catalog_product_entity_int as value
            on value.entity_id = link.product_id
           and value.attribute_id = super.attribute_id
         cross join eav_attribute_option_value as label on label.option_id = value.value
         where link.product_id > :after
           and link.product_id <= :upto);

-- name: variants
-- Which part belongs to which configurable product; neither website nor status nor stock matters.
select child.entity_id, child.sku, parent.entity_id, parent.sku
  from catalog_product_entity as child
 cross join catalog_product_super_link as link on link.product_id = child.entity_id
 cross join catalog_product_entity as parent on parent.entity_id = link.parent_id
 where child.entity_id in (select value from json_each(:ids))
 order by child.entity_id, parent.entity_id;

-- name: attributes
-- The attributes of configurable products, in the order of their options.
select product_id, attribute_id
  from catalog_product_super_attribute
 where product_id in (select value from json_each(:ids))
 order by product_id, position, product_super_attribute_id;

-- name: codes
select attribute_id, attribute_code
  from eav_attribute
 where attribute_id in (select value from json_each(:ids));

-- name: option_values
-- What parts have of some attributes; the default scope's comes first.
select entity_id, attribute_id, value
  from catalog_product_entity_int
 where entity_id in (select value from json_each(:ids))
   and attribute_id in (select value from json_each(:attributes))
 order by entity_id, attribute_id, store_id;

-- name: labels
-- Admin's label comes first.
select option_id, value
  from eav_attribute_option_value
 where option_id in (select value from json_each(:ids))
 order by store_id;

-- name: via_product
-- Products themselves, and the parts of those that are configurable.
select value from json_each(:keys)
 union
select product_id
  from catalog_product_super_link
 where parent_id in (select value from json_each(:keys));

-- name: via_attribute
-- Parts of the configurable products that have these attributes.
select link.product_id
  from catalog_product_super_attribute as super
 cross join catalog_product_super_link as link on link.parent_id = super.product_id
 where super.attribute_id in (select value from json_each(:keys));

-- name: via_option
-- Parts that have these options.
select value.entity_id
  from eav_attribute_option as option
 cross join catalog_product_entity_int as value
    on value.attribute_id = option.attribute_id
   and value.value = option.option_id
 where option.option_id in (select value from json_each(:keys))
   and value.entity_id in (select product_id from catalog_product_super_link);

-- name: by_sku
-- Products with these SKUs, and the parts of those that are configurable.
-- Another letter case is another SKU, whatever the column says: the first line is for its index.
with named as (
    select entity_id
      from catalog_product_entity
     where sku in (select value from json_each(:keys) union all select cast(value as numeric) from json_each(:keys))
       and cast(sku as text) collate binary in (select cast(value as text) from json_each(:keys))
)
select entity_id from named
 union
select product_id from catalog_product_super_link where parent_id in named;

-- name: near
select sku
  from catalog_product_entity
 where sku = :key collate nocase
 order by sku
 limit 1;
