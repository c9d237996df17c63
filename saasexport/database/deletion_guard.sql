-- Entities that are gone, until it is decided whether their items are deleted.

-- name: add
-- One that is held back stays so.
insert into gone_entity (feed, entity_id, found_by, found_at, items)
values (?, ?, ?, ?, ?)
on conflict (feed, entity_id) do update
   set items = excluded.items

-- name: forget
delete from gone_entity
 where feed = :feed
   and entity_id in (select value from json_each(:ids))

-- name: pending
select entity_id
  from gone_entity
 where feed = :feed
   and found_by = :by
   and is_held = 0
 order by entity_id

-- name: held_among
select entity_id
  from gone_entity
 where feed = :feed
   and is_held = 1
   and entity_id in (select value from json_each(:ids))

-- name: held
select entity_id
  from gone_entity
 where feed = :feed
   and is_held = 1
 order by entity_id

-- name: hold_back
update gone_entity
   set is_held = 1
 where feed = :feed
   and found_by = :by

-- name: known
-- Entities of which the service has, or is to have, something.
select count(distinct source_entity_id)
  from {feed_table}
 where is_deleted = 0
