-- What can be configured, and with which values (feeds.md 3.1.8, configurable).
-- In the sqlite3 shell:  .parameter set :ids '[1]'   then run a query.

-- name: attributes
select super.product_id,
       super.attribute_id,
       attribute.attribute_code,
       attribute.frontend_label,
       super.position,
       catalog.additional_data
  from catalog_product_super_attribute as super
  join eav_attribute as attribute on attribute.attribute_id = super.attribute_id
  left join catalog_eav_attribute as catalog on catalog.attribute_id = super.attribute_id
 where super.product_id in (select value from json_each(:ids))
 order by super.position, super.product_super_attribute_id;

-- name: labels
select attribute_id, store_id, value
  from eav_attribute_label
 where attribute_id in (select value from json_each(:ids));

-- name: used
-- Which option each part has of each attribute, in the default scope.
select link.parent_id, link.product_id, value.attribute_id, value.value
  from catalog_product_super_link as link
 cross join catalog_product_super_attribute as super on super.product_id = link.parent_id
 cross join catalog_product_entity_int as value
    on value.entity_id = link.product_id
   and value.attribute_id = super.attribute_id
   and value.store_id = 0
 where link.parent_id in (select value from json_each(:ids));

-- name: statuses
select entity_id, store_id, value
  from catalog_product_entity_int
 where entity_id in (select value from json_each(:ids))
   and attribute_id = (select attribute_id
                         from eav_attribute
                         join eav_entity_type using (entity_type_id)
                        where attribute_code = 'status'
                          and entity_type_code = 'catalog_product');

-- name: options
select option_id, attribute_id, sort_order
  from eav_attribute_option
 where option_id in (select value from json_each(:ids));

-- name: option_labels
select option_id, store_id, value
  from eav_attribute_option_value
 where option_id in (select value from json_each(:ids));

-- name: swatches
select option_id, store_id, type, value
  from eav_attribute_option_swatch
 where option_id in (select value from json_each(:ids));

-- name: via_super_attribute
-- Configurable products with these attributes.
select product_id
  from catalog_product_super_attribute
 where attribute_id in (select value from json_each(:keys));

-- name: via_super_option
-- Configurable products a part of which has one of these options.
select distinct link.parent_id
  from eav_attribute_option as option
 cross join catalog_product_entity_int as value
    on value.attribute_id = option.attribute_id
   and value.value = option.option_id
   and value.store_id = 0
 cross join catalog_product_super_link as link on link.product_id = value.entity_id
 cross join catalog_product_super_attribute as super
    on super.product_id = link.parent_id
   and super.attribute_id = option.attribute_id
 where option.option_id in (select value from json_each(:keys));
