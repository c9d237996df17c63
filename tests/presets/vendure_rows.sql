-- Rows for the shop of vendure.sql: a shoe in two sizes, a plant, and what is gone, in two channels.

insert into channel values (1, '__default_channel__', 'en', 'en', 'USD', 1, 0), (2, 'eu', 'de', 'de,en', 'EUR', 1, 2);
insert into product (id, featuredAssetId, deletedAt) values (1, 1, null), (2, null, null), (3, null, '2026-02-01');
insert into product_translation (baseId, languageCode, name, slug, description)
values (1, 'en', 'Shoe', 'shoe', 'Runs.'), (1, 'de', 'Schuh', 'schuh', 'Rennt.'), (2, 'en', 'Plant', 'plant', ''),
       (3, 'en', 'Gone', 'gone', '');
insert into product_channels_channel values (1, 1), (1, 2), (2, 1), (3, 1);
insert into product_variant (id, productId, sku, taxCategoryId, trackInventory, enabled, deletedAt, featuredAssetId)
values (1, 1, 'S40', 1, 'INHERIT', 1, null, null), (2, 1, 'S42', 1, 'INHERIT', 1, null, 3),
       (3, 1, 'S44', 1, 'INHERIT', 1, '2026-02-01', null), (4, 2, 'P1', null, 'FALSE', 1, null, null),
       (5, 3, 'G1', 1, 'INHERIT', 1, null, null);
insert into product_variant_translation (baseId, languageCode, name)
values (1, 'en', 'Shoe 40'), (2, 'en', 'Shoe 42'), (2, 'de', 'Schuh 42'), (4, 'en', 'A Plant');
insert into product_variant_channels_channel values (1, 1), (2, 1), (2, 2), (3, 1), (4, 1), (5, 1);
insert into product_variant_price (variantId, channelId, currencyCode, price)
values (1, 1, 'USD', 9995), (2, 1, 'USD', 10000), (2, 1, 'EUR', 9000), (2, 2, 'EUR', 9100), (4, 1, 'USD', 5);
insert into facet values (1, 'brand', 0), (2, 'internal', 1);
insert into facet_translation (baseId, languageCode, name) values (1, 'en', 'Brand'), (1, 'de', 'Marke');
insert into facet_channels_channel values (1, 1), (1, 2), (2, 1);
insert into facet_value values (1, 1), (2, 1), (3, 2);
insert into facet_value_translation (baseId, languageCode, name)
values (1, 'en', 'Acme'), (2, 'en', 'Zoo'), (2, 'de', 'Zoo AG'), (3, 'en', 'Secret');
insert into product_facet_values_facet_value values (1, 1), (1, 3), (2, 2);
insert into product_variant_facet_values_facet_value values (2, 2);
insert into product_option_group values (1, 'shoe-size', null), (2, 'shoe-size', null);
insert into product_option_group_translation (baseId, languageCode, name) values (1, 'en', 'Size'), (1, 'de', 'Größe');
insert into product_option values (1, 'size-40', 1), (2, 'size-42', 1);
insert into product_option_translation (baseId, languageCode, name) values (1, 'en', '40'), (2, 'en', '42');
insert into product_variant_options_product_option values (1, 1), (2, 2);
insert into asset values (1, 'shoe.jpg'), (2, 'back.jpg'), (3, '42.jpg');
insert into asset_translation (baseId, languageCode, name) values (1, 'en', 'A shoe');
insert into product_asset values (1, 1, 2, 1), (2, 1, 1, 0);
insert into product_variant_asset values (1, 2, 3, 0);
insert into stock_location_channels_channel values (1, 1), (1, 2);
insert into stock_level values (1, 1, 1, 3, 3), (2, 2, 1, 5, 3), (3, 4, 1, 0, 0);
insert into collection (id, isRoot, position, parentId, featuredAssetId, isPrivate)
values (1, 1, 0, null, null, 0), (2, 0, 1, 1, 1, 0), (3, 0, 2, 2, null, 0), (4, 0, 1, 2, null, 1);
insert into collection_translation (baseId, languageCode, name, slug, description)
values (1, 'en', '__root_collection__', '__root_collection__', ''), (2, 'en', 'Sport', 'sport', 'Run'),
       (2, 'de', 'Sport', 'sport-de', ''), (3, 'en', 'Shoes', 'shoes', ''), (4, 'en', 'Private', 'private', '');
insert into collection_channels_channel values (1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (4, 1);
insert into collection_product_variants_product_variant values (3, 1), (3, 2), (4, 4), (2, 4);
insert into customer_group values (1, 'Friends');
insert into customer values (1, 'ada@shop.example');
insert into "order" (id, code, state, active, orderPlacedAt, customerId, shippingAddress, subTotal, subTotalWithTax, shipping,
                     shippingWithTax, type)
values (1, 'AAA', 'PartiallyShipped', 0, '2026-03-04 05:06:07.250', 1,
        '{"fullName":"Ada Lovelace Byron","streetLine1":"1 High St","streetLine2":"","city":"London","postalCode":"N1","countryCode":"GB"}',
        19890, 23868, 500, 600, 'Regular'),
       (2, 'BBB', 'AddingItems', 1, null, 1, '{}', 0, 0, 0, 0, 'Regular'),
       (3, 'CCC', 'PaymentSettled', 0, '2026-03-05 05:06:07', null, '{}', 5, 6, 0, 0, 'Seller');
insert into order_channels_channel values (1, 1), (1, 2), (3, 1);
insert into order_line (id, orderId, quantity, listPrice, listPriceIncludesTax, adjustments, taxLines, productVariantId)
values (1, 1, 2, 9995, 0, '[{"amount":-100}]', '[{"taxRate":20}]', 1), (2, 3, 1, 6, 1, '[]', '[{"taxRate":20}]', 4);
insert into fulfillment (id, state, trackingCode, method, handlerCode)
values (1, 'Shipped', 'T1', 'Post', 'manual'), (2, 'Pending', '', 'Post', 'manual');
insert into order_fulfillments_fulfillment values (1, 1), (1, 2);
insert into payment (id, method, state, transactionId, amount, orderId) values (1, 'card', 'Settled', 'tx-1', 24468, 1);
insert into refund (id, reason, state, paymentId, items, shipping, adjustment, total)
values (1, 'torn', 'Settled', 1, 9995, 0, 0, 9995), (2, '', 'Pending', 1, 1, 0, 0, 1);
insert into order_line_reference (id, quantity, orderLineId, fulfillmentId, refundId)
values (1, 1, 1, 1, null), (2, 1, 1, 2, null), (3, 1, 1, null, 1);
insert into shipping_line (id, orderId, shippingMethodId) values (1, 1, 1);
insert into shipping_method values (1, 'standard');
insert into shipping_method_translation (baseId, languageCode, name) values (1, 'en', 'Standard'), (1, 'de', 'Normal');
