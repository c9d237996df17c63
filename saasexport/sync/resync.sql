-- What saas:resync asks besides the story.

-- name: empty
delete from {feed_table}

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

-- name: send_again
-- Stored rows of a legacy feed, delivered or not; what was deleted and delivered as such the service has no more.
update {feed_table}
   set status = 0,
       errors = null
 where status in (2, 200, 400)
   and (is_deleted = 0 or status <> 200)
   and (:after is null or source_entity_id > :after)
   and (:ids is null or source_entity_id in (select value from json_each(:ids)))

-- name: forget_entities
delete from {feed_table}
 where source_entity_id in (select value from json_each(:ids))

-- name: faults
select source_entity_id, errors
  from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and status = 1
   and source_entity_id in (select value from json_each(:ids))
 order by id
