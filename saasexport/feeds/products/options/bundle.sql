-- The options of bundles and what can be chosen for them (feeds.md 3.1.8, bundle).
-- In the sqlite3 shell:  .parameter set :ids '[3]'   then run a query.

-- name: options
select option_id, parent_id, required, position, type
  from catalog_product_bundle_option
 where parent_id in (select value from json_each(:ids))
 order by option_id;

-- name: titles
select option_id, store_id, title
  from catalog_product_bundle_option_value
 where option_id in (select value from json_each(:ids));

-- name: selections
select selection.selection_id,
       selection.option_id,
       child.entity_id,
       child.sku,
       selection.position,
       selection.is_default,
       selection.selection_price_type,
       selection.selection_price_value,
       selection.selection_qty,
       selection.selection_can_change_qty
  from catalog_product_bundle_selection as selection
 cross join catalog_product_entity as child on child.entity_id = selection.product_id
 where selection.option_id in (select value from json_each(:ids))
 order by selection.selection_id;

-- name: names
select entity_id, store_id, value
  from catalog_product_entity_varchar
 where entity_id in (select value from json_each(:ids))
   and attribute_id = (select attribute_id
                         from eav_attribute
                         join eav_entity_type using (entity_type_id)
                        where attribute_code = 'name'
                          and entity_type_code = 'catalog_product');

-- name: prices
-- Prices of selections per website.
select selection_id, website_id, selection_price_value
  from catalog_product_bundle_selection_price
 where selection_id in (select value from json_each(:ids));

-- name: via_bundle_option
select parent_id
  from catalog_product_bundle_option
 where option_id in (select value from json_each(:keys));

-- name: via_bundle_selection
select option.parent_id
  from catalog_product_bundle_selection as selection
 cross join catalog_product_bundle_option as option on option.option_id = selection.option_id
 where selection.selection_id in (select value from json_each(:keys));

-- name: via_bundle_child
-- Bundles that offer these products.
select option.parent_id
  from catalog_product_bundle_selection as selection
 cross join catalog_product_bundle_option as option on option.option_id = selection.option_id
 where selection.product_id in (select value from json_each(:keys));
