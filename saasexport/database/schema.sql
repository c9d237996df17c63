-- Our database: every fixed table and the template of a feed table.  Views are
-- made from the feeds that exist: see saasexport/database/views.py.  In the sqlite3
-- shell, `.schema cde_products_feed` shows these comments again.

-- name: fixed
create table installation (
    -- Who this installation is, and what jobs keep between runs and an idle one compares: one row.
    only_row        integer primary key check (only_row = 1), -- there is no other
    -- Who it is.
    installation_id text,     -- the id that its triggers in the shop carry; null: not set up
    shop_identity   text,     -- the shop that the UUIDs of orders are made from
    machine         text,     -- hash of the machine and place that it was set up on
    uninstalled     text,     -- UTC, when it was uninstalled; null: it is in use
    -- What was done last.
    program         text,     -- version of saasexport that used it last
    environment_id  text,     -- the data space in force
    once_available  text,     -- names of the feeds that the shop could give at some time
    cleaned_at      text,     -- UTC, when rows of deleted items were last removed
    -- The configuration that is in use, checked.
    config_file     text,     -- its path
    config_bytes    blob,     -- the file as it was then: while it is the same, it is not checked again
    config          text,     -- JSON: the values
    lock_dir        text,     -- [export] lock_dir, for an idle job
    log_dir         text,     -- [export] log_dir
    ping_url        text,     -- [export] ping_url
    reconcile_hours integer,  -- [export] reconcile_hours
    shop_file       text,     -- [shop] database
    mirror_source   text,     -- [mirror] source; null: the shop lives in its file
    feeds_dir       text,     -- [export] feeds_dir
    feed_files      text,     -- a line for each file there: name, size, time, number
    -- The shop.
    shop_version    integer,  -- its schema_version when capture was last checked; null: it must be checked
    usable          text      -- a line for each feed that it can give: name, table, changelog, sending job, module
);

create table installed_trigger (
    -- The triggers in the shop as they were when last checked: one that is missing or changed has its feeds compared.
    name text primary key,  -- saasexport_<table>_<operation>
    sql  text not null      -- its text
) without rowid;

create table environment (
    -- The data spaces (environment_id) this installation has delivered to.
    bit            integer primary key,  -- its bit in the column environments of the feed tables: 0 to 62
    environment_id text not null unique, -- [service] environment_id
    used_at        text not null         -- UTC, when it last became the one in force
);

create table indexer_state (
    -- Whether a feed must be synced in full, and how far that has come.
    feed       text primary key,         -- the feed's name
    indexer_id text not null unique,     -- as `indexer:info` prints it
    status     text not null check (status in ('valid', 'invalid', 'working', 'suspended')), -- invalid -> working -> valid
    updated    text not null,            -- UTC, when the status last changed
    position,                            -- the last entity a full sync has done; null: it begins anew
    reason     text,                     -- why it is invalid, in words for people
    began_at   text                      -- UTC, when the full sync began that is under way or was the last
) without rowid;

