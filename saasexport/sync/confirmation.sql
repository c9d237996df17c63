-- The second look at what differs between shop and service, in the file that comparison.sql describes.

-- name: ranges
select distinct substr(key, 1, 1)
  from difference

-- name: keys_without_entity
select key
  from difference
 where entity_id is null
   and key > :after
 order by key
 limit :limit

-- name: set_entity
update difference
   set entity_id = ?
 where key = ?

-- name: set_beyond
update difference
   set entity_id = ?,
       is_beyond = 1
 where key = ?
   and entity_id is null

-- name: ask_again
update difference
   set said = null,
       held = null,
       apart = null,
       kind = null,
       fields = null

-- name: hold
update difference
   set held = ?,
       identity = ?,
       modified_at = ?
 where key = ?

-- name: entities
select distinct entity_id
  from difference
 where entity_id is not null
   and (:after is null or entity_id > :after)
 order by entity_id
 limit :limit

-- name: found_out
update difference
   set said = ?
 where key = ?
   and said is null

-- name: set_apart
update difference
   set apart = ?
 where key = ?
   and apart is null

-- name: set_kind
update difference
   set kind = ?
 where key = ?

-- name: agree
-- What the look-back hides is counted.
delete from difference
 where said is held
   and not is_beyond

-- name: set_entity_apart
update difference
   set apart = ?
 where entity_id = ?
   and apart is null

-- name: keys
select key, said is null, held is null, modified_at, is_beyond
  from difference
 where key > :after
 order by key
 limit :limit

-- name: all_waiting
update difference
   set apart = 'waiting'
 where apart is null
