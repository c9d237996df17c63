-- A choice with a translated label, several choices, a yes/no, and a decimal.
insert into catalog_product_entity (entity_id, attribute_set_id, type_id, sku, created_at, updated_at) values
    (1, 4, 'simple', 'pan', '2026-01-10 09:00:00', '2026-01-10 09:00:00');
insert into catalog_product_website (product_id, website_id) values (1, 1);
insert into catalog_product_entity_varchar (attribute_id, store_id, entity_id, value) values (21, 0, 1, 'Pan');
insert into catalog_product_entity_int (attribute_id, store_id, entity_id, value) values
    (22, 0, 1, 1),
    (41, 0, 1, 51),
    (43, 0, 1, 1);
insert into catalog_product_entity_text (attribute_id, store_id, entity_id, value) values (42, 0, 1, '54,53');
insert into catalog_product_entity_decimal (attribute_id, store_id, entity_id, value) values (44, 0, 1, 2.5);