create table view_state (
    -- How far a feed's changelog has been read, and what was counted.
    feed           text primary key,           -- the feed's name
    view_id        text not null unique,       -- its changelog in the shop is <view_id>_cl
    mode           text not null default 'schedule' check (mode in ('schedule', 'realtime')), -- schedule (triggers), or realtime: Update on Save
    updated        text not null,              -- UTC, when the cursor last moved
    version_id     integer not null default 0, -- the cursor: changelog rows up to here are done
    fingerprint    text,                       -- what the changelog's row at the cursor held
    pass_version   integer,                    -- the partial sync in progress reads up to here; null: none is
    pass_position,                             -- and has done the entities up to this one
    due_after      text,                       -- UTC, moments up to here that change items without a write are done
    due_at         text,                       -- UTC, the next such moment; null: none is known
    source_records integer,                    -- items a full sync would produce, when counted
    backlog        integer,                    -- changelog rows not read yet, when counted
    waiting_since  text,                       -- UTC, when rows were first counted and none was read since; null: none wait
    counted_at     text,                       -- UTC, when the two were counted
    counted_head   integer,                    -- the changelog's last version then: unmoved, nothing need be counted
    synced_at      text,                       -- UTC, when items were last sent
    reconciled_at  text,                       -- UTC, when the whole feed was last compared with the shop
    unavailable    text,                       -- why the feed cannot be used with this shop; null: it can
    never_answered text,                       -- JSON: what of its queries the shop never could answer, and by which version
    forgotten_at   text,                       -- UTC, the latest time of export of rows that were removed: new items come after it
    verified_at    text,                       -- UTC, when what the service holds was last compared with the shop
    differing      integer,                    -- items that differed then and were not mended; null: it never was
    newest_change  integer,                    -- unix seconds, when the newest change that was delivered was written
    newest_delay   integer,                    -- seconds from there to the answer of the service
    repaired       integer,                    -- items that the last daily comparison with the shop found otherwise, though no
                                               -- change of theirs was announced: 0 proves that all is watched
    digest         text,                       -- hash of the feed's file as it was last used; empty: it is built in
    holds_any      integer not null default 0 check (holds_any in (0, 1)) -- 1: the file was changed, and until deletions
                                               -- are confirmed, or none are needed, the guard counts however few
) without rowid;

create table data_exporter_uuid (
    -- UUIDs of orders and their parts: the service knows them by these.
    uuid       text primary key,      -- version 5 of shop, type and entity id
    entity_id  not null,              -- the shop's id; no declared type: text ids stay text
    type       text not null,         -- order, order_item, order_shipment or credit_memo
    created_at text not null,         -- UTC, when it was assigned
    unique (entity_id, type)
) without rowid;

create table gone_entity (
    -- Entities that produce nothing any more, or less, until the pass that found them decides about their items.
    feed      text    not null,            -- the feed's name
    entity_id not null,                    -- the shop's id
    found_by  text    not null,            -- the pass: full or partial
    is_held   integer not null default 0,  -- 1: too many at once, held back until `deletions --confirm`
    found_at  text    not null,            -- UTC
    items     text,                        -- JSON: the rows of those that are gone; null: all
    primary key (feed, entity_id)
) without rowid;

create table entity_fingerprint (
    -- What entities said of their stock when last assembled: a sale that changes nothing of it sends nothing.
    feed      text    not null,  -- the feed's name
    entity_id not null,          -- the shop's id
    said      text    not null,  -- hash of what the feed asks for it
    primary key (feed, entity_id)
) without rowid;

create table repeated (
    -- What the Optimizer is sent once more, as its items carry no time: none with another destination.
    feed     text    not null,                                         -- the feed's name
    row_id   integer not null,                                         -- of the feed's table
    is_below integer not null check (is_below in (0, 1)),              -- 1: not the item goes again but all below it
    is_lost  integer not null default 0 check (is_lost in (0, 1)),     -- 1: a request with it had no answer
    due_at   text,                                                     -- UTC; null: a request is under way, or was lost
    primary key (feed, row_id, is_below)
) without rowid;

create index repeated_due_at on repeated (
    due_at  -- for the job of every minute, which asks whether any is due (saasexport/database/questions.py)
) where due_at is not null;

create table service_state (
    -- What we know of the service: back-off is the service's, not an item's.
    url         text primary key,            -- [service] url
    failures    integer not null default 0,  -- requests without a usable answer since the last good one
    probe_after text,                        -- UTC, jobs started by cron try again then
    not_before  text,                        -- UTC, from Retry-After: nothing is sent until then
    max_body    integer,                     -- bytes; learnt from answers 413
    error       text                         -- what the last failure was
) without rowid;

create table mirror_state (
    -- How the copy of a shop that lives in a server was last brought up to date: one row; none without [mirror].
    only_row     integer primary key check (only_row = 1), -- there is no other
    basis        text,    -- hash of what decides which tables are copied: configuration and feeds
    copied_at    text,    -- UTC, the moment whose state of the shop the copy shows; null: the first is not complete
    seconds      real    not null default 0,    -- how long the last good run took
    tables       integer not null default 0,    -- that are copied
    rows_read    integer not null default 0,    -- that the last good run fetched
    rows_written integer not null default 0,    -- that were others
    due_at       text,    -- UTC, the next run by cron: the server is asked for a share of the time ([mirror] load)
    failed_since text,    -- UTC, since when no run has gone well; null: the last one did
    error        text,    -- why
    gates        text    not null default '{}', -- JSON: by what the server's tables are known not to have changed
    notes        text    not null default '{}'  -- JSON: what somebody should know of the server and its values
);

