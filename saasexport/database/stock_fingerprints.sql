-- What entities said of their stock when they were last assembled.

-- name: known
select entity_id, said
  from entity_fingerprint
 where feed = :feed
   and entity_id in (select value from json_each(:ids))

-- name: forget
delete from entity_fingerprint
 where feed = :feed
   and entity_id in (select value from json_each(:ids))

-- name: keep
insert into entity_fingerprint (feed, entity_id, said)
values (?, ?, ?)
