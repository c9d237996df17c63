-- Price items: products, their websites, regular and special prices (feeds.md 3.4.1, 3.4.2).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'  .parameter set :price 77  .parameter set :special_price 78

-- name: count
-- Fallback items, and items of customer groups with a tier or today's rule price (3.4.1, 3.4.3, 3.4.4).
-- Today is UTC's day here; an item knows its website's.
select (select count(*)
          from catalog_product_entity
          join catalog_product_website on catalog_product_website.product_id = catalog_product_entity.entity_id
          join store_website using (website_id)
         where catalog_product_entity.type_id not in ('configurable', 'giftcard')
           and catalog_product_entity.entity_id > :after
           and catalog_product_entity.entity_id <= :upto
           and website_id <> 0)
       + (select count(*)
            from (select tier.entity_id as product_id, assigned.website_id, tier.customer_group_id
                    from catalog_product_entity_tier_price as tier
                    join catalog_product_website as assigned on assigned.product_id = tier.entity_id
                     and tier.website_id in (0, assigned.website_id)
                   where tier.all_groups = 0
                     and tier.qty >= 1
                     and tier.entity_id > :after
                     and tier.entity_id <= :upto
                  union
                  select rule.product_id, rule.website_id, rule.customer_group_id
                    from catalogrule_product_price as rule
                    join catalog_product_website as assigned on assigned.product_id = rule.product_id
                     and assigned.website_id = rule.website_id
                   where rule.rule_date = date('now')
                     and rule.product_id > :after
                     and rule.product_id <= :upto
                     and rule.customer_group_id is not null) as own
            join catalog_product_entity on catalog_product_entity.entity_id = own.product_id
            join store_website on store_website.website_id = own.website_id
           where catalog_product_entity.type_id not in ('configurable', 'giftcard')
             and own.website_id <> 0);

-- name: products
-- With the ids of their websites, and the prices of the default scope.
select product.entity_id,
       product.sku,
       product.type_id,
       (select group_concat(website_id)
          from catalog_product_website
         where product_id = product.entity_id
           and typeof(website_id) = 'integer'),
       price.value,
       special_price.value
  from catalog_product_entity as product
  left join catalog_product_entity_decimal as price
    on price.entity_id = product.entity_id
   and price.attribute_id = :price
   and price.store_id = 0
  left join catalog_product_entity_decimal as special_price
    on special_price.entity_id = product.entity_id
   and special_price.attribute_id = :special_price
   and special_price.store_id = 0
 where product.entity_id in (select value from json_each(:ids))
   and product.type_id not in ('configurable', 'giftcard')
 order by product.entity_id;

-- name: store_prices
-- What store views say besides the default scope; NULL means "use default".
-- Of several store views of one website the last row counts.
select entity_id,
       store_id,
       attribute_id,
       value
  from catalog_product_entity_decimal
 where entity_id in (select value from json_each(:ids))
   and attribute_id in (:price, :special_price)
   and store_id <> 0
   and value is not null
 order by value_id;

-- name: special_dates
select entity_id,
       store_id,
       attribute_id,
       value
  from catalog_product_entity_datetime
 where entity_id in (select value from json_each(:ids))
   and attribute_id in (:special_from_date, :special_to_date)
   and value is not null
 order by value_id;

-- name: fixed_bundles
-- Bundles with a fixed price; all others are dynamic (3.4.1).
select entity_id
  from catalog_product_entity_int
 where entity_id in (select value from json_each(:ids))
   and attribute_id = :price_type
   and store_id = 0
   and value = 1;

-- name: via_family
-- A product, and its children: their items name type and sku of a parent, if it is on their website.
select value
  from json_each(:keys)
union
select child_id
  from catalog_product_relation
 where parent_id in (select value from json_each(:keys));

-- name: via_attribute
-- All products, if one of the attributes that make up a price was changed.
select entity_id
  from catalog_product_entity
 where exists (select 1
                 from eav_attribute
                where attribute_id in (select value from json_each(:keys))
                  and attribute_code in
                      ('price', 'special_price', 'special_from_date', 'special_to_date', 'price_type'));

-- name: by_sku
-- Another letter case is another SKU, whatever the column says: the first line is for its index.
select entity_id
  from catalog_product_entity
 where sku in (select value from json_each(:keys) union all select cast(value as numeric) from json_each(:keys))
   and cast(sku as text) collate binary in (select cast(value as text) from json_each(:keys));

-- name: near
select sku
  from catalog_product_entity
 where sku = :key collate nocase
 order by sku
 limit 1;
