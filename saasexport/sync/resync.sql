-- What saas:resync asks besides the story.

-- name: no_longer_gone
delete from gone_entity
 where feed = :feed

-- name: count
select count(*)
  from {feed_table}

-- name: highest_exported
-- The highest source id that was delivered.
select source_entity_id
  from {feed_table}
 where status = 200
   and is_deleted = 0
 order by source_entity_id desc
 limit 1
