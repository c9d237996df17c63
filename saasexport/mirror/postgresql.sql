-- What PostgreSQL says of itself and its tables.

-- name: version
select version()

-- name: incarnation
-- What the versions of rows rely on: after a restart or a restored backup they may come again with other content.
select pg_postmaster_start_time()

-- name: cluster
select system_identifier, timeline_id
  from pg_control_system(), pg_control_checkpoint()

-- name: tables
-- Partitions are read through their table.
select c.oid,
       c.relname,
       c.relkind,
       c.relkind in ('r', 'p') and has_table_privilege(c.oid, 'select') as has_versions,
       case c.relkind
       when 'r' then pg_relation_filenode(c.oid)::text
       when 'p' then (select string_agg(pg_relation_filenode(relid)::text, ',' order by relid)
                        from pg_partition_tree(c.oid)
                       where isleaf)
       end
  from pg_class as c
 where c.relnamespace = current_schema()::regnamespace
   and c.relkind in ('r', 'p', 'v', 'm', 'f')
   and not c.relispartition
   and has_any_column_privilege(c.oid, 'select')
 order by c.relname

-- name: columns
-- Types by their name, or that of what a domain is made of.
select a.attrelid,
       a.attname,
       case when t.typtype = 'd' then b.typname else t.typname end,
       case when t.typtype = 'd' then t.typtypmod else a.atttypmod end,
       case when t.typtype = 'd' then b.typtype else t.typtype end,
       a.attnotnull,
       -- A column that was added anew, or a renamed value of an enumeration, leaves the versions of rows as they were.
       concat_ws(',', a.attnum, (select string_agg(enumlabel, ',' order by enumsortorder)
                                   from pg_enum
                                  where enumtypid = coalesce(b.oid, t.oid)))
  from pg_attribute as a
  join pg_class as c on c.oid = a.attrelid
  join pg_type as t on t.oid = a.atttypid
  left join pg_type as b on b.oid = t.typbasetype
 where c.relnamespace = current_schema()::regnamespace
   and c.relkind in ('r', 'p', 'v', 'm', 'f')
   and a.attnum > 0
   and not a.attisdropped
   and has_column_privilege(a.attrelid, a.attnum, 'select')
 order by a.attrelid, a.attnum

-- name: indexes
-- A part of the rows, or an expression, is no index of whole columns.
select i.indrelid,
       i.indexrelid::text,
       case when i.indisunique then '0' else '1' end,
       a.attname,
       null
  from pg_index as i
  join pg_class as c on c.oid = i.indrelid
 cross join unnest(i.indkey::smallint[]) with ordinality as k (attnum, place)
  join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
 where c.relnamespace = current_schema()::regnamespace
   and i.indisvalid
   and i.indpred is null
   and i.indexprs is null
   and k.place <= i.indnkeyatts
 order by i.indrelid, i.indisprimary desc, i.indisunique desc, i.indexrelid, k.place

-- name: sizes
-- Estimates; below 0: unknown.
select relname, greatest(reltuples, 0)
  from pg_class
 where relnamespace = current_schema()::regnamespace

-- name: gate
-- Another text as soon as anybody has committed anything; on a standby server it does not tell.
select case when not pg_is_in_recovery() then pg_current_snapshot()::text end

-- name: is_encrypted
select ssl
  from pg_stat_ssl
 where pid = pg_backend_pid()

-- name: rights
-- What the user may do beside reading.
select privilege, count(*)
  from pg_class as c
 cross join unnest(array['insert', 'update', 'delete', 'truncate']) as privilege
 where c.relnamespace = current_schema()::regnamespace
   and c.relkind in ('r', 'p')
   and has_table_privilege(c.oid, privilege)
 group by privilege
 order by privilege
