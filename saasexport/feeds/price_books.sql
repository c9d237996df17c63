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

-- name: used
-- Customer groups that have prices of their own on a website: a tier, or a rule of :day or later, of a product that is
-- priced there by itself (feeds.md 3.4).  It looks for the first of each, by the group.
select website.website_id, customer_group.customer_group_id
  from store_website as website, customer_group
 where website.website_id in (select value from json_each(:ids))
   and (exists (select 1
                  from catalog_product_entity_tier_price as tier
                  join catalog_product_website as assigned on assigned.product_id = tier.entity_id
                   and assigned.website_id = website.website_id
                  join catalog_product_entity as product on product.entity_id = tier.entity_id
                 where tier.customer_group_id = customer_group.customer_group_id
                   and tier.all_groups = 0
                   and tier.qty >= 1
                   and +tier.website_id in (0, website.website_id)
                   and product.type_id not in ('configurable', 'giftcard', 'grouped'))
     or exists (select 1
                  from catalogrule_product_price as rule
                  join catalog_product_website as assigned on assigned.product_id = rule.product_id
                   and assigned.website_id = website.website_id
                  join catalog_product_entity as product on product.entity_id = rule.product_id
                 where rule.customer_group_id = customer_group.customer_group_id
                   and +rule.website_id = website.website_id
                   and +rule.rule_date >= :day
                   and product.type_id not in ('configurable', 'giftcard', 'grouped')));

-- name: count_used
-- Instead of `count`, where only the customer groups of `used` have books.
select (select count(*)
          from store_website
         where website_id <> 0
           and typeof(website_id) = 'integer')
     + (select count(*)
          from (select tier.customer_group_id, assigned.website_id
                  from catalog_product_entity_tier_price as tier
                  join catalog_product_website as assigned on assigned.product_id = tier.entity_id
                   and tier.website_id in (0, assigned.website_id)
                  join catalog_product_entity as product on product.entity_id = tier.entity_id
                 where tier.all_groups = 0
                   and tier.qty >= 1
                   and product.type_id not in ('configurable', 'giftcard', 'grouped')
                union
                select rule.customer_group_id, assigned.website_id
                  from catalogrule_product_price as rule
                  join catalog_product_website as assigned on assigned.product_id = rule.product_id
                   and assigned.website_id = rule.website_id
                  join catalog_product_entity as product on product.entity_id = rule.product_id
                 where rule.rule_date >= date('now', '-12 hours')
                   and product.type_id not in ('configurable', 'giftcard', 'grouped')) as used
          join customer_group using (customer_group_id)
          join store_website using (website_id)
         where website_id <> 0
           and typeof(website_id) = 'integer'
           and not exists (select 1
                             from customer_group_excluded_website as excluded
                            where excluded.website_id = store_website.website_id
                              and excluded.customer_group_id = customer_group.customer_group_id));

-- name: via_websites
-- All of them: which websites a product was on, and which groups had a price of it, its rows need not say any more.
select website_id
  from store_website
 where exists (select 1 from json_each(:keys));
