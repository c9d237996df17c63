-- A configurable pan in two colours.
insert into catalog_product_entity (entity_id, attribute_set_id, type_id, sku, created_at, updated_at) values
    (1, 4, 'configurable', 'pan', '2026-01-10 09:00:00', '2026-01-10 09:00:00'),
    (2, 4, 'simple', 'pan-red', '2026-01-10 09:00:00', '2026-01-10 09:00:00'),
    (3, 4, 'simple', 'pan-blue', '2026-01-10 09:00:00', '2026-01-10 09:00:00');
insert into catalog_product_website (product_id, website_id) values (1, 1), (2, 1), (3, 1);
insert into catalog_product_entity_varchar (attribute_id, store_id, entity_id, value) values
    (21, 0, 1, 'Pan'),
    (21, 0, 2, 'Red Pan'),
    (21, 0, 3, 'Blue Pan');
insert into catalog_product_entity_int (attribute_id, store_id, entity_id, value) values
    (22, 0, 1, 1),
    (22, 0, 2, 1),
    (22, 0, 3, 1),
    (41, 0, 2, 51),
    (41, 0, 3, 52);
insert into catalog_product_super_attribute (product_id, attribute_id, position) values (1, 41, 0);
insert into catalog_product_super_link (product_id, parent_id) values (2, 1), (3, 1);
insert into catalog_product_relation (parent_id, child_id) values (1, 2), (1, 3);
