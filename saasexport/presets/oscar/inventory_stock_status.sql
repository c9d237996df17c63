-- Stock of django-oscar: one item for each product and partner that has it; the partner is the stock.
-- Made for django-oscar 4.2.

-- feed: inventoryStockStatus
-- entity: catalogue_product.id

-- Children are of their parent's product class, which says whether stock is tracked.
-- watch: catalogue_product.id via children
-- watch: catalogue_productclass.id via class
-- watch: partner_stockrecord.product_id

-- name: items
with record as (
    select product_id, partner_id,
           sum(coalesce(num_in_stock, 0)) as quantity,
           sum(coalesce(num_in_stock - coalesce(num_allocated, 0), 0)) as net
      from partner_stockrecord
     where product_id in (select value from json_each(:ids))
     group by product_id, partner_id
),
first as (
    select product_id, partner_sku, min(id)
      from partner_stockrecord
     where product_id in (select value from json_each(:ids))
     group by product_id
)
select product.id as entity,
       record.partner_id as stockId,
       coalesce(nullif(first.partner_sku, ''), nullif(product.upc, ''), 'oscar-' || product.id) as sku,
       number_of(product.id) as productId,
       record.quantity as qty,
       record.net as qtyForSale,
       not coalesce(class.track_stock, 1) as infiniteStock,
       record.net > 0 or not coalesce(class.track_stock, 1) as isSalable
  from record
  join first on first.product_id = record.product_id
  join catalogue_product as product on product.id = record.product_id
  left join catalogue_product as parent on parent.id = product.parent_id
  left join catalogue_productclass as class on class.id = coalesce(product.product_class_id, parent.product_class_id)
 where product.structure <> 'parent'
 order by product.id, record.partner_id;

-- name: via_children
select value
  from json_each(:keys)
union
select id
  from catalogue_product
 where parent_id in (select value from json_each(:keys));

-- name: via_class
with member as (
    select id
      from catalogue_product
     where product_class_id in (select value from json_each(:keys))
)
select id
  from member
union
select id
  from catalogue_product
 where parent_id in (select id from member);

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