create table sent_history (
    -- What was sent and what failed, for the charts of the dashboard; kept for 90 days.
    slot   text    not null,  -- UTC, the ten minutes: 2026-11-25 02:40 is up to 02:49:59
    feed   text    not null,  -- the feed's name
    sent   integer not null,  -- items delivered, deletions included
    failed integer not null,  -- tries of items that did not succeed
    primary key (slot, feed)
) without rowid;

create table delay_history (
    -- How long changes of the shop took to be delivered, an hour and a feed in few rows; kept for 90 days.
    hour    text    not null,  -- UTC, when they were delivered: 2026-11-25 02
    feed    text    not null,  -- the feed's name
    seconds integer not null,  -- about the seconds each took: to 10 percent
    changes integer not null,  -- items delivered
    worst   integer not null,  -- the longest of them, to the second
    primary key (hour, feed, seconds)
) without rowid;

create table full_sync_history (
    -- Full syncs that began, by what they were needed for; kept for 90 days.
    hour   text    not null,  -- UTC: 2026-11-25 02
    feed   text    not null,  -- the feed's name
    reason text    not null,  -- in words for people, any number in it as N
    syncs  integer not null,  -- how many
    primary key (hour, feed, reason)
) without rowid;

create table problem (
    -- What went wrong in the last run of each job, so that cron mail says it once (--cron).
    job     text not null,  -- the job's name
    message text not null,  -- what it said
    since   text not null,  -- UTC, when it began
    told    text not null,  -- UTC, when it was last printed
    waits_for_people integer not null default 0 check (waits_for_people in (0, 1)), -- 1: no job can do more about it
    primary key (job, message)
) without rowid;

-- name: feed_table
create table {feed_table} (
    -- What was sent of the feed {feed}, and how it went, per item.
    id               integer primary key,         -- the row's number
    source_entity_id not null,                    -- the shop's id of the entity; no declared type: text ids stay text
    feed_id          text    not null unique,     -- sha1 of the identity fields: {identity}
    feed_data        text    not null,            -- JSON: {payload}
    feed_hash        text    not null,            -- sha1 of the item as last staged, times left out
    is_deleted       integer not null default 0 check (is_deleted in (0, 1)), -- 1: gone in the shop
    status           integer not null default 0 -- 0 awaiting submission
                                                  -- 0 -> 200 delivered | 400 rejected | 2 to be retried
                                                  -- 1 not assembled, 2 -> 0 as soon as it is staged again
                                                  -- 200, 400 -> 0 when the item changes or goes
        -- A list would make a temporary table for every row.
        check (status = 0 or status = 1 or status = 2 or status = 200 or status = 400),
    errors           text,                        -- why not, in words for people
    metadata         text,                        -- JSON: requestId and code of the last try, tries since the last success, and the
                                                  -- hash of its translation, where a destination has its own items
    dropped_at       text,                        -- UTC, when a person gave the item up until it changes, for status 400
    modified_at      text    not null,            -- UTC, the item's time of export: when its content last changed
    environments     integer not null default 0,  -- bits: the data spaces that may hold the item, see table environment
    contested        text,                        -- feed_id of an identity that another entity holds, for status 1
    written          integer                      -- unix seconds, when the oldest change not delivered yet was written
);

create index {feed_table}_source_entity_id on {feed_table} (
    source_entity_id  -- to compare an entity's items with those it produced before
);

create index {feed_table}_attention on {feed_table} (
    status,  -- for the jobs, which look for few among many (entities_to_retry), and for counting (feed_status)
    source_entity_id,
    is_deleted
) where status <> 200 or is_deleted = 1;
