-- Websites, store views and the configuration.  A row whose key is no whole number is none of them.

-- name: store_views
-- Every store view but admin, disabled ones included (feeds.md 3, Conventions).
select store.store_id,
       store.code,
       store_group.group_id,
       store_group.code,
       store_group.root_category_id,
       store_website.website_id,
       store_website.code
  from store
  join store_group on store_group.group_id = store.group_id
  join store_website on store_website.website_id = store.website_id
 where store.store_id <> 0
   and typeof(store.store_id) = 'integer'
   and typeof(store_website.website_id) = 'integer'
 order by store.store_id;

-- name: default_stores
-- The default store view of each website: its time zone is the website's.
select store_website.website_id,
       store_website.code,
       store_group.default_store_id
  from store_website
  left join store_group on store_group.group_id = store_website.default_group_id
 where store_website.website_id <> 0
   and typeof(store_website.website_id) = 'integer'
 order by store_website.website_id;

-- name: configuration
select scope,
       scope_id,
       path,
       value
  from core_config_data;
