-- Entities and items by what people type.

-- name: itself
select "{column}"
  from "{table}"
 where "{column}" = :key
 limit 1

-- name: known_by
-- Entities of which something was sent, by a field that was kept of their items.
select distinct source_entity_id
  from {feed_table}
 where (is_deleted = 0 or status <> 200)
   and json_extract(feed_data, '$.' || :field) = :key

-- name: known
select 1
  from {feed_table}
 where source_entity_id = :key
 limit 1

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
 limit 1
