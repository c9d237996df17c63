-- The options of a product attribute, and who uses them.
-- In the sqlite3 shell:  .parameter set :attribute_id 93   then run a query.

-- name: options
-- Labels per store view; an option without any comes once, without a label.
select attribute_option.option_id, coalesce(label.store_id, 0), label.value
  from eav_attribute_option as attribute_option
  left join eav_attribute_option_value as label on label.option_id = attribute_option.option_id
 where attribute_option.attribute_id = :attribute_id;

-- name: decimal_type
select type
  from pragma_table_info('catalog_product_entity_decimal')
 where name = 'value';

-- name: via_attribute
-- Products with a value for these attributes in some scope.
select entity_id
  from catalog_product_entity_int
 where attribute_id in (select value from json_each(:keys))
 union
select entity_id
  from catalog_product_entity_varchar
 where attribute_id in (select value from json_each(:keys))
 union
select entity_id
  from catalog_product_entity_text
 where attribute_id in (select value from json_each(:keys))
 union
select entity_id
  from catalog_product_entity_decimal
 where attribute_id in (select value from json_each(:keys))
 union
select entity_id
  from catalog_product_entity_datetime
 where attribute_id in (select value from json_each(:keys));

-- name: via_option
-- Products that have one of these options; a multiselect's value is a list: 31,32.
with changed (option_id, attribute_id) as (
    select option_id, attribute_id
      from eav_attribute_option
     where option_id in (select value from json_each(:keys)))
select item.entity_id
  from catalog_product_entity_int as item
 where item.attribute_id in (select attribute_id from changed)
   and item.value in (select option_id from changed)
 union
select item.entity_id
  from changed
  join catalog_product_entity_varchar as item on item.attribute_id = changed.attribute_id
 where instr(',' || replace(replace(item.value, ' ', ''), char(10), '') || ',', ',' || changed.option_id || ',') > 0
 union
select item.entity_id
  from changed
  join catalog_product_entity_text as item on item.attribute_id = changed.attribute_id
 where instr(',' || replace(replace(item.value, ' ', ''), char(10), '') || ',', ',' || changed.option_id || ',') > 0;
