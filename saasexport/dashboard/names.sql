-- Names of products, in shops of Commerce's schema.

-- name: of_skus
select product.sku, name.value
  from catalog_product_entity as product
  join catalog_product_entity_varchar as name using (entity_id)
  join eav_attribute using (attribute_id)
  join eav_entity_type using (entity_type_id)
 where product.sku in (select value from json_each(:skus))
   and entity_type_code = 'catalog_product'
   and attribute_code = 'name'
   and store_id = 0
   and name.value is not null

-- name: range
select min(entity_id), max(entity_id)
  from catalog_product_entity

-- name: named_like
select product.sku, name.value
  from catalog_product_entity as product
  join catalog_product_entity_varchar as name using (entity_id)
 where product.entity_id >= :from
   and product.entity_id < :upto
   and name.attribute_id in (select attribute_id
                               from eav_attribute
                               join eav_entity_type using (entity_type_id)
                              where entity_type_code = 'catalog_product'
                                and attribute_code = 'name')
   and name.value like :pattern escape '\'
 order by product.entity_id, name.store_id
