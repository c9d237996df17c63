-- The product overrides feed: what category permissions do to products.
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: products
select product.entity_id,
       product.sku,
       assigned.website_id
  from catalog_product_entity as product
  join catalog_product_website as assigned on assigned.product_id = product.entity_id
 where product.entity_id in (select value from json_each(:ids))
 order by product.entity_id, assigned.website_id;

-- name: assignments
select product_id,
       category_id
  from catalog_category_product
 where product_id in (select value from json_each(:ids))
 order by product_id, category_id;

-- name: count
-- Products, websites and groups for which a permission of an active category, or of one above it, takes effect.
with recursive
attribute (attribute_id, attribute_code) as (
    select attribute_id, attribute_code
      from eav_attribute
      join eav_entity_type using (entity_type_id)
     where entity_type_code = 'catalog_category'
       and attribute_code in ('is_active', 'include_in_menu')
       and backend_type = 'int'),
website (website_id) as (
    -- Where permissions are in use.
    select website_id
      from store_website
     where website_id <> 0
       and coalesce((select value
                       from core_config_data
                      where path = 'catalog/magento_catalogpermissions/enabled'
                        and (scope = 'default' or (scope = 'websites' and scope_id = website_id))
                      order by scope = 'websites' desc
                      limit 1), '0') = '1'),
view (store_id, website_id, root_category_id) as (
    select store.store_id, store.website_id, store_group.root_category_id
      from store
      join store_group using (group_id)
      join website on website.website_id = store.website_id
     where store.store_id <> 0),
switch (store_id, website_id, category_id, parent_id, level, is_active, is_said) as (
    -- A row of the store view hides the default, also with NULL.
    select view.store_id,
           view.website_id,
           category.entity_id,
           category.parent_id,
           category.level,
           (select value
              from catalog_category_entity_int as item
              join attribute on attribute.attribute_id = item.attribute_id and attribute.attribute_code = 'is_active'
             where item.entity_id = category.entity_id
               and +item.store_id in (0, view.store_id)
             order by item.store_id desc
             limit 1),
           exists (select 1
                     from catalog_category_entity_int as item
                     join attribute on attribute.attribute_id = item.attribute_id
                    where item.entity_id = category.entity_id
                      and +item.store_id in (0, view.store_id))
      from view
     cross join catalog_category_entity as category),
listed (store_id, website_id, category_id, is_active, is_said, level) as (
    select switch.store_id, switch.website_id, switch.category_id, switch.is_active, switch.is_said, switch.level
      from view
      join switch on switch.store_id = view.store_id and switch.category_id = view.root_category_id
    union all
    select below.store_id, below.website_id, below.category_id, below.is_active, below.is_said, below.level
      from listed
      join switch as below on below.store_id = listed.store_id and below.parent_id = listed.category_id
     where coalesce(listed.is_active, listed.level <= 1 or not listed.is_said)),
active (website_id, category_id) as (
    select distinct website_id, category_id
      from listed
     where is_active),
decided (category_id, website_id, customer_group_id) as (
    -- The most specific permissions of a category say something, or those of one above it.
    select permission.category_id, website.website_id, customer_group.customer_group_id
      from magento_catalogpermissions as permission
      join website on website.website_id = coalesce(permission.website_id, website.website_id)
      join customer_group
        on customer_group.customer_group_id = coalesce(permission.customer_group_id, customer_group.customer_group_id)
       and typeof(customer_group.customer_group_id) = 'integer'
     group by 1, 2, 3
    having max(2 * ((permission.website_id is not null) + (permission.customer_group_id is not null))
               + (permission.grant_catalog_category_view in (-1, -2)
                  or permission.grant_catalog_product_price in (-1, -2)
                  or permission.grant_checkout_items in (-1, -2))) % 2
    union
    select below.entity_id, decided.website_id, decided.customer_group_id
      from decided
      join catalog_category_entity as below on below.parent_id = decided.category_id)
-- From the few permissions to the many products, whatever the planner thinks.
select count(*)
  from (select distinct assignment.product_id, decided.website_id, decided.customer_group_id
          from decided
         cross join active on active.category_id = decided.category_id
           and active.website_id = decided.website_id
         cross join catalog_category_product as assignment on assignment.category_id = active.category_id
         cross join catalog_product_website as assigned on assigned.product_id = assignment.product_id
           and assigned.website_id = active.website_id
         where assignment.product_id > :after
           and assignment.product_id <= :upto);

-- name: via_category
-- Products in these categories or below them, whose paths hold their ids.
select assignment.product_id
  from catalog_category_entity as category,
       json_each(case when category.path glob '*[^0-9/]*' then '[]'
                      else '["' || replace(category.path, '/', '","') || '"]' end) as above
  join catalog_category_product as assignment on assignment.category_id = category.entity_id
 where above.value in (select cast(value as text) from json_each(:keys))
union
select product_id
  from catalog_category_product
 where category_id in (select value from json_each(:keys));

-- name: via_attribute
-- All products, if the attribute that makes categories active was changed.
select entity_id
  from catalog_product_entity
 where exists (select 1
                 from eav_attribute
                where attribute_id in (select value from json_each(:keys))
                  and attribute_code in ('is_active', 'include_in_menu'));

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
