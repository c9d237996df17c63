-- What the shop has, as the loader of one's own feeds asks it.

-- name: objects
select name, type, rootpage, tbl_name
  from sqlite_master
 where type in ('table', 'view', 'index')

-- name: columns
select name, type, pk
  from pragma_table_xinfo(:table)
