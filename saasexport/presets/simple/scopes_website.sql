-- The website of a shop of one table, with its one store and store view.
-- Made for a homemade shop; change whatever yours has otherwise.

-- feed: scopesWebsite
-- entity: product.sku text

-- It is the item of the first product: of that which is first now, and of that which was.
-- watch: product.sku via first

-- name: items
select sku as entity,
       '1' as websiteId,
       'base' as websiteCode,
       json_array(json_object('storeId', '1', 'storeCode', 'main',
                              'storeViews', json_array(json_object('storeViewId', '1',
                                                                   'storeViewCode', 'default')))) as stores
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
