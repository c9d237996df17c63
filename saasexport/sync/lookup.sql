-- Entities and items by what people type.

-- name: itself
select {column}
  from {table}
 where {column} = :key
 limit 1

-- name: known_by
-- Entities of which something was sent, by a field that was kept of their items.
select distinct source_entity_id
  from {feed_table}
 where (is_deleted = 0 or status <> 200)
   and json_extract(feed_data, '$.' || :field) in (:key, :number)

-- name: known
select 1
  from {feed_table}
 where source_entity_id = :key
 limit 1

-- name: failed_as
-- Entities that stand on record as failed under this id; it may be the text of what is no key.
select distinct source_entity_id
  from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and status in (1, 2, 400)
   and source_entity_id in (:key, :text)

-- name: failed_texts
select distinct source_entity_id
  from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and status = 1
   and typeof(source_entity_id) = 'text'

-- name: rows
select feed_id, feed_hash, feed_data, is_deleted, status, errors, metadata, modified_at, dropped_at
  from {feed_table}
 where source_entity_id = :entity_id
 order by id

-- name: near
select json_extract(feed_data, '$.' || :field)
  from {feed_table}
 where (is_deleted = 0 or status <> 200)
   and json_extract(feed_data, '$.' || :field) = :key collate nocase
 order by 1
 limit 1
