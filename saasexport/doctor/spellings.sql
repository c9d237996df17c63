-- What doctor asks about texts that are spelled in several ways.

-- name: joining_columns
-- That an index begins with, and that compare without regard to case.
select distinct tables.name, columns.name
  from sqlite_master as tables
 cross join pragma_index_list(tables.name) as indexes
 cross join pragma_index_xinfo(indexes.name) as columns
 where tables.type = 'table'
   and columns.seqno = 0
   and columns.coll = 'nocase' collate nocase
 order by tables.name, columns.name

-- name: special_texts
-- Those that another spelling may stand for.
select distinct {column}
  from {table}
 where typeof({column}) = 'text'
   and ({column} glob '*[^ -~]*' or {column} like '% ')

-- name: texts
select distinct {column} collate binary
  from {table}
 where typeof({column}) = 'text'
