-- What the UUIDs of a shop are made from.

-- name: base_url
select value
  from core_config_data
 where scope = 'default'
   and scope_id = 0
   and path = 'web/unsecure/base_url'
