-- Category permissions, a feature of Adobe Commerce: -1 allows, -2 denies, 0 is as the parent category.

-- name: permissions
-- Those that say anything; NULL stands for all websites or all customer groups.
select category_id,
       website_id,
       customer_group_id,
       grant_catalog_category_view,
       grant_catalog_product_price,
       grant_checkout_items
  from magento_catalogpermissions
 order by permission_id;

-- name: customer_groups
select customer_group_id
  from customer_group
 where typeof(customer_group_id) = 'integer'
 order by customer_group_id;
