delete from catalog_product_super_link where product_id = 2;
delete from catalog_product_relation where child_id = 2;
