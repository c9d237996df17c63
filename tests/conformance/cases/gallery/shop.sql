-- Two images, the second first by position, one of them hidden; and a video.
insert into catalog_product_entity (entity_id, attribute_set_id, type_id, sku, created_at, updated_at) values
    (1, 4, 'simple', 'pan', '2026-01-10 09:00:00', '2026-01-10 09:00:00');
insert into catalog_product_website (product_id, website_id) values (1, 1);
insert into catalog_product_entity_varchar (attribute_id, store_id, entity_id, value) values
    (21, 0, 1, 'Pan'),
    (29, 0, 1, '/a.jpg');
insert into catalog_product_entity_int (attribute_id, store_id, entity_id, value) values (22, 0, 1, 1);
insert into catalog_product_entity_media_gallery (value_id, attribute_id, value, media_type) values
    (1, 31, '/a.jpg', 'image'),
    (2, 31, '/b.jpg', 'image'),
    (3, 31, '/v.jpg', 'external-video');
insert into catalog_product_entity_media_gallery_value_to_entity (value_id, entity_id) values (1, 1), (2, 1), (3, 1);
insert into catalog_product_entity_media_gallery_value (value_id, store_id, entity_id, label, position, disabled) values
    (1, 0, 1, 'Front', 2, 0),
    (2, 0, 1, null, 1, 1),
    (3, 0, 1, 'Film', 3, 0);
insert into catalog_product_entity_media_gallery_value_video (value_id, store_id, provider, url, title) values
    (3, 0, 'vimeo', 'http://video.test/1', 'How to fry');
