-- What a product's row and its attribute values refer to.
-- In the sqlite3 shell:  .parameter set :keys '[2]'   then run a query.

-- name: tax_classes
select class_id, class_name
  from tax_class;

-- name: via_tax_class
-- Products that have one of these tax classes in some scope.
select entity_id
  from catalog_product_entity_int
 where attribute_id in (select attribute_id from eav_attribute where attribute_code = 'tax_class_id')
   and value in (select value from json_each(:keys));
