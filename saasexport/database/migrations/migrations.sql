-- What a migration asks about our database.

-- name: views
select name
  from sqlite_master
 where type = 'view'

-- name: objects
select type, name, tbl_name, sql
  from sqlite_master
 where type in ('table', 'index')
   and sql is not null
   and name not like 'sqlite_%'
 order by type = 'index', name

-- name: feed_tables
-- Those that have what every feed table had from the first schema on.
select name, sql
  from sqlite_master
 where type = 'table'
   and 4 = (select count(*)
              from pragma_table_info(sqlite_master.name)
             where name in ('source_entity_id', 'feed_id', 'feed_data', 'feed_hash'))
 order by name

-- name: indexes_of
select name
  from sqlite_master
 where type = 'index'
   and sql is not null
   and tbl_name = :table

-- name: forget_program
-- So that the next job makes the views anew and compares every feed with the shop.
update installation
   set program = 'before a migration'
