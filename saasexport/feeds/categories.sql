-- The categories feed (feeds.md 3.3).
-- In the sqlite3 shell:  .parameter set :ids '[2, 3]'   then run a query.

-- name: count
-- Once per store view whose root category is the category or above it (feeds.md 3.3.1).
select count(*)
  from store
  join store_group on store_group.group_id = store.group_id
  join store_website on store_website.website_id = store.website_id
  join catalog_category_entity as category
    on instr(category.path || '/', '/' || store_group.root_category_id || '/') > 0
 where store.store_id <> 0
   and typeof(category.entity_id) = 'integer';

-- name: categories
select entity_id,
       parent_id,
       path,
       level,
       position,
       created_at,
       updated_at
  from catalog_category_entity
 where entity_id in (select value from json_each(:ids))
 order by entity_id;

-- name: is_html_allowed
-- Whether the description may hold HTML (feeds.md 3.3.1).
select catalog_eav_attribute.is_html_allowed_on_front
  from catalog_eav_attribute
  join eav_attribute on eav_attribute.attribute_id = catalog_eav_attribute.attribute_id
  join eav_entity_type on eav_entity_type.entity_type_id = eav_attribute.entity_type_id
 where eav_entity_type.entity_type_code = 'catalog_category'
   and eav_attribute.attribute_code = 'description';

-- name: sortable
-- Product attributes by which a category can be sorted (feeds.md 3.3.3, defaultSortBy).
select eav_attribute.attribute_code
  from catalog_eav_attribute
  join eav_attribute on eav_attribute.attribute_id = catalog_eav_attribute.attribute_id
  join eav_entity_type on eav_entity_type.entity_type_id = eav_attribute.entity_type_id
 where eav_entity_type.entity_type_code = 'catalog_product'
   and catalog_eav_attribute.used_for_sort_by = 1
 order by eav_attribute.attribute_id;

-- name: via_family
-- Categories, those below them, whose paths hold their ids, and their parents, which list them as children.
with changed (category_id) as (select value from json_each(:keys))
select category_id
  from changed
 union
select category.entity_id
  from catalog_category_entity as category,
       json_each(case when category.path glob '*[^0-9/]*' then '[]'
                      else '["' || replace(category.path, '/', '","') || '"]' end) as above
 where above.value in (select cast(category_id as text) from changed)
 union
select substr(above, length(rtrim(above, '0123456789')) + 1)
  from (select rtrim(rtrim(path, '0123456789'), '/') as above
          from catalog_category_entity
         where entity_id in (select category_id from changed))
 where '/' || rtrim(above, '0123456789') like '%/';

-- name: via_parent
-- The parents that paths name: '1/2/7/9' is a child of 7, '1/2/x7/9' of nothing.
select substr(above, length(rtrim(above, '0123456789')) + 1)
  from (select rtrim(rtrim(value, '0123456789'), '/') as above
          from json_each(:keys))
 where '/' || rtrim(above, '0123456789') like '%/';
