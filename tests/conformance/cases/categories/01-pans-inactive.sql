update catalog_category_entity_int set value = 0 where entity_id = 4 and attribute_id = 12;
