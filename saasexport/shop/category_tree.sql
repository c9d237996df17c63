-- The category tree, with the values that reach from a category to those below it.

-- name: categories
select entity_id, path, level, position
  from catalog_category_entity
 where typeof(entity_id) = 'integer'
 order by entity_id;

-- name: switches
select eav_attribute.attribute_code, item.store_id, item.entity_id, item.value
  from catalog_category_entity_int as item
  join eav_attribute on eav_attribute.attribute_id = item.attribute_id
  join eav_entity_type on eav_entity_type.entity_type_id = eav_attribute.entity_type_id
 where eav_entity_type.entity_type_code = 'catalog_category'
   and eav_attribute.attribute_code in ('is_active', 'include_in_menu', 'is_anchor')
   and eav_attribute.backend_type = 'int';

-- name: url_keys
select eav_attribute.attribute_code, item.store_id, item.entity_id, item.value
  from catalog_category_entity_varchar as item
  join eav_attribute on eav_attribute.attribute_id = item.attribute_id
  join eav_entity_type on eav_entity_type.entity_type_id = eav_attribute.entity_type_id
 where eav_entity_type.entity_type_code = 'catalog_category'
   and eav_attribute.attribute_code = 'url_key'
   and eav_attribute.backend_type = 'varchar';
