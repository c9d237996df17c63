-- Prices of a shop of one table: product(sku, name, description, price, quantity, image, category).
-- Made for a homemade shop; change whatever yours has otherwise.

-- feed: prices
-- entity: product.sku text

-- name: items
select sku as entity,
       number_of('' || sku) as productId,
       sku,
       'SIMPLE' as type,
       '0' as customerGroupCode,
       'base' as websiteCode,
       price as regular
  from product
 where sku in (select value from json_each(:ids))
 order by sku;

-- name: id_sku
select value
  from json_each(:keys);
