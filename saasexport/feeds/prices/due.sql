-- Days on which prices change without any write to the shop (feeds.md 5).
-- In the sqlite3 shell:  .parameter set :attribute 79  .parameter set :after 0  .parameter set :upto 50000

-- name: end_of_slice
-- The row that ends a slice of the table, so many behind its first; none if the table ends before.
select value_id
  from catalog_product_entity_datetime
 where value_id > :after
 order by value_id
 limit 1 offset :others;

-- name: days
-- The days an attribute names from :day on; a slice of the table at a time, so that the shop is not held long.
select distinct substr(value, 1, 10)
  from catalog_product_entity_datetime
 where attribute_id = :attribute
   and value_id > :after
   and value_id <= :upto
   and value >= :day;

-- name: on_days
-- Products for which an attribute names one of the days from :first to :last.
select distinct entity_id
  from catalog_product_entity_datetime
 where attribute_id = :attribute
   and value_id > :after
   and value_id <= :upto
   and substr(value, 1, 10) between :first and :last;

-- name: has_rules
-- Whether a website has rule prices of this day or a later one.
select exists (select 1
                 from catalogrule_product_price
                where rule_date >= :day
                  and website_id = :website_id);

-- name: rule_products
-- Products with rule prices of a website between two days, some at a time.
select distinct product_id
  from catalogrule_product_price
 where product_id > :after
   and +rule_date between :first and :last
   and +website_id = :website_id
 order by product_id
 limit :limit;
