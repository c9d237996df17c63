-- Stock of a shop of one table: product(sku, name, description, price, quantity, image, category).
-- Made for a homemade shop; change whatever yours has otherwise.

-- feed: inventoryStockStatus
-- entity: product.sku text

-- name: items
-- A quantity that is not kept is no stock.
select sku as entity,
       '1' as stockId,
       sku,
       number_of('' || sku) as productId,
       coalesce(quantity, 0) as qty,
       coalesce(quantity, 0) as qtyForSale,
       0 as infiniteStock,
       coalesce(quantity, 0) > 0 as isSalable
  from product
 where sku in (select value from json_each(:ids))
 order by sku;

-- name: id_sku
select value
  from json_each(:keys);
