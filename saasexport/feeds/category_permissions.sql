-- The category permissions feed: a feature of Adobe Commerce, which other shops have no table for.
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: walk
-- Entity 0 stands for the configuration: permissions are numbered from 1.
select permission_id
  from (select 0 as permission_id
        union all
        select permission_id
          from magento_catalogpermissions
         where permission_id > 0)
 where permission_id > :after
 order by permission_id
 limit :limit;

-- name: count
-- Four fallback items, and one per permission.
select 4 + count(*)
  from magento_catalogpermissions
 where permission_id > 0
   and typeof(permission_id) = 'integer';

-- name: permissions
select magento_catalogpermissions.permission_id,
       magento_catalogpermissions.category_id,
       magento_catalogpermissions.website_id,
       store_website.code,
       magento_catalogpermissions.customer_group_id,
       magento_catalogpermissions.grant_catalog_category_view,
       magento_catalogpermissions.grant_catalog_product_price,
       magento_catalogpermissions.grant_checkout_items
  from magento_catalogpermissions
  left join store_website on store_website.website_id = magento_catalogpermissions.website_id
 where magento_catalogpermissions.permission_id in (select value from json_each(:ids))
   and magento_catalogpermissions.permission_id > 0
 order by magento_catalogpermissions.permission_id;

-- name: via_website
select permission_id
  from magento_catalogpermissions
 where website_id in (select value from json_each(:keys));
