-- The store of the embedded Commerce Service: what it was sent and holds for connected services.

-- name: schema
create table if not exists feed (
    -- One feed of one environment.
    id               integer primary key,
    environment      text not null,  -- the SaaS data space id
    name             text not null,  -- products, prices, ...
    last_received_at text not null,  -- UTC, when its last batch came in
    unique (environment, name)
);

create table if not exists item (
    -- The latest state of one feed item; a deleted one stays, so that no older state comes back.
    id          integer primary key,
    feed_id     integer not null references feed (id),
    identity    text    not null,  -- JSON list of the identity fields' values, in the feed's order
    item        text    not null,  -- JSON, as it was sent
    is_deleted  integer not null,  -- 1: gone in the shop
    exported_at text    not null,  -- UTC, by the exporter's clock; an older state is ignored
    received_at text    not null,  -- UTC, by ours
    request_id  text,              -- X-Request-Id of the request that brought it
    key         blob,              -- SHA-1 of the identity, once the digest is made
    digest      blob,              -- SHA-256 of what is compared of the item; null: not made since it last changed
    unique (feed_id, identity)
);

create index if not exists item_deleted on item (feed_id)
 where is_deleted = 1;  -- for counting them

create index if not exists item_digest on item (feed_id, key, digest)
 where digest is not null and is_deleted = 0;  -- for comparing, by ranges of keys

create index if not exists item_without_digest on item (feed_id)
 where digest is null and is_deleted = 0;  -- for making them, when somebody compares

-- Whoever changes an item behind our back must not have its old digest shown.
create trigger if not exists item_changed after update of item, identity on item
  when new.digest is not null and (new.item is not old.item or new.identity is not old.identity)
begin
    update item set digest = null where id = new.id;
end;

pragma user_version = 2;

-- name: add_digests
-- What a database of version 1 lacks.
alter table item add column key blob;
alter table item add column digest blob;

-- name: other_environments
-- How many there are if :environment is not one of them, else none.
select count(distinct environment)
  from feed
 where not exists (select 1 from feed where environment = :environment);

-- name: touch_feed
insert into feed (environment, name, last_received_at)
values (:environment, :feed, :received_at)
    on conflict (environment, name) do update
   set last_received_at = excluded.last_received_at
returning id;

-- name: add_item
-- Of the trigger on updates nothing is to be seen here: it would double what a new item costs.
-- By places, not by names: to find seven names takes as long as to add a row.
insert into item (feed_id, received_at, request_id, identity, item, is_deleted, exported_at)
values (?, ?, ?, ?, ?, ?, ?)
    on conflict (feed_id, identity) do nothing;

-- name: update_item
-- An older state is ignored, and so is the very same one: it was sent again.
update item
   set item = :item,
       is_deleted = :is_deleted,
       exported_at = :exported_at,
       received_at = :received_at,
       request_id = :request_id,
       digest = null
 where feed_id = :feed_id
   and identity = :identity
   and (:exported_at > exported_at or (:exported_at = exported_at and :item <> item));

-- name: counts
select feed.name,
       feed.environment,
       (select count(*) from item where item.feed_id = feed.id),
       (select count(*) from item where item.feed_id = feed.id and is_deleted = 1),
       feed.last_received_at
  from feed
 order by feed.environment, feed.name;

-- name: page
-- Items after :after in the order of their keys; one more than :limit tells whether there are others.
select identity, item
  from item
 where feed_id = (select id from feed where environment = :environment and name = :feed)
   and identity > :after
   and (:with_deleted or is_deleted = 0)
 order by identity
 limit :limit + 1;

-- name: one_item
select item
  from item
 where feed_id = (select id from feed where environment = :environment and name = :feed)
   and identity = :identity;

-- name: any_without_digest
select exists (select 1
                 from item
                where feed_id = (select id from feed where environment = :environment and name = :feed)
                  and digest is null
                  and is_deleted = 0);

-- name: without_digest
select id, identity, item
  from item
 where feed_id = (select id from feed where environment = :environment and name = :feed)
   and digest is null
   and is_deleted = 0
 limit :limit

-- name: save_digest
update item
   set key = ?,
       digest = ?
 where id = ?

-- name: digests
select key, digest
  from item
 where feed_id = (select id from feed where environment = :environment and name = :feed)
   and digest is not null
   and is_deleted = 0;

-- name: digest_page
-- The items with keys from :low to :high after :after; one more than :limit tells whether there are others.
select hex(key), hex(digest), identity, item, exported_at
  from item
 where feed_id = (select id from feed where environment = :environment and name = :feed)
   and digest is not null
   and is_deleted = 0
   and key > :after
   and key >= :low
   and key <= :high
 order by key
 limit :limit + 1;

-- name: tables
-- Empty for a new file.
select count(*) from sqlite_master;
