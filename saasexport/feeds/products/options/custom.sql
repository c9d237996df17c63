-- Custom options: those with values to choose from, and those a shopper fills in (feeds.md 3.1.8, 3.1.9).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: options
-- Options of products; one without a title in store 0 does not exist.
select option_id,
       product_id,
       type,
       is_require,
       sku,
       max_characters,
       file_extension,
       image_size_x,
       image_size_y,
       sort_order
  from catalog_product_option
 where product_id in (select value from json_each(:ids))
   and exists (select 1
                 from catalog_product_option_title as title
                where title.option_id = catalog_product_option.option_id
                  and title.store_id = 0)
 order by sort_order, option_id;

-- name: titles
select option_id, store_id, title
  from catalog_product_option_title
 where option_id in (select value from json_each(:ids));

-- name: prices
select option_id, store_id, price
  from catalog_product_option_price
 where option_id in (select value from json_each(:ids));

-- name: option_values
-- Values of options, those with a title in store 0.
select option_type_id, option_id, sku, sort_order
  from catalog_product_option_type_value
 where option_id in (select value from json_each(:ids))
   and exists (select 1
                 from catalog_product_option_type_title as title
                where title.option_type_id = catalog_product_option_type_value.option_type_id
                  and title.store_id = 0)
 order by option_type_id;

-- name: value_titles
select option_type_id, store_id, title
  from catalog_product_option_type_title
 where option_type_id in (select value from json_each(:ids));

-- name: value_prices
select option_type_id, store_id, price, price_type
  from catalog_product_option_type_price
 where option_type_id in (select value from json_each(:ids));

-- name: via_custom_option
select product_id
  from catalog_product_option
 where option_id in (select value from json_each(:keys));

-- name: via_custom_option_value
select option.product_id
  from catalog_product_option_type_value as value
 cross join catalog_product_option as option on option.option_id = value.option_id
 where value.option_type_id in (select value from json_each(:keys));
