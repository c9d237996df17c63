-- What doctor asks about the shop's file.

-- name: tables
-- Virtual tables have no pages of their own.
select name
  from sqlite_master
 where type = 'table'
   and rootpage > 0
 order by name
