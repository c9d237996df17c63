-- The scopesWebsite feed (feeds.md 3.7).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: walk
select website_id
  from store_website
 where website_id > :after
   and website_id <> 0
 order by website_id
 limit :limit;

-- name: count
select count(*)
  from store_website
 where website_id <> 0
   and typeof(website_id) = 'integer';

-- name: websites
-- Every website but admin.
select website_id, code
  from store_website
 where website_id in (select value from json_each(:ids))
   and website_id <> 0
 order by website_id;

-- name: store_groups
select website_id, group_id, code
  from store_group
 where website_id in (select value from json_each(:ids))
 order by group_id;

-- name: store_views
-- A store view belongs to the website of its group.
select store.group_id, store.store_id, store.code
  from store
  join store_group on store_group.group_id = store.group_id
 where store_group.website_id in (select value from json_each(:ids))
 order by store.store_id;

-- name: via_group
-- The websites of store groups.
select website_id
  from store_group
 where group_id in (select value from json_each(:keys));
