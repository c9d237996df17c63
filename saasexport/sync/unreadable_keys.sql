-- Rows of the shop whose key is none: they are no entities, and must be told.

-- name: key_column
select field.type, field.pk, (select max(pk) from pragma_table_info(:table))
  from pragma_table_info(:table) as field
 where lower(field.name) = lower(:column)

-- name: unreadable
-- Text, fractions and blobs where keys are whole numbers; real ones stand before text, and blobs behind it.
-- The plus takes the column's type away, and with it any change of what it is compared with.
select {column}
  from {table}
 where typeof({column}) not in ('integer', 'null')
   and (:after is null
        or +{column} collate binary > case when :is_text then cast(:after as text) else :after end)
 order by +{column} collate binary
 limit :limit

-- name: texts
-- Every key that is text, as its bytes: SQLite does not say whether they are UTF-8.
select cast({column} as blob)
  from {table}
 where typeof({column}) = 'text'
   and (:after is null or +{column} collate binary > cast(:after as text))
 order by +{column} collate binary
 limit :limit

-- name: blobs
-- Where keys are text, those that are not.
select {column}
  from {table}
 where typeof({column}) = 'blob'
   and (:after is null or {column} > :after)
 order by {column}
 limit :limit

-- name: literals
select distinct source_entity_id
  from {feed_table}
 where source_entity_id like 'x''%'
   and source_entity_id > :after
 order by source_entity_id
 limit :limit

-- name: present
select {column}
  from {table}
 where {column} in (select value from json_each(:texts))
    or {column} in (select value from json_each(:numbers))
    or (typeof({column}) in ('blob', 'text') and hex({column}) in (select value from json_each(:bytes)))

-- name: nulls
select count(*)
  from {table}
 where {column} is null

-- name: on_record
select distinct source_entity_id
  from {feed_table}
 where typeof(source_entity_id) <> 'integer'
   and source_entity_id > :after
 order by source_entity_id
 limit :limit
