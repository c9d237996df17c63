-- The index of the connected services, beside the items it is made of; it can be dropped at any time.

-- name: schema
create table if not exists catalog_state (
    -- One row: which program made the index, and how far it is.
    version     integer not null,  -- of the index; another one is made anew
    steps       integer not null,  -- changes whenever the index does
    is_complete integer not null   -- 1: everything was taken up at least once
);
create table if not exists catalog_change (
    -- Items that were received and not yet taken up, in their order.
    id      integer primary key autoincrement,
    item_id integer not null  -- item.id
);
create trigger if not exists catalog_item_insert after insert on item begin
    insert into catalog_change (item_id) values (new.id);
end;
create trigger if not exists catalog_item_update after update of item on item begin
    insert into catalog_change (item_id) values (new.id);
end;
create table if not exists catalog_view (
    -- A store view of a data space that has products.
    id          integer primary key,
    environment text    not null,
    code        text    not null,  -- the store view's code
    is_english  integer not null,  -- 1: its words are stemmed
    unique (environment, code)
);
create table if not exists catalog_due (
    -- Products that have to be looked at again.
    view_id integer not null,
    sku     text    not null,
    primary key (view_id, sku)
) without rowid;
create table if not exists catalog_product (
    -- An enabled product in a store view.
    id        integer primary key,
    view_id   integer not null,
    document  integer not null,  -- its number in the index of the view
    sku       text    not null,
    folded    text    not null,  -- the SKU without regard to case
    body      text,              -- JSON of what it is filtered and sorted by; null: it can only be looked up
    unique (view_id, sku)
);
create index if not exists catalog_product_folded on catalog_product (view_id, folded);
create index if not exists catalog_product_document on catalog_product (view_id, document);
create table if not exists catalog_read (
    -- Whose items a product's entry was made from, besides its own.
    view_id integer not null,
    sku     text    not null,  -- the other one
    reader  text    not null,
    primary key (view_id, sku, reader)
) without rowid;
create index if not exists catalog_read_reader on catalog_read (view_id, reader);
create table if not exists catalog_place (
    -- Where a product stands in a category.
    view_id     integer not null,
    category_id text    not null,
    position    integer not null,
    document    integer not null,
    primary key (view_id, category_id, position, document)
) without rowid;
create table if not exists catalog_term (
    -- Words, and beginnings of names, with the number of products that have them.
    view_id   integer not null,
    kind      text    not null,  -- word or name
    term      text    not null,
    documents integer not null,
    primary key (view_id, kind, term)
) without rowid;
create table if not exists catalog_attribute (
    -- What the entries of a view were made with.
    view_id integer not null,
    code    text    not null,
    facts   text    not null,
    primary key (view_id, code)
) without rowid;
create table if not exists catalog_category (
    -- Which category an item was about when it was last taken up: its address may become another one's.
    view_id     integer not null,
    path        text    not null,
    category_id text    not null,
    primary key (view_id, path)
) without rowid;

-- name: tables
select name
  from sqlite_master
 where (name like 'catalog\_%' escape '\' and type in ('table', 'trigger'))
    or (name like 'search\_%' escape '\' and sql like 'create virtual table%');

-- name: state
select version, steps, is_complete from catalog_state;

-- name: take_all
insert into catalog_change (item_id) select id from item order by id;

-- name: changes
select catalog_change.id, catalog_change.item_id, feed.environment, feed.name, item.identity, item.item, item.is_deleted
  from catalog_change
  join item on item.id = catalog_change.item_id
  join feed on feed.id = item.feed_id
 order by catalog_change.id
 limit :limit;

-- name: drop_changes
delete from catalog_change where id <= :last;

-- name: view
insert into catalog_view (environment, code, is_english) values (:environment, :code, :is_english)
    on conflict do nothing;

-- name: views
select id, environment, code, is_english from catalog_view;

-- name: due_product
insert or ignore into catalog_due (view_id, sku) values (:view_id, :sku);

-- name: due_readers
insert or ignore into catalog_due (view_id, sku)
select view_id, reader from catalog_read where view_id = :view_id and sku = :sku;

-- name: due_category
insert or ignore into catalog_due (view_id, sku)
select place.view_id, product.sku
  from catalog_place as place
  join catalog_product as product on product.view_id = place.view_id and product.document = place.document
 where place.view_id = :view_id and place.category_id = :category_id;

-- name: due_view
insert or ignore into catalog_due (view_id, sku)
select view_id, sku from catalog_product where view_id = :view_id;

-- name: due
select view_id, sku from catalog_due order by view_id, sku limit :limit;

-- name: has_due
select exists (select 1 from catalog_due) or exists (select 1 from catalog_change);

-- name: drop_due
delete from catalog_due where view_id = :view_id and sku = :sku;

-- name: product
select id, document, body from catalog_product where view_id = :view_id and sku = :sku;

-- name: next_document
select coalesce(max(document), 0) + 1 from catalog_product where view_id = :view_id;

-- name: insert_product
insert into catalog_product (view_id, document, sku, folded, body) values (:view_id, :document, :sku, :folded, :body);

-- name: update_product
update catalog_product set body = :body where id = :id;

-- name: delete_product
delete from catalog_product where id = :id;

-- name: reads
select sku from catalog_read where view_id = :view_id and reader = :sku;

-- name: delete_read
delete from catalog_read where view_id = :view_id and sku = :other and reader = :sku;

-- name: insert_read
insert or ignore into catalog_read (view_id, sku, reader) values (:view_id, :other, :sku);

-- name: delete_place
delete from catalog_place
 where view_id = :view_id and category_id = :category_id and position = :position and document = :document;

-- name: insert_place
insert or ignore into catalog_place (view_id, category_id, position, document)
values (:view_id, :category_id, :position, :document);

-- name: count_term
insert into catalog_term (view_id, kind, term, documents) values (:view_id, :kind, :term, :count)
    on conflict (view_id, kind, term) do update set documents = documents + excluded.documents;

-- name: drop_terms
delete from catalog_term where view_id = :view_id and kind = :kind and term = :term and documents <= 0;

-- name: attribute
select facts from catalog_attribute where view_id = :view_id and code = :code;

-- name: save_attribute
insert or replace into catalog_attribute (view_id, code, facts) values (:view_id, :code, :facts);

-- name: orders_state
select feed.last_received_at, count(*), max(item.exported_at)
  from feed
  join item on item.feed_id = feed.id
 where feed.environment = :environment
   and feed.name = 'orders';

-- name: category
select category_id from catalog_category where view_id = :view_id and path = :path;

-- name: save_category
insert or replace into catalog_category (view_id, path, category_id) values (:view_id, :path, :category_id);

-- name: drop_category
delete from catalog_category where view_id = :view_id and path = :path;
