-- A choice with a price, and a text to be engraved.
insert into catalog_product_entity (entity_id, attribute_set_id, type_id, sku, created_at, updated_at) values
    (1, 4, 'simple', 'pan', '2026-01-10 09:00:00', '2026-01-10 09:00:00');
insert into catalog_product_website (product_id, website_id) values (1, 1);
insert into catalog_product_entity_varchar (attribute_id, store_id, entity_id, value) values (21, 0, 1, 'Pan');
insert into catalog_product_entity_int (attribute_id, store_id, entity_id, value) values (22, 0, 1, 1);
insert into catalog_product_option (option_id, product_id, type, is_require, max_characters, sort_order) values
    (1, 1, 'drop_down', 1, null, 1),
    (2, 1, 'field', 0, 12, 2);
insert into catalog_product_option_title (option_id, store_id, title) values
    (1, 0, 'Lid'),
    (1, 2, 'Deckel'),
    (2, 0, 'Engraving');
insert into catalog_product_option_price (option_id, store_id, price, price_type) values (2, 0, 4.5, 'fixed');
insert into catalog_product_option_type_value (option_type_id, option_id, sku, sort_order) values (1, 1, 'lid', 1);
insert into catalog_product_option_type_title (option_type_id, store_id, title) values (1, 0, 'Glass');
insert into catalog_product_option_type_price (option_type_id, store_id, price, price_type) values
    (1, 0, 10, 'percent'),
    (1, 2, 20, 'percent');
