-- What goes behind a product's own attributes (feeds.md 3.1.5).
-- In the sqlite3 shell:  .parameter set :keys '[4]'   then run a query.

-- name: attribute_sets
select attribute_set_id, attribute_set_name
  from eav_attribute_set;

-- name: tax_classes
select class_id, class_name
  from tax_class;

-- name: via_attribute_set
select entity_id
  from catalog_product_entity
 where attribute_set_id in (select value from json_each(:keys));

-- name: via_tax_class
select entity_id
  from catalog_product_entity_int
 where attribute_id = (select attribute_id
                         from eav_attribute
                         join eav_entity_type using (entity_type_id)
                        where attribute_code = 'tax_class_id'
                          and entity_type_code = 'catalog_product')
   and value in (select value from json_each(:keys));
