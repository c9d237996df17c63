delete from catalog_product_entity_tier_price where customer_group_id = 1;
