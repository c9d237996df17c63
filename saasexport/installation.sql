-- What keeps an installation together.

-- name: use_environment
insert into environment (bit, environment_id, used_at)
values ((select coalesce(max(bit), -1) + 1 from environment), :environment_id, :now)
on conflict (environment_id) do update
   set used_at = excluded.used_at

-- name: environment_bit
select bit
  from environment
 where environment_id = :environment_id

-- name: base_url
select value
  from core_config_data
 where scope = 'default'
   and scope_id = 0
   and path = 'web/unsecure/base_url'

-- name: known_feeds
select feed
  from indexer_state
