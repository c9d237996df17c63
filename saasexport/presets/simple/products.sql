-- Products of a shop of one table: product(sku, name, description, price, quantity, image, category).
-- Made for a homemade shop; change whatever yours has otherwise.

-- feed: products
-- entity: product.sku text

-- name: items
select sku as entity,
       sku,
       'default' as storeViewCode,
       'main' as storeCode,
       'base' as websiteCode,
       name,
       number_of('' || sku) as productId,
       'simple' as type,
       nullif(description, '') as description,
       iif(coalesce(image, '') = '', null, json_object('url', image, 'label', name)) as image,
       iif(coalesce(image, '') = '', null, json_object('url', image, 'label', name)) as smallImage,
       iif(coalesce(image, '') = '', null, json_object('url', image, 'label', name)) as thumbnail,
       'Enabled' as status,
       'Catalog, Search' as visibility,
       '0' as taxClassId,
       '2000-01-01 00:00:00' as createdAt,
       '2000-01-01 00:00:00' as updatedAt,
       lower(replace(trim(sku), ' ', '-')) as urlKey,
       1 as displayable,
       coalesce(quantity, 0) > 0 as buyable,
       coalesce(quantity, 0) > 0 as inStock,
       0 as lowStock
  from product
 where sku in (select value from json_each(:ids))
 order by sku;

-- name: categories
select sku as entity, lower(replace(trim(category), ' ', '-')) as path
  from product
 where sku in (select value from json_each(:ids))
   and trim(category) <> ''
 order by sku;

-- name: categoryData
select sku as entity,
       category as categoryId,
       lower(replace(trim(category), ' ', '-')) as categoryPath,
       0 as productPosition
  from product
 where sku in (select value from json_each(:ids))
   and trim(category) <> ''
 order by sku;

-- name: media_gallery
select sku as entity,
       image as url,
       coalesce(name, '') as label,
       json_array('image', 'small_image', 'thumbnail') as types,
       0 as sort_order
  from product
 where sku in (select value from json_each(:ids))
   and image <> ''
 order by sku;

-- name: images
select sku as entity,
       json_object('url', image, 'label', coalesce(name, ''),
                   'roles', json_array('image', 'small_image', 'thumbnail')) as resource,
       '0' as sortOrder
  from product
 where sku in (select value from json_each(:ids))
   and image <> ''
 order by sku;

-- name: id_sku
select value
  from json_each(:keys);
