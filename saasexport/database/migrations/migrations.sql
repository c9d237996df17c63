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
