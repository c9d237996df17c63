-- A tree of three below the root; a product in the lowest.
insert into catalog_category_entity (entity_id, attribute_set_id, parent_id, created_at, updated_at, path, position, level, children_count) values
    (3, 3, 2, '2026-01-10 09:00:00', '2026-01-10 09:00:00', '1/2/3', 1, 2, 1),
    (4, 3, 3, '2026-01-10 09:00:00', '2026-01-10 09:00:00', '1/2/3/4', 2, 3, 0),
    (5, 3, 3, '2026-01-10 09:00:00', '2026-01-10 09:00:00', '1/2/3/5', 1, 3, 0);
insert into catalog_category_entity_varchar (attribute_id, store_id, entity_id, value) values
    (11, 0, 3, 'Kitchen'),
    (14, 0, 3, 'kitchen'),
    (14, 2, 3, 'kueche'),
    (11, 0, 4, 'Pans'),
    (14, 0, 4, 'pans'),
    (11, 0, 5, 'Pots'),
    (14, 0, 5, 'pots');
insert into catalog_category_entity_int (attribute_id, store_id, entity_id, value) values
    (12, 0, 3, 1),
    (13, 0, 3, 1),
    (15, 0, 3, 1),
    (12, 0, 4, 1),
    (13, 0, 4, 1),
    (12, 0, 5, 1),
    (13, 0, 5, 1);
insert into catalog_product_entity (entity_id, attribute_set_id, type_id, sku, created_at, updated_at) values
    (1, 4, 'simple', 'pan', '2026-01-10 09:00:00', '2026-01-10 09:00:00');
insert into catalog_product_website (product_id, website_id) values (1, 1);
insert into catalog_product_entity_varchar (attribute_id, store_id, entity_id, value) values (21, 0, 1, 'Pan');
insert into catalog_product_entity_int (attribute_id, store_id, entity_id, value) values (22, 0, 1, 1), (23, 0, 1, 4);
insert into catalog_category_product (category_id, product_id, position) values (4, 1, 3);
