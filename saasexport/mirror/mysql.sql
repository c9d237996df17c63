-- What MySQL and MariaDB say of their tables.

-- name: tables
-- A view has no engine.
select table_name, table_type, engine
  from information_schema.tables
 where table_schema = database()

-- name: columns
select table_name, column_name, data_type, column_type, is_nullable, collation_name, character_set_name,
       numeric_precision, numeric_scale, character_maximum_length
  from information_schema.columns
 where table_schema = database()
 order by table_name, ordinal_position

-- name: indexes
-- An index of a part of a column, or of an expression, is none of the whole column.
select table_name, index_name, non_unique, column_name, sub_part
  from information_schema.statistics
 where table_schema = database()
 order by table_name, index_name <> 'PRIMARY', non_unique, index_name, seq_in_index

-- name: sizes
-- Estimates.
select table_name, table_rows
  from information_schema.tables
 where table_schema = database()

-- name: gates
-- Of tables that were last written long ago: `truncate` leaves the time, but not the sizes.
select table_name, concat_ws(' ', update_time, create_time, table_rows, data_length, auto_increment)
  from information_schema.tables
 where table_schema = database()
   and update_time < now() - interval {settled} second
