-- The live items of a feed, as they were received.

-- name: environments
select distinct environment
  from feed
 order by environment;

-- name: feed_id
select id
  from feed
 where environment = :environment
   and name = :feed;

-- name: one
select item
  from item
 where feed_id = :feed_id
   and identity = :identity
   and is_deleted = 0;

-- name: between
select item
  from item
 where feed_id = :feed_id
   and identity >= :first
   and identity < :end
   and is_deleted = 0
 order by identity;

-- name: every
select item
  from item
 where feed_id = :feed_id
   and is_deleted = 0
 order by identity;

-- name: has_any
select 1
  from item
 where feed_id = :feed_id
   and is_deleted = 0
 limit 1;
