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

-- name: faults
select source_entity_id, errors
  from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and status = 1
   and source_entity_id in (select value from json_each(:ids))
 order by id
