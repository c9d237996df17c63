-- What keeps an installation together.

-- name: use_environment
insert into environment (bit, environment_id, used_at)
values ((with recursive number (bit) as (select 0 union all select bit + 1 from number where bit < 62)
         select min(bit) from number where bit not in (select bit from environment)), :environment_id, :now)
on conflict (environment_id) do update
   set used_at = excluded.used_at

-- name: environments
-- The one used longest ago first.
select bit
  from environment
 where environment_id <> :environment_id
 order by used_at, bit

-- name: forget_environment
delete from environment
 where bit = :bit

-- name: environment_bit
select bit
  from environment
 where environment_id = :environment_id

-- name: known_feeds
select feed
  from indexer_state
