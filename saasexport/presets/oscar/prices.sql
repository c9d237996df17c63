-- Prices of django-oscar: one item for each product that is sold, at the price of its first stock record.
-- Made for django-oscar 4.2.
--
-- Offers and vouchers are worked out by code when a basket is filled, so they are not exported.

-- feed: prices
-- entity: catalogue_product.id

-- An item names its parent's SKU.
-- watch: catalogue_product.id via family
-- watch: partner_stockrecord.product_id via family

-- name: items
with stock as (
    select product_id, partner_sku, price, min(id)
      from partner_stockrecord
     where product_id in (select value from json_each(:ids))
     group by product_id
)
select product.id as entity,
       number_of(product.id) as productId,
       coalesce(nullif(stock.partner_sku, ''), nullif(product.upc, ''), 'oscar-' || product.id) as sku,
       'SIMPLE' as type,
       '0' as customerGroupCode,
       'base' as websiteCode,
       stock.price as regular,
       iif(stock.price is null, 'regular: the stock record has no price', null) as error
  from stock
  join catalogue_product as product on product.id = stock.product_id
 where product.structure <> 'parent'
 order by product.id;

-- name: parents
select child.id as entity,
       'CONFIGURABLE' as type,
       coalesce(nullif(stock.partner_sku, ''), nullif(parent.upc, ''), 'oscar-' || parent.id) as sku
  from catalogue_product as child
  join catalogue_product as parent on parent.id = child.parent_id
  left join (select product_id, partner_sku, min(id)
               from partner_stockrecord
              where product_id in (select parent_id
                                     from catalogue_product
                                    where id in (select value from json_each(:ids)))
              group by product_id) as stock on stock.product_id = parent.id
 where child.id in (select value from json_each(:ids))
   and exists (select 1
                 from partner_stockrecord
                where product_id = child.id)
 order by child.id;

-- name: via_family
select value
  from json_each(:keys)
union
select id
  from catalogue_product
 where parent_id in (select value from json_each(:keys));

-- name: id_sku
with wanted as (
    select value as sku
      from json_each(:keys)
)
select product_id
  from partner_stockrecord
 where partner_sku in (select sku from wanted)
union
select id
  from catalogue_product
 where upc in (select sku from wanted)
union
select id
  from catalogue_product
 where id in (select cast(substr(sku, 7) as integer) from wanted where sku like 'oscar-%');
