-- The priceBooks feed, for the Optimizer only.
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: walk
select website_id
  from store_website
 where website_id > :after
   and website_id <> 0
 order by website_id
 limit :limit;

-- name: count
-- A book of each website, and one of each of its customer groups.
select (select count(*)
          from store_website
         where website_id <> 0
           and typeof(website_id) = 'integer')
     + (select count(*)
          from store_website, customer_group
         where website_id <> 0
           and typeof(website_id) = 'integer'
           and not exists (select 1
                             from customer_group_excluded_website as excluded
                            where excluded.website_id = store_website.website_id
                              and excluded.customer_group_id = customer_group.customer_group_id));

-- name: websites
select website_id, code, name
  from store_website
 where website_id in (select value from json_each(:ids))
   and website_id <> 0
 order by website_id;

-- name: customer_groups
select customer_group_id, customer_group_code
  from customer_group
 order by customer_group_id;

-- name: excluded
select customer_group_id, website_id
  from customer_group_excluded_website
 where website_id in (select value from json_each(:ids));
