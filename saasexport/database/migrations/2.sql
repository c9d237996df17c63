-- Schema 2: entity ids keep their type, what a person dropped is a column.

-- name: feed_table
-- Of each feed table, when its rows are in the new one.
update {feed_table}
   set dropped_at = json_extract(metadata, '$.dropped'),
       metadata = json_remove(metadata, '$.dropped')
 where status = 400
   and json_extract(metadata, '$.dropped') is not null

-- name: fixed
-- Nothing: the other tables differ in their keys and comments only.
