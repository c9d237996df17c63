-- The demo shop: the tables of a Magento Open Source or Adobe Commerce 2.4 shop that the feeds read.
--
-- Names, keys and delete rules are Magento's. Decimals keep precision and scale in the declared type;
-- times are text in UTC. A shop sets `pragma foreign_keys = on` on each of its connections, so that
-- deletes cascade. shop.py creates the tables first, and the indexes when the tables are filled.

-- Websites, store groups and store views; the configuration.

create table store_website (
    website_id       integer primary key autoincrement,
    code             text,
    name             text,
    sort_order       integer not null default 0,
    default_group_id integer not null default 0,
    is_default       integer default 0,
    unique (code)
);
create index store_website_sort_order on store_website (sort_order);

create table store_group (
    group_id         integer primary key autoincrement,
    website_id       integer not null default 0,
    code             text,
    name             text    not null,
    root_category_id integer not null default 0,
    default_store_id integer not null default 0,
    unique (code),
    foreign key (website_id) references store_website (website_id) on delete cascade
);
create index store_group_website_id on store_group (website_id);

create table store (
    store_id   integer primary key autoincrement,
    code       text,
    website_id integer not null default 0,
    group_id   integer not null default 0,
    name       text    not null,
    sort_order integer not null default 0,
    is_active  integer not null default 0,
    unique (code),
    foreign key (group_id) references store_group (group_id) on delete cascade,
    foreign key (website_id) references store_website (website_id) on delete cascade
);
create index store_group_id on store (group_id);
create index store_website_id on store (website_id);
create index store_is_active_sort_order on store (is_active, sort_order);

create table core_config_data (
    config_id  integer primary key autoincrement,
    scope      text    not null default 'default',
    scope_id   integer not null default 0,
    path       text    not null default 'general',
    value      text,
    updated_at text    not null default current_timestamp,
    unique (scope, scope_id, path)
);

-- Tax classes, customer groups and customers.

create table tax_class (
    class_id   integer primary key autoincrement,
    class_name text    not null,
    class_type text    not null default 'CUSTOMER'
);

create table customer_group (
    customer_group_id   integer primary key autoincrement,
    customer_group_code text    not null,
    tax_class_id        integer not null default 0
);

create table customer_group_excluded_website (
    entity_id         integer primary key autoincrement,
    customer_group_id integer not null,
    website_id        integer not null,
    foreign key (customer_group_id) references customer_group (customer_group_id) on delete cascade,
    foreign key (website_id) references store_website (website_id) on delete cascade
);
create index customer_group_excluded_website_customer_group_id
    on customer_group_excluded_website (customer_group_id);
create index customer_group_excluded_website_website_id on customer_group_excluded_website (website_id);

create table customer_entity (
    entity_id                 integer primary key autoincrement,
    store_id                  integer default 0,
    website_id                integer,
    email                     text,
    confirmation              text,
    created_at                text    not null default current_timestamp,
    created_in                text,
    default_billing           integer,
    default_shipping          integer,
    disable_auto_group_change integer not null default 0,
    dob                       text,
    failures_num              integer default 0,
    first_failure             text,
    firstname                 text,
    gender                    integer,
    group_id                  integer not null default 0,
    increment_id              text,
    is_active                 integer not null default 1,
    lastname                  text,
    lock_expires              text,
    middlename                text,
    password_hash             text,
    prefix                    text,
    rp_token                  text,
    rp_token_created_at       text,
    suffix                    text,
    taxvat                    text,
    updated_at                text    not null default current_timestamp,
    unique (email, website_id),
    foreign key (store_id) references store (store_id) on delete set null,
    foreign key (website_id) references store_website (website_id) on delete set null
);
create index customer_entity_store_id on customer_entity (store_id);
create index customer_entity_website_id on customer_entity (website_id);

-- Attributes: their sets, labels, options and swatches.

create table eav_entity_type (
    entity_type_id              integer primary key autoincrement,
    entity_type_code            text    not null,
    entity_model                text    not null,
    attribute_model             text,
    entity_table                text,
    value_table_prefix          text,
    entity_id_field             text,
    additional_attribute_table  text,
    data_sharing_key            text    default 'default',
    default_attribute_set_id    integer not null default 0,
    entity_attribute_collection text,
    increment_model             text,
    increment_pad_char          text    not null default '0',
    increment_pad_length        integer not null default 8,
    increment_per_store         integer not null default 0,
    is_data_sharing             integer not null default 1
);

create table eav_attribute_set (
    attribute_set_id   integer primary key autoincrement,
    entity_type_id     integer not null default 0,
    attribute_set_name text,
    sort_order         integer not null default 0,
    unique (entity_type_id, attribute_set_name),
    foreign key (entity_type_id) references eav_entity_type (entity_type_id) on delete cascade
);
create index eav_attribute_set_entity_type_id_sort_order on eav_attribute_set (entity_type_id, sort_order);

create table eav_attribute (
    attribute_id    integer primary key autoincrement,
    entity_type_id  integer not null default 0,
    attribute_code  text    not null,
    attribute_model text,
    backend_model   text,
    backend_type    text    not null default 'static',
    backend_table   text,
    frontend_model  text,
    frontend_input  text,
    frontend_label  text,
    frontend_class  text,
    source_model    text,
    is_required     integer not null default 0,
    is_user_defined integer not null default 0,
    default_value   text,
    is_unique       integer not null default 0,
    note            text,
    unique (entity_type_id, attribute_code),
    foreign key (entity_type_id) references eav_entity_type (entity_type_id) on delete cascade
);

create table catalog_eav_attribute (
    attribute_id                  integer primary key,
    frontend_input_renderer       text,
    is_global                     integer not null default 1,
    is_visible                    integer not null default 1,
    is_searchable                 integer not null default 0,
    is_filterable                 integer not null default 0,
    is_comparable                 integer not null default 0,
    is_visible_on_front           integer not null default 0,
    is_html_allowed_on_front      integer not null default 0,
    is_used_for_price_rules       integer not null default 0,
    is_filterable_in_search       integer not null default 0,
    used_in_product_listing       integer not null default 0,
    used_for_sort_by              integer not null default 0,
    apply_to                      text,
    is_visible_in_advanced_search integer not null default 0,
    position                      integer not null default 0,
    is_wysiwyg_enabled            integer not null default 0,
    is_used_for_promo_rules       integer not null default 0,
    is_required_in_admin_store    integer not null default 0,
    is_used_in_grid               integer not null default 0,
    is_visible_in_grid            integer not null default 0,
    is_filterable_in_grid         integer not null default 0,
    search_weight                 real    not null default 1,
    additional_data               text,
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade
);
create index catalog_eav_attribute_used_for_sort_by on catalog_eav_attribute (used_for_sort_by);
create index catalog_eav_attribute_used_in_product_listing on catalog_eav_attribute (used_in_product_listing);

