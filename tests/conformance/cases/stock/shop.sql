-- Ten pieces in the default source, two of them ordered; and a product that lies nowhere.
insert into catalog_product_entity (entity_id, attribute_set_id, type_id, sku, created_at, updated_at) values
    (1, 4, 'simple', 'pan', '2026-01-10 09:00:00', '2026-01-10 09:00:00'),
    (2, 4, 'simple', 'pot', '2026-01-10 09:00:00', '2026-01-10 09:00:00');
insert into catalog_product_website (product_id, website_id) values (1, 1), (2, 1);
insert into catalog_product_entity_varchar (attribute_id, store_id, entity_id, value) values (21, 0, 1, 'Pan'), (21, 0, 2, 'Pot');
insert into catalog_product_entity_int (attribute_id, store_id, entity_id, value) values (22, 0, 1, 1), (22, 0, 2, 1);
insert into cataloginventory_stock_item (product_id, stock_id, website_id, qty, is_in_stock, manage_stock, use_config_manage_stock) values
    (1, 1, 0, 10, 1, 1, 1);
insert into inventory_source_item (source_code, sku, quantity, status) values ('default', 'pan', 10, 1);
insert into inventory_reservation (stock_id, sku, quantity) values (1, 'pan', -2);
