-- A shop with the tables and columns of Vendure that its preset reads.

create table channel (
    id integer primary key, code varchar not null, defaultLanguageCode varchar not null, availableLanguageCodes text,
    defaultCurrencyCode varchar not null, trackInventory boolean not null default 1,
    outOfStockThreshold integer not null default 0
);
create table product (
    id integer primary key, createdAt datetime not null default '2026-01-02 03:04:05',
    updatedAt datetime not null default '2026-01-03 03:04:05', deletedAt datetime, enabled boolean not null default 1,
    featuredAssetId integer
);
create table product_translation (
    id integer primary key, baseId integer, languageCode varchar, name varchar, slug varchar, description text
);
create index product_translation_base on product_translation (baseId);
create table product_channels_channel (productId integer, channelId integer, primary key (productId, channelId));
create table product_variant (
    id integer primary key, createdAt datetime not null default '2026-01-04 03:04:05',
    updatedAt datetime not null default '2026-01-05 03:04:05', deletedAt datetime, enabled boolean not null default 1,
    sku varchar not null, outOfStockThreshold integer not null default 0,
    useGlobalOutOfStockThreshold boolean not null default 1, trackInventory varchar not null default 'INHERIT',
    featuredAssetId integer, taxCategoryId integer, productId integer
);
create index product_variant_product on product_variant (productId);
create table product_variant_translation (id integer primary key, baseId integer, languageCode varchar, name varchar);
create index product_variant_translation_base on product_variant_translation (baseId);
create table product_variant_channels_channel (
    productVariantId integer, channelId integer, primary key (productVariantId, channelId)
);
create table product_variant_price (
    id integer primary key, variantId integer, channelId integer, currencyCode varchar, price integer
);
create table facet (id integer primary key, code varchar not null, isPrivate boolean not null default 0);
create table facet_translation (id integer primary key, baseId integer, languageCode varchar, name varchar);
create table facet_channels_channel (facetId integer, channelId integer, primary key (facetId, channelId));
create table facet_value (id integer primary key, facetId integer not null);
create table facet_value_translation (id integer primary key, baseId integer, languageCode varchar, name varchar);
create table product_facet_values_facet_value (
    productId integer, facetValueId integer, primary key (productId, facetValueId)
);
create table product_variant_facet_values_facet_value (
    productVariantId integer, facetValueId integer, primary key (productVariantId, facetValueId)
);
create table product_option_group (id integer primary key, code varchar not null, deletedAt datetime);
create table product_option_group_translation (id integer primary key, baseId integer, languageCode varchar, name varchar);
create table product_option (id integer primary key, code varchar not null, groupId integer not null);
create table product_option_translation (id integer primary key, baseId integer, languageCode varchar, name varchar);
create table product_variant_options_product_option (
    productVariantId integer, productOptionId integer, primary key (productVariantId, productOptionId)
);
create table asset (id integer primary key, preview varchar not null);
create table asset_translation (id integer primary key, baseId integer, languageCode varchar, name varchar);
create table product_asset (id integer primary key, productId integer, assetId integer, position integer);
create table product_variant_asset (id integer primary key, productVariantId integer, assetId integer, position integer);
create table stock_location_channels_channel (
    stockLocationId integer, channelId integer, primary key (stockLocationId, channelId)
);
create table stock_level (
    id integer primary key, productVariantId integer, stockLocationId integer, stockOnHand integer, stockAllocated integer
);
create table collection (
    id integer primary key, createdAt datetime not null default '2026-01-06 03:04:05',
    updatedAt datetime not null default '2026-01-07 03:04:05', isRoot boolean not null default 0,
    position integer not null, isPrivate boolean not null default 0, parentId integer, featuredAssetId integer
);
create table collection_closure (id_ancestor integer, id_descendant integer, primary key (id_ancestor, id_descendant));
create table collection_translation (
    id integer primary key, baseId integer, languageCode varchar, name varchar, slug varchar, description text
);
create table collection_channels_channel (collectionId integer, channelId integer, primary key (collectionId, channelId));
create table collection_product_variants_product_variant (
    collectionId integer, productVariantId integer, primary key (collectionId, productVariantId)
);
create table customer_group (id integer primary key, name varchar);
create table customer (id integer primary key, emailAddress varchar not null);
create table "order" (
    id integer primary key, updatedAt datetime not null default '2026-03-05 00:00:00', type varchar not null default 'Regular',
    code varchar not null, state varchar not null, active boolean not null default 0, orderPlacedAt datetime,
    shippingAddress text not null default '{}', billingAddress text not null default '{}',
    currencyCode varchar not null default 'USD', customerId integer, subTotal integer, subTotalWithTax integer,
    shipping integer, shippingWithTax integer
);
create table order_channels_channel (orderId integer, channelId integer, primary key (orderId, channelId));
create table order_line (
    id integer primary key, createdAt datetime not null default '2026-03-04 05:06:07', orderId integer, quantity integer,
    listPrice integer, listPriceIncludesTax boolean, adjustments text not null default '[]', taxLines text not null,
    productVariantId integer
);
create table order_line_reference (
    id integer primary key, createdAt datetime not null default '2026-03-06 05:06:07', quantity integer,
    orderLineId integer, fulfillmentId integer, refundId integer
);
create table payment (
    id integer primary key, createdAt datetime not null default '2026-03-04 05:07:00', method varchar, state varchar,
    transactionId varchar, amount integer, orderId integer
);
create table refund (
    id integer primary key, createdAt datetime not null default '2026-03-08 05:07:00', reason varchar, state varchar,
    paymentId integer, items integer, shipping integer, adjustment integer, total integer
);
create table fulfillment (
    id integer primary key, createdAt datetime not null default '2026-03-06 05:06:07',
    updatedAt datetime not null default '2026-03-07 05:06:07', state varchar, trackingCode varchar not null default '',
    method varchar, handlerCode varchar
);
create table order_fulfillments_fulfillment (orderId integer, fulfillmentId integer, primary key (orderId, fulfillmentId));
create table shipping_line (
    id integer primary key, createdAt datetime not null default '2026-03-04 05:06:07', orderId integer,
    shippingMethodId integer
);
create table shipping_method (id integer primary key, code varchar);
create table shipping_method_translation (id integer primary key, baseId integer, languageCode varchar, name varchar);
