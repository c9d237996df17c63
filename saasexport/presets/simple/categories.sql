-- Categories of a shop of one table: what stands in product.category, once each.
-- Made for a homemade shop; change whatever yours has otherwise.
--
-- A category is at level 2, as the root category of a store view, which there is none of, is at level 1.

-- feed: categories
-- entity: product.category text

-- name: walk
select distinct category
  from product
 where category > :after
   and trim(category) <> ''
 order by category
 limit :limit;

-- name: items
select distinct category as entity,
       category as categoryId,
       'default' as storeViewCode,
       'main' as storeCode,
       'base' as websiteCode,
       trim(category) as name,
       lower(replace(trim(category), ' ', '-')) as urlKey,
       lower(replace(trim(category), ' ', '-')) as urlPath,
       2 as level,
       category as path,
       '0' as parentId,
       0 as position,
       1 as isAnchor,
       1 as includeInMenu,
       1 as isActive,
       '2000-01-01 00:00:00' as createdAt,
       '2000-01-01 00:00:00' as updatedAt
  from product
 where category in (select value from json_each(:ids))
   and trim(category) <> ''
 order by category;
