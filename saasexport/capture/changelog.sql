-- Reading what the changelogs in the shop hold.

-- name: last
-- The last version there ever was, which sqlite_sequence remembers though its row may be gone, and what it held:
-- null if it is gone; in hex, as a key may be text that is not UTF-8.  Of rows whose sequence is lost the last may be gone.
select latest.version_id,
       case when {changelog}.version_id is not null then hex(entity_id) || '|' || coalesce(via, '') end
  from (select max(coalesce((select max(seq) from sqlite_sequence where name = '{changelog}' and typeof(seq) = 'integer'),
                            (select max(version_id) + 1 from {changelog}), 0),
                   coalesce((select max(version_id) from {changelog}), 0)) as version_id) as latest
  left join {changelog} on {changelog}.version_id = latest.version_id

-- name: at
select hex(entity_id) || '|' || coalesce(via, '')
  from {changelog}
 where version_id = :version_id

-- name: slice
-- Read by version, a slice at a time, so that the shop is never held long.
select entity_id, via, written
  from {changelog}
 where version_id > :after
   and version_id <= :upto

-- name: purge
-- The row at the cursor stays: its content proves that the shop did not travel back in time.
delete from {changelog}
 where version_id in (select version_id from {changelog} where version_id < :cursor order by version_id limit 1000)

-- name: processed
-- Rows that are read and still there; versions have no gaps.
select :cursor - coalesce((select min(version_id) from {changelog}), :cursor)

-- name: pass_tables
create temp table if not exists changed_key (
    -- Keys of one pass that have to be turned into entity ids.
    via text not null,
    key not null,
    written integer, -- unix seconds, when it was first written
    primary key (via, key)
) without rowid;
create temp table if not exists changed_entity (
    -- The entities of one pass.
    entity_id primary key,
    written integer -- unix seconds, when the first change that led to them was written
) without rowid;
create temp table if not exists suspected_entity (
    -- Entities that are assembled only if their fingerprint differs.
    entity_id primary key,
    written integer
) without rowid;
create temp table if not exists sharing_entity (
    -- Entities that share what changed; those before the look-back that are not on record are left alone.
    entity_id primary key,
    written integer
) without rowid;

-- name: sharing_on_record
insert or ignore into changed_entity (entity_id, written)
select entity_id, written
  from sharing_entity
 where entity_id in (select source_entity_id from {feed_table} where is_deleted = 0)

-- name: sharing_of
insert or ignore into changed_entity (entity_id, written)
select entity_id, written
  from sharing_entity
 where entity_id in (select value from json_each(:ids))

-- name: confirmed
insert or ignore into changed_entity (entity_id, written)
select entity_id, written
  from suspected_entity
 where entity_id in (select value from json_each(:ids))

-- name: keys_of_via
-- The ones written first come first: what they lead to has waited since then.
select key, written
  from changed_key
 where via = :via
 order by written

-- name: suspected
select entity_id
  from suspected_entity
 where entity_id > :after
   and entity_id not in (select entity_id from changed_entity)
 order by entity_id
 limit :limit

-- name: entities
select entity_id
  from changed_entity
 where entity_id > :after
 order by entity_id
 limit :limit