create table eav_attribute_label (
    attribute_label_id integer primary key autoincrement,
    attribute_id       integer not null default 0,
    store_id           integer not null default 0,
    value              text,
    unique (store_id, attribute_id),
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index eav_attribute_label_attribute_id on eav_attribute_label (attribute_id);
create index eav_attribute_label_attribute_id_store_id on eav_attribute_label (attribute_id, store_id);

create table eav_attribute_option (
    option_id    integer primary key autoincrement,
    attribute_id integer not null default 0,
    sort_order   integer not null default 0,
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade
);
create index eav_attribute_option_attribute_id on eav_attribute_option (attribute_id);

create table eav_attribute_option_value (
    value_id  integer primary key autoincrement,
    option_id integer not null default 0,
    store_id  integer not null default 0,
    value     text,
    unique (store_id, option_id),
    foreign key (option_id) references eav_attribute_option (option_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index eav_attribute_option_value_option_id on eav_attribute_option_value (option_id);
create index eav_attribute_option_value_store_id on eav_attribute_option_value (store_id);

create table eav_attribute_option_swatch (
    swatch_id integer primary key autoincrement,
    option_id integer not null,
    store_id  integer not null,
    type      integer not null,
    value     text,
    unique (store_id, option_id),
    foreign key (store_id) references store (store_id) on delete cascade,
    foreign key (option_id) references eav_attribute_option (option_id) on delete cascade
);
create index eav_attribute_option_swatch_option_id on eav_attribute_option_swatch (option_id);

-- Products, their attribute values by backend type, their websites.

create table catalog_product_entity (
    entity_id        integer primary key autoincrement,
    attribute_set_id integer not null default 0,
    type_id          text    not null default 'simple',
    sku              text    not null,
    has_options      integer not null default 0,
    required_options integer not null default 0,
    created_at       text    not null default current_timestamp,
    updated_at       text    not null default current_timestamp
);
create index catalog_product_entity_sku on catalog_product_entity (sku);

create table catalog_product_entity_datetime (
    value_id     integer primary key autoincrement,
    attribute_id integer not null default 0,
    store_id     integer not null default 0,
    entity_id    integer not null default 0,
    value        text,
    unique (entity_id, attribute_id, store_id),
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade,
    foreign key (entity_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_product_entity_datetime_attribute_id on catalog_product_entity_datetime (attribute_id);
create index catalog_product_entity_datetime_store_id on catalog_product_entity_datetime (store_id);

create table catalog_product_entity_decimal (
    value_id     integer       primary key autoincrement,
    attribute_id integer       not null default 0,
    store_id     integer       not null default 0,
    entity_id    integer       not null default 0,
    value        numeric(20,6),
    unique (entity_id, attribute_id, store_id),
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade,
    foreign key (entity_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_product_entity_decimal_attribute_id on catalog_product_entity_decimal (attribute_id);
create index catalog_product_entity_decimal_store_id on catalog_product_entity_decimal (store_id);

create table catalog_product_entity_int (
    value_id     integer primary key autoincrement,
    attribute_id integer not null default 0,
    store_id     integer not null default 0,
    entity_id    integer not null default 0,
    value        integer,
    unique (entity_id, attribute_id, store_id),
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade,
    foreign key (entity_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_product_entity_int_attribute_id on catalog_product_entity_int (attribute_id);
create index catalog_product_entity_int_store_id on catalog_product_entity_int (store_id);

create table catalog_product_entity_text (
    value_id     integer primary key autoincrement,
    attribute_id integer not null default 0,
    store_id     integer not null default 0,
    entity_id    integer not null default 0,
    value        text,
    unique (entity_id, attribute_id, store_id),
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade,
    foreign key (entity_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_product_entity_text_attribute_id on catalog_product_entity_text (attribute_id);
create index catalog_product_entity_text_store_id on catalog_product_entity_text (store_id);

create table catalog_product_entity_varchar (
    value_id     integer primary key autoincrement,
    attribute_id integer not null default 0,
    store_id     integer not null default 0,
    entity_id    integer not null default 0,
    value        text,
    unique (entity_id, attribute_id, store_id),
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade,
    foreign key (entity_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_product_entity_varchar_attribute_id on catalog_product_entity_varchar (attribute_id);
create index catalog_product_entity_varchar_store_id on catalog_product_entity_varchar (store_id);

create table catalog_product_entity_gallery (
    value_id     integer primary key autoincrement,
    attribute_id integer not null default 0,
    entity_id    integer not null default 0,
    store_id     integer not null default 0,
    position     integer not null default 0,
    value        text,
    unique (entity_id, attribute_id, store_id),
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade,
    foreign key (entity_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_product_entity_gallery_attribute_id on catalog_product_entity_gallery (attribute_id);
create index catalog_product_entity_gallery_store_id on catalog_product_entity_gallery (store_id);

create table catalog_product_website (
    product_id integer not null,
    website_id integer not null,
    primary key (product_id, website_id),
    foreign key (website_id) references store_website (website_id) on delete cascade,
    foreign key (product_id) references catalog_product_entity (entity_id) on delete cascade
);
create index catalog_product_website_website_id on catalog_product_website (website_id);

-- Images and videos of products.

create table catalog_product_entity_media_gallery (
    value_id     integer primary key autoincrement,
    attribute_id integer not null default 0,
    value        text,
    media_type   text    not null default 'image',
    disabled     integer not null default 0,
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade
);
create index catalog_product_entity_media_gallery_attribute_id
    on catalog_product_entity_media_gallery (attribute_id);

create table catalog_product_entity_media_gallery_value (
    value_id  integer not null default 0,
    store_id  integer not null default 0,
    entity_id integer not null default 0,
    label     text,
    position  integer,
    disabled  integer not null default 0,
    record_id integer primary key autoincrement,
    foreign key (value_id) references catalog_product_entity_media_gallery (value_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade,
    foreign key (entity_id) references catalog_product_entity (entity_id) on delete cascade
);
create index catalog_product_entity_media_gallery_value_value_id
    on catalog_product_entity_media_gallery_value (value_id);
create index catalog_product_entity_media_gallery_value_store_id
    on catalog_product_entity_media_gallery_value (store_id);
create index catalog_product_entity_media_gallery_value_entity_id
    on catalog_product_entity_media_gallery_value (entity_id);

create table catalog_product_entity_media_gallery_value_to_entity (
    value_id  integer not null,
    entity_id integer not null,
    unique (value_id, entity_id),
    foreign key (value_id) references catalog_product_entity_media_gallery (value_id) on delete cascade,
    foreign key (entity_id) references catalog_product_entity (entity_id) on delete cascade
);
create index catalog_product_entity_media_gallery_value_to_entity_entity_id
    on catalog_product_entity_media_gallery_value_to_entity (entity_id);

create table catalog_product_entity_media_gallery_value_video (
    value_id    integer not null,
    store_id    integer not null default 0,
    description text,
    metadata    text,
    provider    text,
    title       text,
    url         text,
    unique (value_id, store_id),
    foreign key (value_id) references catalog_product_entity_media_gallery (value_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_product_entity_media_gallery_value_video_store_id
    on catalog_product_entity_media_gallery_value_video (store_id);

-- Categories, their attribute values, the products in them.

create table catalog_category_entity (
    entity_id        integer primary key autoincrement,
    attribute_set_id integer not null default 0,
    parent_id        integer not null default 0,
    created_at       text    not null default current_timestamp,
    updated_at       text    not null default current_timestamp,
    path             text    not null,
    position         integer not null,
    level            integer not null default 0,
    children_count   integer not null
);
create index catalog_category_entity_level on catalog_category_entity (level);
create index catalog_category_entity_path on catalog_category_entity (path);

create table catalog_category_entity_datetime (
    value_id     integer primary key autoincrement,
    attribute_id integer not null default 0,
    store_id     integer not null default 0,
    entity_id    integer not null default 0,
    value        text,
    unique (entity_id, attribute_id, store_id),
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade,
    foreign key (entity_id) references catalog_category_entity (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_category_entity_datetime_attribute_id on catalog_category_entity_datetime (attribute_id);
create index catalog_category_entity_datetime_store_id on catalog_category_entity_datetime (store_id);

create table catalog_category_entity_decimal (
    value_id     integer       primary key autoincrement,
    attribute_id integer       not null default 0,
    store_id     integer       not null default 0,
    entity_id    integer       not null default 0,
    value        numeric(20,6),
    unique (entity_id, attribute_id, store_id),
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade,
    foreign key (entity_id) references catalog_category_entity (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_category_entity_decimal_attribute_id on catalog_category_entity_decimal (attribute_id);
create index catalog_category_entity_decimal_store_id on catalog_category_entity_decimal (store_id);

create table catalog_category_entity_int (
    value_id     integer primary key autoincrement,
    attribute_id integer not null default 0,
    store_id     integer not null default 0,
    entity_id    integer not null default 0,
    value        integer,
    unique (entity_id, attribute_id, store_id),
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade,
    foreign key (entity_id) references catalog_category_entity (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_category_entity_int_attribute_id on catalog_category_entity_int (attribute_id);
create index catalog_category_entity_int_store_id on catalog_category_entity_int (store_id);

create table catalog_category_entity_text (
    value_id     integer primary key autoincrement,
    attribute_id integer not null default 0,
    store_id     integer not null default 0,
    entity_id    integer not null default 0,
    value        text,
    unique (entity_id, attribute_id, store_id),
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade,
    foreign key (entity_id) references catalog_category_entity (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_category_entity_text_attribute_id on catalog_category_entity_text (attribute_id);
create index catalog_category_entity_text_store_id on catalog_category_entity_text (store_id);

create table catalog_category_entity_varchar (
    value_id     integer primary key autoincrement,
    attribute_id integer not null default 0,
    store_id     integer not null default 0,
    entity_id    integer not null default 0,
    value        text,
    unique (entity_id, attribute_id, store_id),
    foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade,
    foreign key (entity_id) references catalog_category_entity (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_category_entity_varchar_attribute_id on catalog_category_entity_varchar (attribute_id);
create index catalog_category_entity_varchar_store_id on catalog_category_entity_varchar (store_id);

create table catalog_category_product (
    entity_id   integer primary key autoincrement,
    category_id integer not null default 0,
    product_id  integer not null default 0,
    position    integer not null default 0,
    unique (category_id, product_id),
    foreign key (product_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (category_id) references catalog_category_entity (entity_id) on delete cascade
);
create index catalog_category_product_product_id on catalog_category_product (product_id);

-- Category permissions, a feature of Adobe Commerce: -1 allow, -2 deny, 0 as the parent category.

create table magento_catalogpermissions (
    permission_id               integer primary key autoincrement,
    category_id                 integer not null,
    website_id                  integer,                           -- null: all
    customer_group_id           integer,                           -- null: all
    grant_catalog_category_view integer not null,
    grant_catalog_product_price integer not null,
    grant_checkout_items        integer not null,
    unique (category_id, website_id, customer_group_id),
    foreign key (category_id) references catalog_category_entity (entity_id) on delete cascade,
    foreign key (website_id) references store_website (website_id) on delete cascade,
    foreign key (customer_group_id) references customer_group (customer_group_id) on delete cascade
);
create index magento_catalogpermissions_website_id on magento_catalogpermissions (website_id);
create index magento_catalogpermissions_customer_group_id on magento_catalogpermissions (customer_group_id);

-- Which product belongs to which, and links between them.

create table catalog_product_relation (
    parent_id integer not null,
    child_id  integer not null,
    primary key (parent_id, child_id),
    foreign key (child_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (parent_id) references catalog_product_entity (entity_id) on delete cascade
);
create index catalog_product_relation_child_id on catalog_product_relation (child_id);

create table catalog_product_link_type (
    link_type_id integer primary key autoincrement,
    code         text
);

create table catalog_product_link (
    link_id           integer primary key autoincrement,
    product_id        integer not null default 0,
    linked_product_id integer not null default 0,
    link_type_id      integer not null default 0,
    unique (link_type_id, product_id, linked_product_id),
    foreign key (linked_product_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (product_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (link_type_id) references catalog_product_link_type (link_type_id) on delete cascade
);
create index catalog_product_link_linked_product_id on catalog_product_link (linked_product_id);
create index catalog_product_link_product_id on catalog_product_link (product_id);
create index catalog_product_link_link_type_id on catalog_product_link (link_type_id);

create table catalog_product_link_attribute (
    product_link_attribute_id   integer primary key autoincrement,
    link_type_id                integer not null default 0,
    data_type                   text,
    product_link_attribute_code text,
    foreign key (link_type_id) references catalog_product_link_type (link_type_id) on delete cascade
);
create index catalog_product_link_attribute_link_type_id on catalog_product_link_attribute (link_type_id);

create table catalog_product_link_attribute_int (
    value_id                  integer primary key autoincrement,
    link_id                   integer not null,
    product_link_attribute_id integer,
    value                     integer not null default 0,
    unique (product_link_attribute_id, link_id),
    foreign key (link_id) references catalog_product_link (link_id) on delete cascade,
    foreign key (product_link_attribute_id)
        references catalog_product_link_attribute (product_link_attribute_id) on delete cascade
);
create index catalog_product_link_attribute_int_link_id on catalog_product_link_attribute_int (link_id);

create table catalog_product_link_attribute_decimal (
    value_id                  integer       primary key autoincrement,
    link_id                   integer       not null,
    product_link_attribute_id integer,
    value                     numeric(20,6) not null default 0,
    unique (product_link_attribute_id, link_id),
    foreign key (link_id) references catalog_product_link (link_id) on delete cascade,
    foreign key (product_link_attribute_id)
        references catalog_product_link_attribute (product_link_attribute_id) on delete cascade
);
create index catalog_product_link_attribute_decimal_link_id
    on catalog_product_link_attribute_decimal (link_id);

-- Configurable products.

create table catalog_product_super_attribute (
    product_super_attribute_id integer primary key autoincrement,
    product_id                 integer not null default 0,
    attribute_id               integer not null default 0,
    position                   integer not null default 0,
    unique (product_id, attribute_id),
    foreign key (product_id) references catalog_product_entity (entity_id) on delete cascade
);

create table catalog_product_super_link (
    link_id    integer primary key autoincrement,
    product_id integer not null default 0,
    parent_id  integer not null default 0,
    unique (product_id, parent_id),
    foreign key (product_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (parent_id) references catalog_product_entity (entity_id) on delete cascade
);
create index catalog_product_super_link_parent_id on catalog_product_super_link (parent_id);

-- Bundles.

create table catalog_product_bundle_option (
    option_id integer primary key autoincrement,
    parent_id integer not null,
    required  integer not null default 0,
    position  integer not null default 0,
    type      text,
    foreign key (parent_id) references catalog_product_entity (entity_id) on delete cascade
);
create index catalog_product_bundle_option_parent_id on catalog_product_bundle_option (parent_id);

create table catalog_product_bundle_option_value (
    value_id          integer primary key autoincrement,
    option_id         integer not null,
    parent_product_id integer not null,
    store_id          integer not null,
    title             text,
    unique (option_id, parent_product_id, store_id),
    foreign key (option_id) references catalog_product_bundle_option (option_id) on delete cascade
);

create table catalog_product_bundle_selection (
    selection_id             integer       primary key autoincrement,
    option_id                integer       not null,
    parent_product_id        integer       not null,
    product_id               integer       not null,
    position                 integer       not null default 0,
    is_default               integer       not null default 0,
    selection_price_type     integer       not null default 0,
    selection_price_value    numeric(12,4) not null default 0,
    selection_qty            numeric(12,4),
    selection_can_change_qty integer       not null default 0,
    foreign key (option_id) references catalog_product_bundle_option (option_id) on delete cascade,
    foreign key (product_id) references catalog_product_entity (entity_id) on delete cascade
);
create index catalog_product_bundle_selection_option_id on catalog_product_bundle_selection (option_id);
create index catalog_product_bundle_selection_product_id on catalog_product_bundle_selection (product_id);

create table catalog_product_bundle_selection_price (
    selection_id          integer       not null,
    parent_product_id     integer       not null,
    website_id            integer       not null,
    selection_price_type  integer       not null default 0,
    selection_price_value numeric(20,6) not null default 0,
    primary key (selection_id, parent_product_id, website_id),
    foreign key (website_id) references store_website (website_id) on delete cascade,
    foreign key (selection_id) references catalog_product_bundle_selection (selection_id) on delete cascade
);
create index catalog_product_bundle_selection_price_website_id
    on catalog_product_bundle_selection_price (website_id);

-- Downloadable products.

create table downloadable_link (
    link_id             integer primary key autoincrement,
    product_id          integer not null default 0,
    sort_order          integer not null default 0,
    number_of_downloads integer,
    is_shareable        integer not null default 0,
    link_url            text,
    link_file           text,
    link_type           text,
    sample_url          text,
    sample_file         text,
    sample_type         text,
    foreign key (product_id) references catalog_product_entity (entity_id) on delete cascade
);
create index downloadable_link_product_id on downloadable_link (product_id);

create table downloadable_link_title (
    title_id integer primary key autoincrement,
    link_id  integer not null default 0,
    store_id integer not null default 0,
    title    text,
    unique (link_id, store_id),
    foreign key (link_id) references downloadable_link (link_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index downloadable_link_title_store_id on downloadable_link_title (store_id);

create table downloadable_link_price (
    price_id   integer       primary key autoincrement,
    link_id    integer       not null default 0,
    website_id integer       not null default 0,
    price      numeric(20,6) not null default 0,
    foreign key (link_id) references downloadable_link (link_id) on delete cascade,
    foreign key (website_id) references store_website (website_id) on delete cascade
);
create index downloadable_link_price_link_id on downloadable_link_price (link_id);
create index downloadable_link_price_website_id on downloadable_link_price (website_id);

create table downloadable_sample (
    sample_id   integer primary key autoincrement,
    product_id  integer not null default 0,
    sample_file text,
    sample_type text,
    sample_url  text,
    sort_order  integer not null default 0,
    foreign key (product_id) references catalog_product_entity (entity_id) on delete cascade
);
create index downloadable_sample_product_id on downloadable_sample (product_id);

create table downloadable_sample_title (
    title_id  integer primary key autoincrement,
    sample_id integer not null default 0,
    store_id  integer not null default 0,
    title     text,
    unique (sample_id, store_id),
    foreign key (sample_id) references downloadable_sample (sample_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index downloadable_sample_title_store_id on downloadable_sample_title (store_id);

-- Custom options and what a shopper types in.

create table catalog_product_option (
    option_id      integer primary key autoincrement,
    product_id     integer not null default 0,
    type           text,
    is_require     integer not null default 1,
    sku            text,
    max_characters integer,
    file_extension text,
    image_size_x   integer,
    image_size_y   integer,
    sort_order     integer not null default 0,
    foreign key (product_id) references catalog_product_entity (entity_id) on delete cascade
);
create index catalog_product_option_product_id on catalog_product_option (product_id);

create table catalog_product_option_title (
    option_title_id integer primary key autoincrement,
    option_id       integer not null default 0,
    store_id        integer not null default 0,
    title           text,
    unique (option_id, store_id),
    foreign key (option_id) references catalog_product_option (option_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_product_option_title_store_id on catalog_product_option_title (store_id);

create table catalog_product_option_price (
    option_price_id integer       primary key autoincrement,
    option_id       integer       not null default 0,
    store_id        integer       not null default 0,
    price           numeric(20,6) not null default 0,
    price_type      text          not null default 'fixed',
    unique (option_id, store_id),
    foreign key (option_id) references catalog_product_option (option_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_product_option_price_store_id on catalog_product_option_price (store_id);

create table catalog_product_option_type_value (
    option_type_id integer primary key autoincrement,
    option_id      integer not null default 0,
    sku            text,
    sort_order     integer not null default 0,
    foreign key (option_id) references catalog_product_option (option_id) on delete cascade
);
create index catalog_product_option_type_value_option_id on catalog_product_option_type_value (option_id);

create table catalog_product_option_type_title (
    option_type_title_id integer primary key autoincrement,
    option_type_id       integer not null default 0,
    store_id             integer not null default 0,
    title                text,
    unique (option_type_id, store_id),
    foreign key (option_type_id)
        references catalog_product_option_type_value (option_type_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_product_option_type_title_store_id on catalog_product_option_type_title (store_id);

create table catalog_product_option_type_price (
    option_type_price_id integer       primary key autoincrement,
    option_type_id       integer       not null default 0,
    store_id             integer       not null default 0,
    price                numeric(20,6) not null default 0,
    price_type           text          not null default 'fixed',
    unique (option_type_id, store_id),
    foreign key (option_type_id)
        references catalog_product_option_type_value (option_type_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index catalog_product_option_type_price_store_id on catalog_product_option_type_price (store_id);

-- URL rewrites.

create table url_rewrite (
    url_rewrite_id   integer primary key autoincrement,
    entity_type      text    not null,
    entity_id        integer not null,
    request_path     text,
    target_path      text,
    redirect_type    integer not null default 0,
    store_id         integer not null,
    description      text,
    is_autogenerated integer not null default 0,
    metadata         text,
    unique (request_path, store_id)
);
create index url_rewrite_target_path on url_rewrite (target_path);
create index url_rewrite_store_id_entity_id on url_rewrite (store_id, entity_id);
create index url_rewrite_entity_id on url_rewrite (entity_id);

-- Tier and group prices, and the prices that catalog rules gave for a day.

create table catalog_product_entity_tier_price (
    value_id          integer       primary key autoincrement,
    entity_id         integer       not null default 0,
    all_groups        integer       not null default 1,
    customer_group_id integer       not null default 0,
    qty               numeric(12,4) not null default 1,
    value             numeric(20,6) not null default 0,
    website_id        integer       not null,
    percentage_value  numeric(5,2),
    unique (entity_id, all_groups, customer_group_id, qty, website_id),
    foreign key (customer_group_id) references customer_group (customer_group_id) on delete cascade,
    foreign key (entity_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (website_id) references store_website (website_id) on delete cascade
);
create index catalog_product_entity_tier_price_customer_group_id
    on catalog_product_entity_tier_price (customer_group_id);
create index catalog_product_entity_tier_price_website_id on catalog_product_entity_tier_price (website_id);

create table catalogrule_product_price (
    rule_product_price_id integer       primary key autoincrement,
    rule_date             text          not null,
    customer_group_id     integer,
    product_id            integer       not null default 0,
    rule_price            numeric(20,6) not null default 0,
    website_id            integer       not null,
    latest_start_date     text,
    earliest_end_date     text,
    unique (rule_date, website_id, customer_group_id, product_id)
);
create index catalogrule_product_price_customer_group_id on catalogrule_product_price (customer_group_id);
create index catalogrule_product_price_website_id on catalogrule_product_price (website_id);
create index catalogrule_product_price_product_id on catalogrule_product_price (product_id);

create table catalogrule_product_price_replica (
    rule_product_price_id integer       primary key autoincrement,
    rule_date             text          not null,
    customer_group_id     integer,
    product_id            integer       not null default 0,
    rule_price            numeric(20,6) not null default 0,
    website_id            integer       not null,
    latest_start_date     text,
    earliest_end_date     text,
    unique (rule_date, website_id, customer_group_id, product_id)
);
create index catalogrule_product_price_replica_customer_group_id
    on catalogrule_product_price_replica (customer_group_id);
create index catalogrule_product_price_replica_website_id on catalogrule_product_price_replica (website_id);
create index catalogrule_product_price_replica_product_id on catalogrule_product_price_replica (product_id);

-- Stock, as kept before there were sources. cataloginventory_stock_status is an index that Magento maintains;
-- here it stays empty.

create table cataloginventory_stock (
    stock_id   integer primary key autoincrement,
    stock_name text,
    website_id integer not null
);
create index cataloginventory_stock_website_id on cataloginventory_stock (website_id);

create table cataloginventory_stock_item (
    item_id                     integer       primary key autoincrement,
    product_id                  integer       not null default 0,
    stock_id                    integer       not null default 0,
    qty                         numeric(12,4),
    min_qty                     numeric(12,4) not null default 0,
    use_config_min_qty          integer       not null default 1,
    is_qty_decimal              integer       not null default 0,
    backorders                  integer       not null default 0,
    use_config_backorders       integer       not null default 1,
    min_sale_qty                numeric(12,4) not null default 1,
    use_config_min_sale_qty     integer       not null default 1,
    max_sale_qty                numeric(12,4) not null default 0,
    use_config_max_sale_qty     integer       not null default 1,
    is_in_stock                 integer       not null default 0,
    low_stock_date              text,
    notify_stock_qty            numeric(12,4),
    use_config_notify_stock_qty integer       not null default 1,
    manage_stock                integer       not null default 0,
    use_config_manage_stock     integer       not null default 1,
    stock_status_changed_auto   integer       not null default 0,
    use_config_qty_increments   integer       not null default 1,
    qty_increments              numeric(12,4) not null default 0,
    use_config_enable_qty_inc   integer       not null default 1,
    enable_qty_increments       integer       not null default 0,
    is_decimal_divided          integer       not null default 0,
    website_id                  integer       not null default 0,
    unique (product_id, stock_id),
    foreign key (product_id) references catalog_product_entity (entity_id) on delete cascade,
    foreign key (stock_id) references cataloginventory_stock (stock_id) on delete cascade
);
create index cataloginventory_stock_item_stock_id on cataloginventory_stock_item (stock_id);
create index cataloginventory_stock_item_website_id on cataloginventory_stock_item (website_id);

create table cataloginventory_stock_status (
    product_id   integer       not null,
    website_id   integer       not null,
    stock_id     integer       not null,
    qty          numeric(12,4) not null default 0,
    stock_status integer       not null,
    primary key (product_id, website_id, stock_id)
);
create index cataloginventory_stock_status_stock_id on cataloginventory_stock_status (stock_id);
create index cataloginventory_stock_status_website_id on cataloginventory_stock_status (website_id);
create index cataloginventory_stock_status_stock_status on cataloginventory_stock_status (stock_status);

-- Sources, stocks, sales channels and reservations.

create table inventory_source (
    source_code                text         not null,
    name                       text         not null,
    enabled                    integer      not null default 1,
    description                text,
    latitude                   numeric(8,6),
    longitude                  numeric(9,6),
    city                       text,
    contact_name               text,
    country_id                 text         not null,
    email                      text,
    fax                        text,
    frontend_description       text,
    frontend_name              text         default '',
    is_pickup_location_active  integer      not null default 0,
    phone                      text,
    postcode                   text         not null,
    region                     text,
    region_id                  integer,
    street                     text,
    use_default_carrier_config integer      not null default 1,
    primary key (source_code)
);

create table inventory_source_item (
    source_item_id integer       primary key autoincrement,
    source_code    text          not null,
    sku            text          not null,
    quantity       numeric(12,4) not null default 0,
    status         integer       not null default 0,
    unique (source_code, sku),
    foreign key (source_code) references inventory_source (source_code) on delete cascade
);
create index inventory_source_item_sku_source_code_quantity
    on inventory_source_item (sku, source_code, quantity);

create table inventory_stock (
    stock_id integer primary key autoincrement,
    name     text    not null
);

create table inventory_source_stock_link (
    link_id     integer primary key autoincrement,
    stock_id    integer not null,
    source_code text    not null,
    priority    integer not null,
    unique (stock_id, source_code),
    foreign key (stock_id) references inventory_stock (stock_id) on delete cascade,
    foreign key (source_code) references inventory_source (source_code) on delete cascade
);
create index inventory_source_stock_link_source_code on inventory_source_stock_link (source_code);
create index inventory_source_stock_link_stock_id_priority
    on inventory_source_stock_link (stock_id, priority);

create table inventory_stock_sales_channel (
    type     text    not null,
    code     text    not null,
    stock_id integer not null,
    primary key (type, code),
    foreign key (stock_id) references inventory_stock (stock_id) on delete cascade
);
create index inventory_stock_sales_channel_stock_id on inventory_stock_sales_channel (stock_id);

create table inventory_reservation (
    reservation_id integer       primary key autoincrement,
    stock_id       integer       not null,
    sku            text          not null,
    quantity       numeric(10,4) not null default 0,
    metadata       text
);
create index inventory_reservation_stock_id_sku_quantity on inventory_reservation (stock_id, sku, quantity);

-- Reviews and ratings.

create table review_entity (
    entity_id   integer primary key autoincrement,
    entity_code text    not null
);

create table review_status (
    status_id   integer primary key autoincrement,
    status_code text    not null
);

create table review (
    review_id       integer primary key autoincrement,
    created_at      text    not null default current_timestamp,
    entity_id       integer not null default 0,
    entity_pk_value integer not null default 0,
    status_id       integer not null default 0,
    foreign key (entity_id) references review_entity (entity_id) on delete cascade,
    foreign key (status_id) references review_status (status_id)
);
create index review_entity_id on review (entity_id);
create index review_status_id on review (status_id);

create table review_detail (
    detail_id   integer primary key autoincrement,
    customer_id integer,
    review_id   integer not null default 0,
    store_id    integer default 0,
    detail      text    not null,
    nickname    text    not null,
    title       text    not null,
    foreign key (customer_id) references customer_entity (entity_id) on delete set null,
    foreign key (review_id) references review (review_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete set null
);
create index review_detail_customer_id on review_detail (customer_id);
create index review_detail_review_id on review_detail (review_id);
create index review_detail_store_id on review_detail (store_id);

create table review_store (
    review_id integer not null,
    store_id  integer not null,
    primary key (review_id, store_id),
    foreign key (review_id) references review (review_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index review_store_store_id on review_store (store_id);

create table rating_entity (
    entity_id   integer primary key autoincrement,
    entity_code text    not null,
    unique (entity_code)
);

create table rating (
    rating_id   integer primary key autoincrement,
    entity_id   integer not null default 0,
    rating_code text    not null,
    is_active   integer not null default 1,
    position    integer not null default 0,
    unique (rating_code),
    foreign key (entity_id) references rating_entity (entity_id) on delete cascade
);
create index rating_entity_id on rating (entity_id);

create table rating_store (
    rating_id integer not null default 0,
    store_id  integer not null default 0,
    primary key (rating_id, store_id),
    foreign key (store_id) references store (store_id) on delete cascade,
    foreign key (rating_id) references rating (rating_id) on delete cascade
);
create index rating_store_store_id on rating_store (store_id);

create table rating_title (
    rating_id integer not null default 0,
    store_id  integer not null default 0,
    value     text    not null,
    primary key (rating_id, store_id),
    foreign key (rating_id) references rating (rating_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete cascade
);
create index rating_title_store_id on rating_title (store_id);

create table rating_option (
    option_id integer primary key autoincrement,
    rating_id integer not null default 0,
    code      text    not null,
    position  integer not null default 0,
    value     integer not null default 0,
    foreign key (rating_id) references rating (rating_id) on delete cascade
);
create index rating_option_rating_id on rating_option (rating_id);

create table rating_option_vote (
    vote_id         integer primary key autoincrement,
    option_id       integer not null default 0,
    review_id       integer,
    customer_id     integer default 0,
    entity_pk_value integer not null default 0,
    percent         integer not null default 0,
    rating_id       integer not null default 0,
    remote_ip       text    not null,
    remote_ip_long  integer not null default 0,
    value           integer not null default 0,
    foreign key (option_id) references rating_option (option_id) on delete cascade,
    foreign key (review_id) references review (review_id) on delete cascade
);
create index rating_option_vote_option_id on rating_option_vote (option_id);
create index rating_option_vote_review_id on rating_option_vote (review_id);

-- Orders.

create table sales_order (
    entity_id                                    integer       primary key autoincrement,
    state                                        text,
    status                                       text,
    coupon_code                                  text,
    protect_code                                 text,
    shipping_description                         text,
    is_virtual                                   integer,
    store_id                                     integer,
    customer_id                                  integer,
    increment_id                                 text,
    adjustment_negative                          numeric(20,4),
    adjustment_positive                          numeric(20,4),
    applied_rule_ids                             text,
    base_adjustment_negative                     numeric(20,4),
    base_adjustment_positive                     numeric(20,4),
    base_currency_code                           text,
    base_discount_amount                         numeric(20,4),
    base_discount_canceled                       numeric(20,4),
    base_discount_invoiced                       numeric(20,4),
    base_discount_refunded                       numeric(20,4),
    base_discount_tax_compensation_amount        numeric(20,4),
    base_discount_tax_compensation_invoiced      numeric(20,4),
    base_discount_tax_compensation_refunded      numeric(20,4),
    base_grand_total                             numeric(20,4),
    base_shipping_amount                         numeric(20,4),
    base_shipping_canceled                       numeric(20,4),
    base_shipping_discount_amount                numeric(20,4),
    base_shipping_discount_tax_compensation_amnt numeric(20,4),
    base_shipping_incl_tax                       numeric(20,4),
    base_shipping_invoiced                       numeric(20,4),
    base_shipping_refunded                       numeric(20,4),
    base_shipping_tax_amount                     numeric(20,4),
    base_shipping_tax_refunded                   numeric(20,4),
    base_subtotal                                numeric(20,4),
    base_subtotal_canceled                       numeric(20,4),
    base_subtotal_incl_tax                       numeric(20,4),
    base_subtotal_invoiced                       numeric(20,4),
    base_subtotal_refunded                       numeric(20,4),
    base_tax_amount                              numeric(20,4),
    base_tax_canceled                            numeric(20,4),
    base_tax_invoiced                            numeric(20,4),
    base_tax_refunded                            numeric(20,4),
    base_to_global_rate                          numeric(20,4),
    base_to_order_rate                           numeric(20,4),
    base_total_canceled                          numeric(20,4),
    base_total_due                               numeric(20,4),
    base_total_invoiced                          numeric(20,4),
    base_total_invoiced_cost                     numeric(20,4),
    base_total_offline_refunded                  numeric(20,4),
    base_total_online_refunded                   numeric(20,4),
    base_total_paid                              numeric(20,4),
    base_total_qty_ordered                       numeric(12,4),
    base_total_refunded                          numeric(20,4),
    billing_address_id                           integer,
    can_ship_partially                           integer,
    can_ship_partially_item                      integer,
    coupon_rule_name                             text,
    created_at                                   text          not null default current_timestamp,
    customer_dob                                 text,
    customer_email                               text,
    customer_firstname                           text,
    customer_gender                              integer,
    customer_group_id                            integer,
    customer_is_guest                            integer,
    customer_lastname                            text,
    customer_middlename                          text,
    customer_note                                text,
    customer_note_notify                         integer,
    customer_prefix                              text,
    customer_suffix                              text,
    customer_taxvat                              text,
    discount_amount                              numeric(20,4),
    discount_canceled                            numeric(20,4),
    discount_description                         text,
    discount_invoiced                            numeric(20,4),
    discount_refunded                            numeric(20,4),
    discount_tax_compensation_amount             numeric(20,4),
    discount_tax_compensation_invoiced           numeric(20,4),
    discount_tax_compensation_refunded           numeric(20,4),
    edit_increment                               integer,
    email_sent                                   integer,
    ext_customer_id                              text,
    ext_order_id                                 text,
    forced_shipment_with_invoice                 integer,
    gift_message_id                              integer,
    global_currency_code                         text,
    grand_total                                  numeric(20,4),
    hold_before_state                            text,
    hold_before_status                           text,
    order_currency_code                          text,
    original_increment_id                        text,
    payment_auth_expiration                      integer,
    payment_authorization_amount                 numeric(20,4),
    paypal_ipn_customer_notified                 integer       default 0,
    quote_address_id                             integer,
    quote_id                                     integer,
    relation_child_id                            text,
    relation_child_real_id                       text,
    relation_parent_id                           text,
    relation_parent_real_id                      text,
    remote_ip                                    text,
    send_email                                   integer,
    shipping_address_id                          integer,
    shipping_amount                              numeric(20,4),
    shipping_canceled                            numeric(20,4),
    shipping_discount_amount                     numeric(20,4),
    shipping_discount_tax_compensation_amount    numeric(20,4),
    shipping_incl_tax                            numeric(20,4),
    shipping_invoiced                            numeric(20,4),
    shipping_method                              text,
    shipping_refunded                            numeric(20,4),
    shipping_tax_amount                          numeric(20,4),
    shipping_tax_refunded                        numeric(20,4),
    store_currency_code                          text,
    store_name                                   text,
    store_to_base_rate                           numeric(12,4),
    store_to_order_rate                          numeric(12,4),
    subtotal                                     numeric(20,4),
    subtotal_canceled                            numeric(20,4),
    subtotal_incl_tax                            numeric(20,4),
    subtotal_invoiced                            numeric(20,4),
    subtotal_refunded                            numeric(20,4),
    tax_amount                                   numeric(20,4),
    tax_canceled                                 numeric(20,4),
    tax_invoiced                                 numeric(20,4),
    tax_refunded                                 numeric(20,4),
    total_canceled                               numeric(20,4),
    total_due                                    numeric(20,4),
    total_invoiced                               numeric(20,4),
    total_item_count                             integer       not null default 0,
    total_offline_refunded                       numeric(20,4),
    total_online_refunded                        numeric(20,4),
    total_paid                                   numeric(20,4),
    total_qty_ordered                            numeric(12,4),
    total_refunded                               numeric(20,4),
    updated_at                                   text          not null default current_timestamp,
    weight                                       numeric(12,4),
    x_forwarded_for                              text,
    unique (increment_id, store_id),
    foreign key (customer_id) references customer_entity (entity_id) on delete set null,
    foreign key (store_id) references store (store_id) on delete set null
);
create index sales_order_customer_id on sales_order (customer_id);
create index sales_order_store_id on sales_order (store_id);
create index sales_order_status on sales_order (status);
create index sales_order_state on sales_order (state);
create index sales_order_created_at on sales_order (created_at);
create index sales_order_ext_order_id on sales_order (ext_order_id);
create index sales_order_quote_id on sales_order (quote_id);
create index sales_order_updated_at on sales_order (updated_at);
create index sales_order_send_email on sales_order (send_email);
create index sales_order_email_sent on sales_order (email_sent);

create table sales_order_payment (
    entity_id                    integer       primary key autoincrement,
    parent_id                    integer       not null,
    account_status               text,
    additional_data              text,
    additional_information       text,
    address_status               text,
    amount_authorized            numeric(20,4),
    amount_canceled              numeric(20,4),
    amount_ordered               numeric(20,4),
    amount_paid                  numeric(20,4),
    amount_refunded              numeric(20,4),
    anet_trans_method            text,
    base_amount_authorized       numeric(20,4),
    base_amount_canceled         numeric(20,4),
    base_amount_ordered          numeric(20,4),
    base_amount_paid             numeric(20,4),
    base_amount_paid_online      numeric(20,4),
    base_amount_refunded         numeric(20,4),
    base_amount_refunded_online  numeric(20,4),
    base_shipping_amount         numeric(20,4),
    base_shipping_captured       numeric(20,4),
    base_shipping_refunded       numeric(20,4),
    cc_approval                  text,
    cc_avs_status                text,
    cc_cid_status                text,
    cc_debug_request_body        text,
    cc_debug_response_body       text,
    cc_debug_response_serialized text,
    cc_exp_month                 text,
    cc_exp_year                  text,
    cc_last_4                    text,
    cc_number_enc                text,
    cc_owner                     text,
    cc_secure_verify             text,
    cc_ss_issue                  text,
    cc_ss_start_month            text,
    cc_ss_start_year             text,
    cc_status                    text,
    cc_status_description        text,
    cc_trans_id                  text,
    cc_type                      text,
    echeck_account_name          text,
    echeck_account_type          text,
    echeck_bank_name             text,
    echeck_routing_number        text,
    echeck_type                  text,
    last_trans_id                text,
    method                       text,
    po_number                    text,
    protection_eligibility       text,
    quote_payment_id             integer,
    shipping_amount              numeric(20,4),
    shipping_captured            numeric(20,4),
    shipping_refunded            numeric(20,4),
    foreign key (parent_id) references sales_order (entity_id) on delete cascade
);
create index sales_order_payment_parent_id on sales_order_payment (parent_id);

create table sales_order_address (
    entity_id           integer primary key autoincrement,
    parent_id           integer,
    address_type        text,
    city                text,
    company             text,
    country_id          text,
    customer_address_id integer,
    customer_id         integer,
    email               text,
    fax                 text,
    firstname           text,
    lastname            text,
    middlename          text,
    postcode            text,
    prefix              text,
    quote_address_id    integer,
    region              text,
    region_id           integer,
    street              text,
    suffix              text,
    telephone           text,
    vat_id              text,
    vat_is_valid        integer,
    vat_request_date    text,
    vat_request_id      text,
    vat_request_success integer,
    foreign key (parent_id) references sales_order (entity_id) on delete cascade
);
create index sales_order_address_parent_id on sales_order_address (parent_id);

create table sales_order_item (
    item_id                                 integer       primary key autoincrement,
    order_id                                integer       not null default 0,
    parent_item_id                          integer,
    quote_item_id                           integer,
    store_id                                integer,
    created_at                              text          not null default current_timestamp,
    updated_at                              text          not null default current_timestamp,
    product_id                              integer,
    product_type                            text,
    product_options                         text,
    weight                                  numeric(12,4) default 0,
    is_virtual                              integer,
    sku                                     text,
    name                                    text,
    additional_data                         text,
    amount_refunded                         numeric(20,4) default 0,
    applied_rule_ids                        text,
    base_amount_refunded                    numeric(20,4) default 0,
    base_cost                               numeric(12,4) default 0,
    base_discount_amount                    numeric(20,4) default 0,
    base_discount_invoiced                  numeric(20,4) default 0,
    base_discount_refunded                  numeric(20,4),
    base_discount_tax_compensation_amount   numeric(20,4),
    base_discount_tax_compensation_invoiced numeric(20,4),
    base_discount_tax_compensation_refunded numeric(20,4),
    base_original_price                     numeric(12,4),
    base_price                              numeric(12,4) not null default 0,
    base_price_incl_tax                     numeric(20,4),
    base_row_invoiced                       numeric(20,4) not null default 0,
    base_row_total                          numeric(20,4) not null default 0,
    base_row_total_incl_tax                 numeric(20,4),
    base_tax_amount                         numeric(20,4) default 0,
    base_tax_before_discount                numeric(20,4),
    base_tax_invoiced                       numeric(20,4) default 0,
    base_tax_refunded                       numeric(20,4),
    base_weee_tax_applied_amount            numeric(12,4),
    base_weee_tax_applied_row_amnt          numeric(12,4),
    base_weee_tax_disposition               numeric(12,4),
    base_weee_tax_row_disposition           numeric(12,4),
    description                             text,
    discount_amount                         numeric(20,4) default 0,
    discount_invoiced                       numeric(20,4) default 0,
    discount_percent                        numeric(12,4) default 0,
    discount_refunded                       numeric(20,4),
    discount_tax_compensation_amount        numeric(20,4),
    discount_tax_compensation_canceled      numeric(20,4),
    discount_tax_compensation_invoiced      numeric(20,4),
    discount_tax_compensation_refunded      numeric(20,4),
    ext_order_item_id                       text,
    free_shipping                           integer       not null default 0,
    gift_message_available                  integer,
    gift_message_id                         integer,
    is_qty_decimal                          integer,
    locked_do_invoice                       integer,
    locked_do_ship                          integer,
    no_discount                             integer       not null default 0,
    original_price                          numeric(12,4),
    price                                   numeric(12,4) not null default 0,
    price_incl_tax                          numeric(20,4),
    qty_backordered                         numeric(12,4) default 0,
    qty_canceled                            numeric(12,4) default 0,
    qty_invoiced                            numeric(12,4) default 0,
    qty_ordered                             numeric(12,4) default 0,
    qty_refunded                            numeric(12,4) default 0,
    qty_shipped                             numeric(12,4) default 0,
    row_invoiced                            numeric(20,4) not null default 0,
    row_total                               numeric(20,4) not null default 0,
    row_total_incl_tax                      numeric(20,4),
    row_weight                              numeric(12,4) default 0,
    tax_amount                              numeric(20,4) default 0,
    tax_before_discount                     numeric(20,4),
    tax_canceled                            numeric(12,4),
    tax_invoiced                            numeric(20,4) default 0,
    tax_percent                             numeric(12,4) default 0,
    tax_refunded                            numeric(20,4),
    weee_tax_applied                        text,
    weee_tax_applied_amount                 numeric(12,4),
    weee_tax_applied_row_amount             numeric(12,4),
    weee_tax_disposition                    numeric(12,4),
    weee_tax_row_disposition                numeric(12,4),
    foreign key (order_id) references sales_order (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete set null
);
create index sales_order_item_order_id on sales_order_item (order_id);
create index sales_order_item_store_id on sales_order_item (store_id);

create table sales_order_tax (
    tax_id           integer       primary key autoincrement,
    amount           numeric(20,4),
    base_amount      numeric(20,4),
    base_real_amount numeric(20,4),
    code             text,
    order_id         integer       not null,
    percent          numeric(12,4),
    position         integer       not null,
    priority         integer       not null,
    process          integer       not null,
    title            text
);
create index sales_order_tax_order_id_priority_position on sales_order_tax (order_id, priority, position);

create table sales_order_tax_item (
    tax_item_id        integer       primary key autoincrement,
    associated_item_id integer,
    tax_id             integer       not null,
    item_id            integer,
    amount             numeric(20,4) not null,
    base_amount        numeric(20,4) not null,
    real_amount        numeric(20,4) not null,
    real_base_amount   numeric(20,4) not null,
    tax_percent        numeric(12,4) not null,
    taxable_item_type  text          not null,
    unique (tax_id, item_id),
    foreign key (associated_item_id) references sales_order_item (item_id) on delete cascade,
    foreign key (tax_id) references sales_order_tax (tax_id) on delete cascade,
    foreign key (item_id) references sales_order_item (item_id) on delete cascade
);
create index sales_order_tax_item_associated_item_id on sales_order_tax_item (associated_item_id);
create index sales_order_tax_item_item_id on sales_order_tax_item (item_id);

create table sales_payment_transaction (
    transaction_id         integer primary key autoincrement,
    order_id               integer not null default 0,
    parent_id              integer,
    payment_id             integer not null default 0,
    txn_id                 text,
    additional_information text,
    created_at             text    not null default current_timestamp,
    is_closed              integer not null default 1,
    parent_txn_id          text,
    txn_type               text,
    unique (order_id, payment_id, txn_id),
    foreign key (order_id) references sales_order (entity_id) on delete cascade,
    foreign key (parent_id) references sales_payment_transaction (transaction_id) on delete cascade,
    foreign key (payment_id) references sales_order_payment (entity_id) on delete cascade
);
create index sales_payment_transaction_parent_id on sales_payment_transaction (parent_id);
create index sales_payment_transaction_payment_id on sales_payment_transaction (payment_id);

-- Invoices, shipments and credit memos.

create table sales_invoice (
    entity_id                                    integer       primary key autoincrement,
    order_id                                     integer       not null,
    store_id                                     integer,
    increment_id                                 text,
    base_currency_code                           text,
    base_discount_amount                         numeric(20,4),
    base_discount_tax_compensation_amount        numeric(20,4),
    base_grand_total                             numeric(20,4),
    base_shipping_amount                         numeric(20,4),
    base_shipping_discount_tax_compensation_amnt numeric(20,4),
    base_shipping_incl_tax                       numeric(20,4),
    base_shipping_tax_amount                     numeric(20,4),
    base_subtotal                                numeric(20,4),
    base_subtotal_incl_tax                       numeric(20,4),
    base_tax_amount                              numeric(20,4),
    base_to_global_rate                          numeric(20,4),
    base_to_order_rate                           numeric(20,4),
    base_total_refunded                          numeric(20,4),
    billing_address_id                           integer,
    can_void_flag                                integer,
    created_at                                   text          not null default current_timestamp,
    customer_note                                text,
    customer_note_notify                         integer,
    discount_amount                              numeric(20,4),
    discount_description                         text,
    discount_tax_compensation_amount             numeric(20,4),
    email_sent                                   integer,
    global_currency_code                         text,
    grand_total                                  numeric(20,4),
    is_used_for_refund                           integer,
    order_currency_code                          text,
    send_email                                   integer,
    shipping_address_id                          integer,
    shipping_amount                              numeric(20,4),
    shipping_discount_tax_compensation_amount    numeric(20,4),
    shipping_incl_tax                            numeric(20,4),
    shipping_tax_amount                          numeric(20,4),
    state                                        integer,
    store_currency_code                          text,
    store_to_base_rate                           numeric(20,4),
    store_to_order_rate                          numeric(20,4),
    subtotal                                     numeric(20,4),
    subtotal_incl_tax                            numeric(20,4),
    tax_amount                                   numeric(20,4),
    total_qty                                    numeric(12,4),
    transaction_id                               text,
    updated_at                                   text          not null default current_timestamp,
    unique (increment_id, store_id),
    foreign key (order_id) references sales_order (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete set null
);
create index sales_invoice_order_id on sales_invoice (order_id);
create index sales_invoice_store_id on sales_invoice (store_id);
create index sales_invoice_grand_total on sales_invoice (grand_total);
create index sales_invoice_state on sales_invoice (state);
create index sales_invoice_created_at on sales_invoice (created_at);
create index sales_invoice_updated_at on sales_invoice (updated_at);
create index sales_invoice_send_email on sales_invoice (send_email);
create index sales_invoice_email_sent on sales_invoice (email_sent);

create table sales_invoice_item (
    entity_id                             integer       primary key autoincrement,
    parent_id                             integer       not null,
    additional_data                       text,
    base_cost                             numeric(12,4),
    base_discount_amount                  numeric(12,4),
    base_discount_tax_compensation_amount numeric(12,4),
    base_price                            numeric(12,4),
    base_price_incl_tax                   numeric(12,4),
    base_row_total                        numeric(20,4),
    base_row_total_incl_tax               numeric(12,4),
    base_tax_amount                       numeric(12,4),
    base_weee_tax_applied_amount          numeric(12,4),
    base_weee_tax_applied_row_amnt        numeric(12,4),
    base_weee_tax_disposition             numeric(12,4),
    base_weee_tax_row_disposition         numeric(12,4),
    description                           text,
    discount_amount                       numeric(12,4),
    discount_tax_compensation_amount      numeric(12,4),
    name                                  text,
    order_item_id                         integer,
    price                                 numeric(12,4),
    price_incl_tax                        numeric(12,4),
    product_id                            integer,
    qty                                   numeric(12,4),
    row_total                             numeric(20,4),
    row_total_incl_tax                    numeric(12,4),
    sku                                   text,
    tax_amount                            numeric(12,4),
    tax_ratio                             text,
    weee_tax_applied                      text,
    weee_tax_applied_amount               numeric(12,4),
    weee_tax_applied_row_amount           numeric(12,4),
    weee_tax_disposition                  numeric(12,4),
    weee_tax_row_disposition              numeric(12,4),
    foreign key (parent_id) references sales_invoice (entity_id) on delete cascade
);
create index sales_invoice_item_parent_id on sales_invoice_item (parent_id);

create table sales_shipment (
    entity_id            integer       primary key autoincrement,
    order_id             integer       not null,
    store_id             integer,
    increment_id         text,
    billing_address_id   integer,
    created_at           text          not null default current_timestamp,
    customer_id          integer,
    customer_note        text,
    customer_note_notify integer,
    email_sent           integer,
    packages             text,
    send_email           integer,
    shipment_status      integer,
    shipping_address_id  integer,
    shipping_label       text,
    total_qty            numeric(12,4),
    total_weight         numeric(12,4),
    updated_at           text          not null default current_timestamp,
    unique (increment_id, store_id),
    foreign key (order_id) references sales_order (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete set null
);
create index sales_shipment_order_id on sales_shipment (order_id);
create index sales_shipment_store_id on sales_shipment (store_id);
create index sales_shipment_total_qty on sales_shipment (total_qty);
create index sales_shipment_created_at on sales_shipment (created_at);
create index sales_shipment_updated_at on sales_shipment (updated_at);
create index sales_shipment_send_email on sales_shipment (send_email);
create index sales_shipment_email_sent on sales_shipment (email_sent);

create table sales_shipment_item (
    entity_id       integer       primary key autoincrement,
    parent_id       integer       not null,
    additional_data text,
    description     text,
    name            text,
    order_item_id   integer,
    price           numeric(20,4),
    product_id      integer,
    qty             numeric(12,4),
    row_total       numeric(20,4),
    sku             text,
    weight          numeric(12,4),
    foreign key (parent_id) references sales_shipment (entity_id) on delete cascade
);
create index sales_shipment_item_parent_id on sales_shipment_item (parent_id);

create table sales_shipment_track (
    entity_id    integer       primary key autoincrement,
    parent_id    integer       not null,
    carrier_code text,
    created_at   text          not null default current_timestamp,
    description  text,
    order_id     integer       not null,
    qty          numeric(12,4),
    title        text,
    track_number text,
    updated_at   text          not null default current_timestamp,
    weight       numeric(12,4),
    foreign key (parent_id) references sales_shipment (entity_id) on delete cascade
);
create index sales_shipment_track_parent_id on sales_shipment_track (parent_id);
create index sales_shipment_track_created_at on sales_shipment_track (created_at);

create table sales_creditmemo (
    entity_id                                    integer       primary key autoincrement,
    order_id                                     integer       not null,
    store_id                                     integer,
    increment_id                                 text,
    adjustment                                   numeric(20,4),
    adjustment_negative                          numeric(20,4),
    adjustment_positive                          numeric(20,4),
    base_adjustment                              numeric(20,4),
    base_adjustment_negative                     numeric(20,4),
    base_adjustment_positive                     numeric(20,4),
    base_currency_code                           text,
    base_discount_amount                         numeric(20,4),
    base_discount_tax_compensation_amount        numeric(20,4),
    base_grand_total                             numeric(20,4),
    base_shipping_amount                         numeric(20,4),
    base_shipping_discount_tax_compensation_amnt numeric(20,4),
    base_shipping_incl_tax                       numeric(20,4),
    base_shipping_tax_amount                     numeric(20,4),
    base_subtotal                                numeric(20,4),
    base_subtotal_incl_tax                       numeric(20,4),
    base_tax_amount                              numeric(20,4),
    base_to_global_rate                          numeric(20,4),
    base_to_order_rate                           numeric(20,4),
    billing_address_id                           integer,
    created_at                                   text          not null default current_timestamp,
    creditmemo_status                            integer,
    customer_note                                text,
    customer_note_notify                         integer,
    discount_amount                              numeric(20,4),
    discount_description                         text,
    discount_tax_compensation_amount             numeric(20,4),
    email_sent                                   integer,
    global_currency_code                         text,
    grand_total                                  numeric(20,4),
    invoice_id                                   integer,
    order_currency_code                          text,
    send_email                                   integer,
    shipping_address_id                          integer,
    shipping_amount                              numeric(20,4),
    shipping_discount_tax_compensation_amount    numeric(20,4),
    shipping_incl_tax                            numeric(20,4),
    shipping_tax_amount                          numeric(20,4),
    state                                        integer,
    store_currency_code                          text,
    store_to_base_rate                           numeric(20,4),
    store_to_order_rate                          numeric(20,4),
    subtotal                                     numeric(20,4),
    subtotal_incl_tax                            numeric(20,4),
    tax_amount                                   numeric(20,4),
    transaction_id                               text,
    updated_at                                   text          not null default current_timestamp,
    unique (increment_id, store_id),
    foreign key (order_id) references sales_order (entity_id) on delete cascade,
    foreign key (store_id) references store (store_id) on delete set null
);
create index sales_creditmemo_order_id on sales_creditmemo (order_id);
create index sales_creditmemo_store_id on sales_creditmemo (store_id);
create index sales_creditmemo_creditmemo_status on sales_creditmemo (creditmemo_status);
create index sales_creditmemo_state on sales_creditmemo (state);
create index sales_creditmemo_created_at on sales_creditmemo (created_at);
create index sales_creditmemo_updated_at on sales_creditmemo (updated_at);
create index sales_creditmemo_send_email on sales_creditmemo (send_email);
create index sales_creditmemo_email_sent on sales_creditmemo (email_sent);

create table sales_creditmemo_item (
    entity_id                             integer       primary key autoincrement,
    parent_id                             integer       not null,
    additional_data                       text,
    base_cost                             numeric(12,4),
    base_discount_amount                  numeric(12,4),
    base_discount_tax_compensation_amount numeric(12,4),
    base_price                            numeric(12,4),
    base_price_incl_tax                   numeric(12,4),
    base_row_total                        numeric(12,4),
    base_row_total_incl_tax               numeric(12,4),
    base_tax_amount                       numeric(12,4),
    base_weee_tax_applied_amount          numeric(12,4),
    base_weee_tax_applied_row_amnt        numeric(12,4),
    base_weee_tax_disposition             numeric(12,4),
    base_weee_tax_row_disposition         numeric(12,4),
    description                           text,
    discount_amount                       numeric(12,4),
    discount_tax_compensation_amount      numeric(12,4),
    name                                  text,
    order_item_id                         integer,
    price                                 numeric(12,4),
    price_incl_tax                        numeric(12,4),
    product_id                            integer,
    qty                                   numeric(12,4),
    row_total                             numeric(12,4),
    row_total_incl_tax                    numeric(12,4),
    sku                                   text,
    tax_amount                            numeric(12,4),
    tax_ratio                             text,
    weee_tax_applied                      text,
    weee_tax_applied_amount               numeric(12,4),
    weee_tax_applied_row_amount           numeric(12,4),
    weee_tax_disposition                  numeric(12,4),
    weee_tax_row_disposition              numeric(12,4),
    foreign key (parent_id) references sales_creditmemo (entity_id) on delete cascade
);
create index sales_creditmemo_item_parent_id on sales_creditmemo_item (parent_id);

create table sales_creditmemo_comment (
    entity_id            integer primary key autoincrement,
    parent_id            integer not null,
    comment              text,
    created_at           text    not null default current_timestamp,
    is_customer_notified integer,
    is_visible_on_front  integer not null default 0,
    foreign key (parent_id) references sales_creditmemo (entity_id) on delete cascade
);
create index sales_creditmemo_comment_parent_id on sales_creditmemo_comment (parent_id);
create index sales_creditmemo_comment_created_at on sales_creditmemo_comment (created_at);
