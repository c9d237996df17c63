-- A special price, a price for a group at one piece, tiers for all and for a group, and a rule's price of today.
insert into catalog_product_entity (entity_id, attribute_set_id, type_id, sku, created_at, updated_at) values
    (1, 4, 'simple', 'pan', '2026-01-10 09:00:00', '2026-01-10 09:00:00'),
    (2, 4, 'simple', 'old', '2026-01-10 09:00:00', '2026-01-10 09:00:00');
insert into catalog_product_website (product_id, website_id) values (1, 1), (2, 1);
insert into catalog_product_entity_int (attribute_id, store_id, entity_id, value) values (22, 0, 1, 1), (22, 0, 2, 1);
insert into catalog_product_entity_decimal (attribute_id, store_id, entity_id, value) values
    (24, 0, 1, 100),
    (24, 0, 2, 20),
    (25, 0, 2, 10);
insert into catalog_product_entity_datetime (attribute_id, store_id, entity_id, value) values
    (27, 0, 2, '2001-01-01 00:00:00');
insert into catalog_product_entity_tier_price (entity_id, all_groups, customer_group_id, qty, value, website_id, percentage_value) values
    (1, 1, 0, 5, 90, 0, null),
    (1, 0, 1, 1, 95, 0, null),
    (1, 0, 1, 10, 0, 1, 20);
insert into catalogrule_product_price (rule_date, customer_group_id, product_id, rule_price, website_id) values
    (date('now'), 2, 1, 80, 1);
