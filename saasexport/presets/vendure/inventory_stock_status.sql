-- Stock of Vendure: one item for each variant and location.
-- Made for Vendure 3.7; ids may be numbers or UUIDs.
--
-- Where a variant inherits its settings of stock, they are those of the default channel.

-- feed: inventoryStockStatus
-- entity: product.id

-- A variant leads to its product, also when it is gone or was moved.
-- watch: product_variant.productId
-- watch: stock_level.productVariantId via variant
-- The default channel's settings of stock.
-- everything: channel

-- name: items
with level as (
    select variant.productId, variant.id, variant.sku,
           stock_level.stockLocationId, stock_level.stockOnHand as on_hand,
           stock_level.stockOnHand - stock_level.stockAllocated as net,
           case variant.trackInventory when 'TRUE' then 0 when 'FALSE' then 1
                else not coalesce(channel.trackInventory, 1) end as is_infinite,
           iif(variant.useGlobalOutOfStockThreshold, coalesce(channel.outOfStockThreshold, 0),
               variant.outOfStockThreshold) as threshold
      from product_variant as variant
      join product on product.id = variant.productId and product.deletedAt is null
      join stock_level on stock_level.productVariantId = variant.id
      left join channel on channel.code = '__default_channel__'
     where variant.productId in (select value from json_each(:ids))
       and variant.deletedAt is null
)
select productId as entity,
       stockLocationId as stockId,
       sku,
       number_of('variant-' || id) as productId,
       on_hand as qty,
       net as qtyForSale,
       is_infinite as infiniteStock,
       is_infinite or net > threshold as isSalable
  from level
 order by productId, sku, stockLocationId;

-- name: via_variant
select productId
  from product_variant
 where id in (select value from json_each(:keys));

-- name: id_sku
select productId
  from product_variant
 where sku in (select value from json_each(:keys))
union
select baseId
  from product_translation
 where slug in (select value from json_each(:keys));
