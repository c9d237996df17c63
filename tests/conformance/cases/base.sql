-- What every case starts from: one website with the store views en and de, three customer groups, the attributes
-- that the rules name, a root category, and the default stock with one source.

insert into store_website (website_id, code, name, default_group_id, is_default) values
    (0, 'admin', 'Admin', 0, 0),
    (1, 'north', 'North', 1, 1);
insert into store_group (group_id, website_id, code, name, root_category_id, default_store_id) values
    (0, 0, 'none', 'None', 0, 0),
    (1, 1, 'main', 'Main', 2, 1);
insert into store (store_id, code, website_id, group_id, name, is_active) values
    (0, 'admin', 0, 0, 'Admin', 1),
    (1, 'en', 1, 1, 'English', 1),
    (2, 'de', 1, 1, 'Deutsch', 1);
insert into core_config_data (scope, scope_id, path, value) values
    ('default', 0, 'web/unsecure/base_url', 'http://shop.test/'),
    ('default', 0, 'web/secure/base_url', 'http://shop.test/'),
    ('default', 0, 'web/unsecure/base_media_url', 'http://shop.test/media/'),
    ('default', 0, 'web/secure/base_media_url', 'http://shop.test/media/'),
    ('default', 0, 'web/seo/use_rewrites', '1'),
    ('default', 0, 'currency/options/base', 'EUR'),
    ('default', 0, 'general/locale/timezone', 'UTC'),
    ('default', 0, 'general/locale/weight_unit', 'kgs'),
    ('default', 0, 'catalog/frontend/default_sort_by', 'position');
insert into tax_class (class_id, class_name, class_type) values (2, 'Goods', 'PRODUCT'), (3, 'Customers', 'CUSTOMER');
insert into customer_group (customer_group_id, customer_group_code, tax_class_id) values
    (0, 'NOT LOGGED IN', 3),
    (1, 'General', 3),
    (2, 'Trade', 3);
insert into eav_entity_type (entity_type_id, entity_type_code, entity_model, default_attribute_set_id) values
    (3, 'catalog_category', '', 3),
    (4, 'catalog_product', '', 4);
insert into eav_attribute_set (attribute_set_id, entity_type_id, attribute_set_name) values
    (3, 3, 'Default'),
    (4, 4, 'Kitchen');
insert into eav_attribute (attribute_id, entity_type_id, attribute_code, backend_type, frontend_input, frontend_label, source_model, is_required, is_user_defined) values
    (11, 3, 'name', 'varchar', 'text', 'Name', null, 1, 0),
    (12, 3, 'is_active', 'int', 'select', 'Active', null, 0, 0),
    (13, 3, 'include_in_menu', 'int', 'select', 'In Menu', null, 0, 0),
    (14, 3, 'url_key', 'varchar', 'text', 'URL Key', null, 0, 0),
    (15, 3, 'is_anchor', 'int', 'select', 'Anchor', null, 0, 0),
    (21, 4, 'name', 'varchar', 'text', 'Name', null, 1, 0),
    (22, 4, 'status', 'int', 'select', 'Status', null, 0, 0),
    (23, 4, 'visibility', 'int', 'select', 'Visibility', null, 0, 0),
    (24, 4, 'price', 'decimal', 'price', 'Price', null, 1, 0),
    (25, 4, 'special_price', 'decimal', 'price', 'Special Price', null, 0, 0),
    (26, 4, 'special_from_date', 'datetime', 'date', 'From', null, 0, 0),
    (27, 4, 'special_to_date', 'datetime', 'date', 'To', null, 0, 0),
    (28, 4, 'tax_class_id', 'int', 'select', 'Tax Class', null, 0, 0),
    (29, 4, 'image', 'varchar', 'media_image', 'Base', null, 0, 0),
    (30, 4, 'image_label', 'varchar', 'text', 'Base Label', null, 0, 0),
    (31, 4, 'media_gallery', 'static', 'gallery', 'Gallery', null, 0, 0),
    (32, 4, 'price_type', 'int', 'boolean', 'Dynamic Price', null, 0, 0),
    (33, 4, 'url_key', 'varchar', 'text', 'URL Key', null, 0, 0),
    (41, 4, 'colour', 'int', 'select', 'Colour', null, 0, 1),
    (42, 4, 'uses', 'text', 'multiselect', 'Uses', null, 0, 1),
    (43, 4, 'organic', 'int', 'boolean', 'Organic', 'Magento\Eav\Model\Entity\Attribute\Source\Boolean', 0, 1),
    (44, 4, 'length', 'decimal', 'text', 'Length', null, 0, 1);
insert into catalog_eav_attribute (attribute_id, is_global, is_visible, is_searchable, is_filterable, search_weight)
select attribute_id, 1, 1, 0, 0, 1 from eav_attribute;
insert into eav_attribute_option (option_id, attribute_id, sort_order) values
    (51, 41, 1),
    (52, 41, 2),
    (53, 42, 1),
    (54, 42, 2);
insert into eav_attribute_option_value (option_id, store_id, value) values
    (51, 0, 'Red'),
    (51, 2, 'Rot'),
    (52, 0, 'Blue'),
    (53, 0, 'Cooking'),
    (54, 0, 'Baking');
insert into catalog_category_entity (entity_id, attribute_set_id, parent_id, created_at, updated_at, path, position, level, children_count) values
    (1, 3, 0, '2026-01-10 09:00:00', '2026-01-10 09:00:00', '1', 0, 0, 1),
    (2, 3, 1, '2026-01-10 09:00:00', '2026-01-10 09:00:00', '1/2', 1, 1, 0);
insert into catalog_category_entity_varchar (attribute_id, store_id, entity_id, value) values (11, 0, 2, 'Root');
insert into catalog_category_entity_int (attribute_id, store_id, entity_id, value) values (12, 0, 2, 1), (13, 0, 2, 1);
insert into cataloginventory_stock (stock_id, stock_name, website_id) values (1, 'Default', 0);
insert into inventory_source (source_code, name, enabled, country_id, postcode) values
    ('default', 'Default', 1, 'DE', '00000');
insert into inventory_stock (stock_id, name) values (1, 'Default');
insert into inventory_source_stock_link (stock_id, source_code, priority) values (1, 'default', 1);
insert into inventory_stock_sales_channel (type, code, stock_id) values ('website', 'north', 1);
