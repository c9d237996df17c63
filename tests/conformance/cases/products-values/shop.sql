-- A product with a name of its own in one store view and an image, and a disabled one without a tax class.
insert into catalog_product_entity (entity_id, attribute_set_id, type_id, sku, created_at, updated_at) values
    (1, 4, 'simple', 'pan', '2026-01-10 09:00:00', '2026-02-11 10:11:12'),
    (2, 4, 'virtual', 'course', '2026-01-10 09:00:00', '2026-01-10 09:00:00');
insert into catalog_product_website (product_id, website_id) values (1, 1), (2, 1);
insert into catalog_product_entity_varchar (attribute_id, store_id, entity_id, value) values
    (21, 0, 1, 'Pan'),
    (21, 2, 1, 'Pfanne'),
    (29, 0, 1, '/p/pan.jpg'),
    (30, 0, 1, 'A pan'),
    (33, 0, 1, 'pan'),
    (21, 0, 2, 'Course');
insert into catalog_product_entity_int (attribute_id, store_id, entity_id, value) values
    (22, 0, 1, 1),
    (23, 0, 1, 4),
    (28, 0, 1, 2),
    (22, 0, 2, 2),
    (23, 0, 2, 1);
