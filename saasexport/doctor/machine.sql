-- What doctor asks about clock and time zones.

-- name: dated_ahead
select count(*), max(modified_at)
  from {feed_table}
 where modified_at > :limit

-- name: time_zones
-- Of the shop.
select distinct value
  from core_config_data
 where path = 'general/locale/timezone'
   and coalesce(value, '') not in ('', 'UTC')
 order by value
