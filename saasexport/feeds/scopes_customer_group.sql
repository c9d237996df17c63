-- The scopesCustomerGroup feed (feeds.md 3.7).
-- In the sqlite3 shell:  .parameter set :ids '[0, 1]'   then run a query.

-- name: customer_groups
select customer_group_id
  from customer_group
 where customer_group_id in (select value from json_each(:ids))
 order by customer_group_id;

-- name: excluded
select customer_group_id, website_id
  from customer_group_excluded_website
 where customer_group_id in (select value from json_each(:ids));
