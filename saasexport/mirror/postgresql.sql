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
-- Partitions are read through their table; a table that others inherit from shows their rows among its own.
with recursive member (root, oid) as (
    select oid, oid from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
     union
    select member.root, i.inhrelid from member join pg_inherits as i on i.inhparent = member.oid
)
select c.oid,
       c.relname,
       c.relkind,
       c.relkind in ('r', 'p') and has_table_privilege(c.oid, 'select') as has_versions,
       (select string_agg(pg_relation_filenode(oid)::text, ',' order by oid) from member where root = c.oid),
       c.relkind = 'r' and (select count(*) from member where root = c.oid) > 1 as is_inherited
  from pg_class as c
 where c.relnamespace = current_schema()::regnamespace
   and c.relkind in ('r', 'p', 'v', 'm', 'f')
   and not c.relispartition
   and has_any_column_privilege(c.oid, 'select')
 order by c.relname

-- name: columns
-- Types by their name; of a domain, also one over a domain, that of what it is made of in the end.
with recursive made (domain, type, modifier) as (
    select oid, typbasetype, typtypmod from pg_type where typtype = 'd'
     union all
    select made.domain, t.typbasetype, t.typtypmod from made join pg_type as t on t.oid = made.type where t.typtype = 'd'
)
select a.attrelid,
       a.attname,
       t.typname,
       coalesce(made.modifier, a.atttypmod),
       t.typtype,
       t.typlen < 0 and coalesce(made.modifier, a.atttypmod) < 0 and t.typname <> 'numeric', -- may be of any length
       a.attnotnull,
       -- A column that was added anew, or a renamed value of an enumeration, leaves the versions of rows as they were.
       concat_ws(',', a.attnum, (select string_agg(enumlabel, ',' order by enumsortorder)
                                   from pg_enum
                                  where enumtypid = t.oid))
  from pg_attribute as a
  join pg_class as c on c.oid = a.attrelid
  left join made on made.domain = a.atttypid
  join pg_type as t on t.oid = coalesce(made.type, a.atttypid) and t.typtype <> 'd'
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
