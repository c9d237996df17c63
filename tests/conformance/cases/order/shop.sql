-- An order of two pans, paid, one of them shipped.
insert into sales_order (entity_id, increment_id, state, status, store_id, is_virtual, protect_code, created_at, updated_at,
        base_currency_code, base_subtotal, base_grand_total, base_discount_amount, base_tax_amount, base_shipping_amount,
        base_shipping_tax_amount, total_qty_ordered, shipping_method, shipping_description, customer_email)
values (1, '000000001', 'processing', 'processing', 1, 0, 'abc', datetime('now'), datetime('now'),
        'EUR', 60, 71.4, 0, 11.4, 0, 0, 2, 'flatrate_flatrate', 'Flat Rate', 'ann@example.test');
insert into sales_order_payment (entity_id, parent_id, method, additional_information) values
    (1, 1, 'checkmo', '{"method_title": "Check"}');
insert into sales_order_address (entity_id, parent_id, address_type, city, country_id, firstname, lastname, street, postcode, telephone) values
    (1, 1, 'billing', 'Kiel', 'DE', 'Ann', 'Lee', 'Hafen 1' || char(10) || 'Hof', '24103', '1');
insert into sales_order_item (item_id, order_id, product_type, sku, name, qty_ordered, qty_shipped, base_price, base_row_total,
        base_row_total_incl_tax, base_tax_amount, created_at, updated_at)
values (1, 1, 'simple', 'pan', 'Pan', 2, 1, 30, 60, 71.4, 11.4, datetime('now'), datetime('now'));
insert into sales_shipment (entity_id, order_id, increment_id, created_at, updated_at) values
    (1, 1, '000000009', '2026-01-10 09:00:00', '2026-01-10 09:00:00');
insert into sales_shipment_item (entity_id, parent_id, order_item_id, qty) values (1, 1, 1, 1);
