-- The clock of the shop.

-- name: zone
select value
  from core_config_data
 where path = 'general/locale/timezone'
   and scope = 'default'
   and scope_id = 0
