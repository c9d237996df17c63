-- Categories of django-oscar, a tree that treebeard keeps in paths of four letters a level.
-- Made for django-oscar 4.2.
--
-- Levels begin at 2, as the root category of a store view, which oscar has not, is at level 1.  Oscar keeps no
-- times of categories.

-- feed: categories
-- entity: catalogue_category.id

-- The path leads to what is below a category and to the category above it, also when its row is gone.
-- watch: catalogue_category.path via branch
-- Pictures have the address of the first site.
-- everything: django_site

-- name: items
with recursive branch (category_id, path, ids, url) as (
    select id, path, '' || id, slug
      from catalogue_category
     where id in (select value from json_each(:ids))
    union all
    select branch.category_id, above.path, above.id || '/' || branch.ids, above.slug || '/' || branch.url
      from branch
      join catalogue_category as above on above.path = substr(branch.path, 1, length(branch.path) - 4)
     where length(branch.path) > 4
),
place as (
    select category_id, ids, url, min(length(path))
      from branch
     group by category_id
)
select category.id as entity,
       category.id as categoryId,
       'default' as storeViewCode,
       'main' as storeCode,
       'base' as websiteCode,
       category.name,
       nullif(category.description, '') as description,
       nullif(category.meta_title, '') as metaTitle,
       nullif(category.meta_description, '') as metaDescription,
       category.slug as urlKey,
       place.url as urlPath,
       'https://' || (select domain from django_site order by id limit 1) || '/media/' || nullif(category.image, '')
           as image,
       category.depth + 1 as level,
       place.ids as path,
       coalesce(above.id, '0') as parentId,
       -- The number that the last four letters of the path are, to the base of 36.
       46656 * (instr('123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(category.path, -4, 1)))
           + 1296 * (instr('123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(category.path, -3, 1)))
           + 36 * (instr('123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(category.path, -2, 1)))
           + instr('123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(category.path, -1, 1)) as position,
       category.is_public and category.ancestors_are_public as isActive,
       category.is_public and category.ancestors_are_public and not category.exclude_from_menu as includeInMenu,
       '2000-01-01 00:00:00' as createdAt,
       '2000-01-01 00:00:00' as updatedAt
  from place
  join catalogue_category as category on category.id = place.category_id
  left join catalogue_category as above on above.path = substr(category.path, 1, length(category.path) - 4)
 order by category.id;

-- name: children
select category.id as entity, below.id as child
  from catalogue_category as category
  join catalogue_category as below
    on below.path > category.path
   and below.path < category.path || '~'
   and length(below.path) = length(category.path) + 4
 where category.id in (select value from json_each(:ids))
   and below.is_public
 order by category.id, below.path;

-- name: via_branch
select category.id
  from json_each(:keys) as changed
  join catalogue_category as category on category.path >= changed.value and category.path < changed.value || '~'
union
select category.id
  from json_each(:keys) as changed
  join catalogue_category as category on category.path = substr(changed.value, 1, length(changed.value) - 4);
