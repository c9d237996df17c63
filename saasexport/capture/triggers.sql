-- Changelogs, and what of ours stands in the shop.

-- name: changelog
create table {changelog} (
    -- saasexport: keys of the shop that changed, for the feed {feed}.
    version_id integer primary key autoincrement, -- in the order of commits, without gaps
    entity_id,                                    -- the key the trigger saw
    via        text,                              -- null: it is the feed's own; else the subscription that wrote it
    written    integer -- unix seconds; as a default, for a trigger names keys only
        -- julianday() takes a quarter of the time of strftime(), and every SQLite has it.  A day's fraction may be a
        -- hundredth of a millisecond short: half a millisecond more, and it is never the second before.
        default (cast(julianday() * 86400 - 210866759999.9995 as integer))
)

-- name: changelog_of_0_1_0
create table {changelog} (
    -- saasexport: keys of the shop that changed, for the feed {feed}.
    version_id integer primary key autoincrement, -- in the order of commits, without gaps
    entity_id,                                    -- the key the trigger saw
    via        text                               -- null: it is the feed's own; else the subscription that wrote it
)

-- name: save_rows
create temp table saved_change as select version_id, entity_id, via from {changelog};
create temp table saved_sequence as select seq from sqlite_sequence where name = '{changelog}';

-- name: restore_rows
insert into {changelog} (version_id, entity_id, via, written)
select version_id, entity_id, via, null
  from saved_change
 order by version_id;
delete from sqlite_sequence where name = '{changelog}';
insert into sqlite_sequence (name, seq) select '{changelog}', seq from saved_sequence;
drop table saved_change;
drop table saved_sequence;

-- name: candidates
-- What may be of ours, or of any other installation, by its name; whether it is, its text says.
select type, name, tbl_name, sql
  from sqlite_master
 where (type = 'trigger' and name like 'saasexport^_%' escape '^')
    or (type = 'table' and name like '%^_cl' escape '^')
 order by type desc, name

-- name: named
-- What has one of these names, in any letter case; a view and a virtual table have no pages of their own.
select type, name, tbl_name, sql, rootpage
  from sqlite_master
 where lower(name) in (select value from json_each(:names))

-- name: columns
-- Of these tables only: a virtual table of the shop may need a module that is not here.
select lower(schema.name), lower(field.name)
  from sqlite_master as schema, pragma_table_info(schema.name) as field
 where schema.type = 'table'
   and schema.rootpage > 0
   and lower(schema.name) in (select value from json_each(:tables))
