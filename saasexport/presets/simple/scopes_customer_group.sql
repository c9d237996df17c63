-- The customer group of a shop of one table: everybody is in group 0.
-- Made for a homemade shop; change whatever yours has otherwise.

-- feed: scopesCustomerGroup
-- entity: product.sku text

-- It is the item of the first product: of that which is first now, and of that which was.
-- watch: product.sku via first

-- name: items
select sku as entity,
       '0' as customerGroupId,
       sha1('0') as customerGroupCode,
       json_array('base') as websites
  from product
 where sku in (select value from json_each(:ids))
   and sku = (select min(sku) from product);

-- name: via_first
-- What was first before these keys came is the first without them.
select min(sku)
  from product
union
select min(sku)
  from product
 where sku not in (select value from json_each(:keys));
