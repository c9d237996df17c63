update catalog_category_entity set parent_id = 2, path = '1/2/5', level = 2 where entity_id = 5;
