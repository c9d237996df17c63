-- Variants of django-oscar: one item for each child product that is chosen by an option.
-- Made for django-oscar 4.2.

-- feed: variants
-- entity: catalogue_product.id

-- An item names both products' SKUs.
-- watch: catalogue_product.id via children
-- watch: partner_stockrecord.product_id via children
-- What a child is chosen by: the value, its attribute and its option.
-- watch: catalogue_productattributevalue.product_id
-- watch: catalogue_productattribute.id via attribute
-- watch: catalogue_attributeoption.id via option

-- name: items
with pair as (
    select child.id, child.parent_id, child.upc, parent.upc as parent_upc
      from catalogue_product as child
      join catalogue_product as parent on parent.id = child.parent_id
     where child.id in (select value from json_each(:ids))
       and exists (select 1
                     from catalogue_productattributevalue as stored
                     join catalogue_productattribute as attribute
                       on attribute.id = stored.attribute_id
                      and attribute.type = 'option'
                     join catalogue_attributeoption as choice on choice.id = stored.value_option_id
                    where stored.product_id = child.id)
),
stock as (
    select product_id, partner_sku, min(id)
      from partner_stockrecord
     where product_id in (select id from pair union select parent_id from pair)
     group by product_id
),
named as (
    select pair.id, pair.parent_id,
           coalesce(nullif(own.partner_sku, ''), nullif(pair.upc, ''), 'oscar-' || pair.id) as sku,
           coalesce(nullif(above.partner_sku, ''), nullif(pair.parent_upc, ''), 'oscar-' || pair.parent_id)
               as parent_sku
      from pair
      left join stock as own on own.product_id = pair.id
      left join stock as above on above.product_id = pair.parent_id
)
select id as entity,
       md5('configurable/' || parent_sku || '/' || sku) as id,
       parent_id as parentId,
       number_of(id) as productId,
       parent_sku as parentSku,
       sku as productSku
  from named
 order by named.id;

-- name: optionValues
select stored.product_id as entity,
       attribute.code as attributeCode,
       base64('configurable/' || attribute.id || '/' || choice.id) as uid,
       choice.option as label,
       choice.id as valueIndex
  from catalogue_productattributevalue as stored
  join catalogue_productattribute as attribute on attribute.id = stored.attribute_id and attribute.type = 'option'
  join catalogue_attributeoption as choice on choice.id = stored.value_option_id
  join catalogue_product as child on child.id = stored.product_id
  join catalogue_product as parent on parent.id = child.parent_id
 where stored.product_id in (select value from json_each(:ids))
 order by stored.product_id, attribute.id;

-- name: via_children
select value
  from json_each(:keys)
union
select id
  from catalogue_product
 where parent_id in (select value from json_each(:keys));

-- name: via_attribute
select product_id
  from catalogue_productattributevalue
 where attribute_id in (select value from json_each(:keys));

-- name: via_option
select product_id
  from catalogue_productattributevalue
 where value_option_id in (select value from json_each(:keys));

-- name: id_sku
select product_id
  from partner_stockrecord
 where partner_sku in (select value from json_each(:keys))
union
select id
  from catalogue_product
 where upc in (select value from json_each(:keys));
