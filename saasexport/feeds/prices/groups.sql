-- Tier, group and catalog rule prices (feeds.md 3.4.3, 3.4.4).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'  .parameter set :days '["2026-11-23"]'

-- name: tier_prices
-- Rows of all websites (0) come first, so that those of one website override them; 1 stands for every group.
select entity_id,
       website_id,
       all_groups,
       customer_group_id,
       qty,
       value,
       percentage_value
  from catalog_product_entity_tier_price
 where entity_id in (select value from json_each(:ids))
 order by entity_id, website_id <> 0, value_id;

-- name: rule_prices
-- The rows of these days; which of them is today depends on the website.
select product_id,
       website_id,
       customer_group_id,
       rule_price,
       rule_date
  from catalogrule_product_price
 where product_id in (select value from json_each(:ids))
   and rule_date in (select value from json_each(:days))
   and customer_group_id is not null
 order by rule_product_price_id;
