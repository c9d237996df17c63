-- A shop with the tables and columns of django-oscar that its preset reads.

create table catalogue_productclass (id integer primary key, name text, slug text, track_stock bool);
create table catalogue_product (
    id               integer primary key,
    structure        varchar(10) not null,
    upc              varchar(64),
    title            varchar(255) not null default '',
    slug             varchar(255) not null default '',
    description      text not null default '',
    meta_title       varchar(255),
    meta_description text,
    date_created     datetime not null default '2026-01-02 03:04:05.678901',
    date_updated     datetime not null default '2026-02-03 04:05:06',
    is_public        bool not null default 1,
    product_class_id integer,
    parent_id        integer
);
create index product_parent on catalogue_product (parent_id);
create index product_class on catalogue_product (product_class_id);
create table catalogue_category (
    id                   integer primary key,
    path                 varchar(255) not null unique,
    depth                integer not null,
    name                 varchar(255) not null,
    slug                 varchar(255) not null,
    description          text not null default '',
    meta_title           varchar(255),
    meta_description     text,
    image                varchar(255),
    is_public            bool not null default 1,
    ancestors_are_public bool not null default 1,
    exclude_from_menu    bool not null default 0
);
create table catalogue_productcategory (id integer primary key, category_id integer, product_id integer);
create index assignment_category on catalogue_productcategory (category_id);
create index assignment_product on catalogue_productcategory (product_id);
create table catalogue_productimage (
    id            integer primary key,
    original      varchar(255) not null,
    caption       varchar(200) not null default '',
    display_order integer not null default 0,
    product_id    integer not null
);
create index image_product on catalogue_productimage (product_id);
create table catalogue_productattribute (
    id               integer primary key,
    name             varchar(128) not null,
    code             varchar(128) not null,
    type             varchar(20) not null,
    required         bool not null default 0,
    product_class_id integer
);
create table catalogue_attributeoption (id integer primary key, option varchar(255) not null, group_id integer);
create table catalogue_productattributevalue (
    id               integer primary key,
    product_id       integer not null,
    attribute_id     integer not null,
    value_text       text,
    value_integer    integer,
    value_boolean    bool,
    value_float      real,
    value_richtext   text,
    value_date       date,
    value_datetime   datetime,
    value_option_id  integer,
    value_file       varchar(255),
    value_image      varchar(255),
    entity_object_id integer,
    unique (attribute_id, product_id)
);
create index value_product on catalogue_productattributevalue (product_id);
create index value_option on catalogue_productattributevalue (value_option_id);
create table catalogue_productattributevalue_value_multi_option (
    id                       integer primary key,
    productattributevalue_id integer not null,
    attributeoption_id       integer not null
);
create index choice_value on catalogue_productattributevalue_value_multi_option (productattributevalue_id);
create index choice_option on catalogue_productattributevalue_value_multi_option (attributeoption_id);
create table catalogue_productrecommendation (
    id                integer primary key,
    primary_id        integer not null,
    recommendation_id integer not null,
    ranking           integer not null default 0
);
create index recommendation_primary on catalogue_productrecommendation (primary_id);
create index recommendation_recommended on catalogue_productrecommendation (recommendation_id);
create table partner_stockrecord (
    id                  integer primary key,
    partner_id          integer not null,
    product_id          integer not null,
    partner_sku         varchar(128) not null,
    price_currency      varchar(12) not null default 'GBP',
    price               decimal,
    num_in_stock        integer,
    num_allocated       integer,
    low_stock_threshold integer,
    unique (partner_id, partner_sku)
);
create index stockrecord_product on partner_stockrecord (product_id);
create table django_site (id integer primary key, domain varchar(100) not null, name varchar(50) not null);
create table auth_user (id integer primary key, first_name text, last_name text, email varchar(254), last_login datetime);
create table reviews_productreview (
    id         integer primary key,
    product_id integer,
    user_id    integer,
    score      smallint not null,
    title      varchar(255) not null,
    body       text not null,
    name       varchar(255) not null default '',
    status     smallint not null
);
create index review_user on reviews_productreview (user_id);
create table order_order (
    id                  integer primary key,
    number              varchar(128) not null unique,
    currency            varchar(12) not null default 'GBP',
    total_incl_tax      decimal not null,
    total_excl_tax      decimal not null,
    shipping_incl_tax   decimal not null,
    shipping_excl_tax   decimal not null,
    shipping_method     varchar(128) not null default '',
    shipping_code       varchar(128) not null default '',
    status              varchar(100) not null,
    guest_email         varchar(254) not null default '',
    date_placed         datetime not null,
    user_id             integer,
    billing_address_id  integer,
    shipping_address_id integer
);
create index order_user on order_order (user_id);
create table order_line (
    id                                   integer primary key,
    order_id                             integer not null,
    partner_sku                          varchar(128) not null,
    title                                varchar(255) not null,
    quantity                             integer not null,
    line_price_incl_tax                  decimal not null,
    line_price_excl_tax                  decimal not null,
    line_price_before_discounts_incl_tax decimal not null,
    line_price_before_discounts_excl_tax decimal not null,
    unit_price_excl_tax                  decimal
);
create index line_order on order_line (order_id);
create table order_billingaddress (
    id integer primary key, first_name text not null, last_name text not null, line1 text not null,
    line2 text not null default '', line3 text not null default '', line4 text not null default '',
    state text not null default '', postcode text not null default '', country_id varchar(2) not null
);
create table order_shippingaddress (
    id integer primary key, first_name text not null, last_name text not null, line1 text not null,
    line2 text not null default '', line3 text not null default '', line4 text not null default '',
    state text not null default '', postcode text not null default '', country_id varchar(2) not null,
    phone_number text not null default '', notes text not null default ''
);
create table order_orderstatuschange (id integer primary key, order_id integer not null, date_created datetime not null);
create index change_order on order_orderstatuschange (order_id);
create table payment_sourcetype (id integer primary key, code varchar(128), name varchar(128));
create table payment_source (
    id integer primary key, order_id integer not null, source_type_id integer not null,
    amount_allocated decimal not null, amount_debited decimal not null, amount_refunded decimal not null
);
create index source_order on payment_source (order_id);
create table payment_transaction (
    id integer primary key, source_id integer not null, txn_type varchar(128), reference varchar(128),
    date_created datetime
);
create index transaction_source on payment_transaction (source_id);
create table order_shippingevent (id integer primary key, order_id integer not null, date_created datetime not null);
create index event_order on order_shippingevent (order_id);
create table order_shippingeventquantity (
    id integer primary key, event_id integer not null, line_id integer not null, quantity integer not null
);
create index quantity_event on order_shippingeventquantity (event_id);
