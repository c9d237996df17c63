-- What the copy knows of itself; beside the shop's tables, and changed together with them.

-- name: state
create table if not exists saasexport_mirror (
    -- What this copy is: one row.
    only_row integer primary key check (only_row = 1), -- there is no other
    source   text, -- the shop's server and database
    epoch    text, -- what the digests rely on
    plan     text, -- JSON: which tables and columns are copied, and what that was worked out from
    state    text  -- another one after each run that wrote: what is known elsewhere of an older one is not used
);
create table if not exists saasexport_mirror_table (
    -- The tables that are copied.
    name    text primary key, -- as here
    shape   text not null,    -- columns and key: of another shape it is made anew
    reading text not null,    -- how it is read: read in another way, every row is compared
    width   integer not null  -- of a range of its key
) without rowid;
create table if not exists saasexport_mirror_range (
    -- What the server said of the rows when they were copied.
    name   text    not null,  -- of the table
    range  integer not null,  -- a number: the key by the width, or its hash
    rows   integer not null,
    digest text    not null,  -- the sum of the rows' digests
    primary key (name, range)
) without rowid;

-- name: excess_rows
-- Rows of a table without a key that the server has fewer of, or none.
delete from {table}
 where rowid in (select numbered.row
                   from (select rowid as row, {columns}, row_number() over (partition by {exact}) as number
                           from {table}) as numbered
                  where not exists (select 1
                                      from {stage}_counted as wanted
                                     where wanted.number = numbered.number and {same}))

-- name: lacking_rows
insert into {table} ({columns})
select {columns}
  from {stage}_counted as wanted
 where not exists (select 1
                     from (select {columns}, row_number() over (partition by {exact}) as number from {table}) as numbered
                    where wanted.number = numbered.number and {same})
