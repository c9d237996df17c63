update catalog_product_entity_int set value = 2 where entity_id = 3 and attribute_id = 22;
