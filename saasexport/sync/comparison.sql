-- What is compared of a feed, in a file of its own that is gone when the comparison is.

-- name: tables
create table if not exists walked (
    -- What the shop says, as it was walked: some items a row.
    items    blob not null,  -- key and digest of each, 52 bytes
    entities text not null   -- JSON: the shop's id of each
);
create table if not exists said (
    -- The same of the ranges that differ: an item each.
    key       blob not null,  -- SHA-1 of its identity
    digest    blob not null,  -- SHA-256 of what is compared of it
    entity_id not null        -- the shop's id
);
create table if not exists difference (
    -- An item that the two sides do not agree about.
    key         blob primary key,  -- SHA-1 of its identity
    said        blob,              -- its digest in the shop; null: it is not there
    held        blob,              -- its digest at the service; null: it is not there
    entity_id,                     -- the shop's id; null: nobody knows it
    identity    text,              -- JSON, as the service has it
    modified_at text,              -- UTC, its time of export at the service
    is_beyond   integer not null default 0, -- 1: only the look-back of a full sync hides it
    apart       text,              -- why it is no difference: set aside, rejected, waiting, look-back
    kind        text,              -- missing, extra, different or newer
    fields      text               -- JSON: field -> [in the shop, at the service]
) without rowid;
create table if not exists progress (
    -- How far the shop was walked: one row.
    only_row integer primary key check (only_row = 1),
    position,                                         -- the last entity
    is_walked integer not null default 0              -- 1: the shop was walked to its end
);

-- name: say
insert into walked (items, entities) values (?, ?)

-- name: progress
select position, is_walked
  from progress

-- name: move
insert into progress (only_row, position) values (1, :position)
on conflict (only_row) do update set position = excluded.position

-- name: walked
insert into progress (only_row, is_walked) values (1, 1)
on conflict (only_row) do update set is_walked = 1

-- name: digests
select items
  from walked

-- name: walked_items
select items, entities
  from walked

-- name: forget
-- Rows of a run that was killed.
delete from said

-- name: unpack
insert into said (key, digest, entity_id) values (?, ?, ?)

-- name: index_said
create index if not exists said_key on said (key, entity_id)

-- name: index_entities
create index if not exists difference_entity on difference (entity_id)

-- name: said_of_range
-- Of two items with one identity the one of the lower entity is sent.
select key, digest, entity_id
  from said
 where key >= :low
   and key <= :high
 order by key, entity_id

-- name: differ
insert or replace into difference (key, said, held, entity_id, identity, modified_at)
values (?, ?, ?, ?, ?, ?)

-- name: counts
select coalesce(apart, kind),
       apart is not null,
       count(*)
  from difference
 group by 1, 2
 order by 1

-- name: listed
select key, kind, entity_id, identity, modified_at, fields
  from difference
 where apart is null
 order by entity_id is null, entity_id, key
 limit :limit

-- name: to_repair
select key, said is null, entity_id, identity, modified_at
  from difference
 where apart is null
   and key > :after
 order by key
 limit :limit
