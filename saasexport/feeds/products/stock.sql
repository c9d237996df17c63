-- Stock fields of products (feeds.md 3.1.11), and whose they are: a part's stock is its composite products' too.
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   .parameter set :keys '["24-MB01"]'   then run a query.

-- name: settings
-- Settings of stock items, each with its flag that the configuration is used instead (feeds.md 3.1.5), and the products
-- that have them: most have one of a few sets.
select group_concat(cast(product_id as integer)),
       website_id,
       manage_stock,
       use_config_manage_stock,
       min_sale_qty,
       use_config_min_sale_qty,
       max_sale_qty,
       use_config_max_sale_qty,
       backorders,
       use_config_backorders,
       enable_qty_increments,
       use_config_enable_qty_inc,
       qty_increments,
       use_config_qty_increments
  from cataloginventory_stock_item
 where product_id in (select value from json_each(:ids))
 group by stock_id,
          website_id,
          manage_stock,
          use_config_manage_stock,
          min_sale_qty,
          use_config_min_sale_qty,
          max_sale_qty,
          use_config_max_sale_qty,
          backorders,
          use_config_backorders,
          enable_qty_increments,
          use_config_enable_qty_inc,
          qty_increments,
          use_config_qty_increments
 order by stock_id desc;

-- name: sites
-- Products and their websites.
select product.entity_id, product.type_id, site.website_id
  from catalog_product_entity as product
  join catalog_product_website as site on site.product_id = product.entity_id
 where product.entity_id in (select value from json_each(:ids))
 order by product.entity_id, site.website_id;

-- name: via_stock
-- Products by SKU, and what they are part of.
with changed as (
    select entity_id
      from catalog_product_entity
     where sku in (select value from json_each(:keys))
)
select entity_id from changed
 union
select parent_id from catalog_product_super_link where product_id in changed
 union
select product_id from catalog_product_link where link_type_id = 3 and linked_product_id in changed
 union
select option.parent_id
  from catalog_product_bundle_selection as selection
 cross join catalog_product_bundle_option as option on option.option_id = selection.option_id
 where selection.product_id in changed;

-- name: via_stock_item
-- Products by id, and what they are part of.
select value from json_each(:keys)
 union
select parent_id from catalog_product_super_link where product_id in (select value from json_each(:keys))
 union
select product_id
  from catalog_product_link
 where link_type_id = 3
   and linked_product_id in (select value from json_each(:keys))
 union
select option.parent_id
  from catalog_product_bundle_selection as selection
 cross join catalog_product_bundle_option as option on option.option_id = selection.option_id
 where selection.product_id in (select value from json_each(:keys));

-- name: via_parts
-- What these products are part of, themselves left out.
select parent_id from catalog_product_super_link where product_id in (select value from json_each(:keys))
 union
select product_id
  from catalog_product_link
 where link_type_id = 3
   and linked_product_id in (select value from json_each(:keys))
 union
select option.parent_id
  from catalog_product_bundle_selection as selection
 cross join catalog_product_bundle_option as option on option.option_id = selection.option_id
 where selection.product_id in (select value from json_each(:keys));

-- name: via_stock_source
-- Products with an item in one of these sources, and what they are part of.
with changed as (
    select product.entity_id
      from inventory_source_item as item
     cross join catalog_product_entity as product on product.sku = item.sku
     where item.source_code in (select value from json_each(:keys))
)
select entity_id from changed
 union
select parent_id from catalog_product_super_link where product_id in changed
 union
select product_id from catalog_product_link where link_type_id = 3 and linked_product_id in changed
 union
select option.parent_id
  from catalog_product_bundle_selection as selection
 cross join catalog_product_bundle_option as option on option.option_id = selection.option_id
 where selection.product_id in changed;

-- name: via_stock_id
-- Products of the websites where one of these stocks sells.
select product_website.product_id
  from inventory_stock_sales_channel as channel
 cross join store_website as website on website.code = channel.code
 cross join catalog_product_website as product_website on product_website.website_id = website.website_id
 where channel.type = 'website'
   and channel.stock_id in (select value from json_each(:keys));

-- name: via_stock_channel
-- Products of the websites with these codes.
select product_website.product_id
  from store_website as website
 cross join catalog_product_website as product_website on product_website.website_id = website.website_id
 where website.code in (select value from json_each(:keys));
