-- UUIDs of orders and their parts.

-- name: uuid
select uuid
  from data_exporter_uuid
 where entity_id = :entity_id
   and type = :type

-- name: assign
insert or ignore into data_exporter_uuid (uuid, entity_id, type, created_at)
values (?, ?, ?, ?)
