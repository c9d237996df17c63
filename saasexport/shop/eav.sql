-- Attributes of products and categories, and their values.
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   .parameter set :attributes '[73]'   then run a query.
-- The plus keeps SQLite from looking for each attribute of each entity.

-- name: attributes
select eav_attribute.attribute_id,
       eav_attribute.attribute_code,
       eav_attribute.backend_type,
       eav_attribute.frontend_input,
       eav_attribute.source_model,
       eav_attribute.is_user_defined
  from eav_attribute
  join eav_entity_type using (entity_type_id)
 where eav_entity_type.entity_type_code = :entity_type
   and typeof(eav_attribute.attribute_id) = 'integer'
 order by eav_attribute.attribute_id;

-- name: product_int
select entity_id, store_id, attribute_id, value
  from catalog_product_entity_int
 where entity_id in (select value from json_each(:ids))
   and +attribute_id in (select value from json_each(:attributes));

-- name: product_varchar
select entity_id, store_id, attribute_id, value
  from catalog_product_entity_varchar
 where entity_id in (select value from json_each(:ids))
   and +attribute_id in (select value from json_each(:attributes));

-- name: product_text
select entity_id, store_id, attribute_id, value
  from catalog_product_entity_text
 where entity_id in (select value from json_each(:ids))
   and +attribute_id in (select value from json_each(:attributes));

-- name: product_decimal
select entity_id, store_id, attribute_id, value
  from catalog_product_entity_decimal
 where entity_id in (select value from json_each(:ids))
   and +attribute_id in (select value from json_each(:attributes));

-- name: product_datetime
select entity_id, store_id, attribute_id, value
  from catalog_product_entity_datetime
 where entity_id in (select value from json_each(:ids))
   and +attribute_id in (select value from json_each(:attributes));

-- name: category_int
select entity_id, store_id, attribute_id, value
  from catalog_category_entity_int
 where entity_id in (select value from json_each(:ids))
   and +attribute_id in (select value from json_each(:attributes));

-- name: category_varchar
select entity_id, store_id, attribute_id, value
  from catalog_category_entity_varchar
 where entity_id in (select value from json_each(:ids))
   and +attribute_id in (select value from json_each(:attributes));

-- name: category_text
select entity_id, store_id, attribute_id, value
  from catalog_category_entity_text
 where entity_id in (select value from json_each(:ids))
   and +attribute_id in (select value from json_each(:attributes));

-- name: category_decimal
select entity_id, store_id, attribute_id, value
  from catalog_category_entity_decimal
 where entity_id in (select value from json_each(:ids))
   and +attribute_id in (select value from json_each(:attributes));

-- name: category_datetime
select entity_id, store_id, attribute_id, value
  from catalog_category_entity_datetime
 where entity_id in (select value from json_each(:ids))
   and +attribute_id in (select value from json_each(:attributes));
