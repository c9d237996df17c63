-- A fixed bundle and a grouped product, both of one pan.
insert into catalog_product_entity (entity_id, attribute_set_id, type_id, sku, created_at, updated_at) values
    (1, 4, 'simple', 'pan', '2026-01-10 09:00:00', '2026-01-10 09:00:00'),
    (2, 4, 'bundle', 'kit', '2026-01-10 09:00:00', '2026-01-10 09:00:00'),
    (3, 4, 'grouped', 'set', '2026-01-10 09:00:00', '2026-01-10 09:00:00');
insert into catalog_product_website (product_id, website_id) values (1, 1), (2, 1), (3, 1);
insert into catalog_product_entity_varchar (attribute_id, store_id, entity_id, value) values
    (21, 0, 1, 'Pan'),
    (21, 0, 2, 'Kit'),
    (21, 0, 3, 'Set');
insert into catalog_product_entity_int (attribute_id, store_id, entity_id, value) values
    (22, 0, 1, 1),
    (22, 0, 2, 1),
    (22, 0, 3, 1),
    (32, 0, 2, 1);
insert into catalog_product_entity_decimal (attribute_id, store_id, entity_id, value) values
    (24, 0, 2, 50),
    (25, 0, 2, 15);
insert into catalog_product_bundle_option (option_id, parent_id, required, position, type) values (1, 2, 1, 1, 'select');
insert into catalog_product_bundle_option_value (option_id, parent_product_id, store_id, title) values (1, 2, 0, 'The pan');
insert into catalog_product_bundle_selection
       (selection_id, option_id, parent_product_id, product_id, position, is_default, selection_price_type,
        selection_price_value, selection_qty, selection_can_change_qty)
values (1, 1, 2, 1, 1, 1, 1, 5, 2, 0);
insert into catalog_product_relation (parent_id, child_id) values (2, 1), (3, 1);
insert into catalog_product_link_type (link_type_id, code) values (3, 'super');
insert into catalog_product_link_attribute (product_link_attribute_id, link_type_id, product_link_attribute_code, data_type) values
    (1, 3, 'position', 'int'),
    (2, 3, 'qty', 'decimal');
insert into catalog_product_link (link_id, product_id, linked_product_id, link_type_id) values (1, 3, 1, 3);
insert into catalog_product_link_attribute_int (link_id, product_link_attribute_id, value) values (1, 1, 7);
insert into catalog_product_link_attribute_decimal (link_id, product_link_attribute_id, value) values (1, 2, 3);
