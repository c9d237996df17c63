-- What was sent, per item.

-- name: of_entities
select id, source_entity_id, feed_id, feed_hash, is_deleted, status, modified_at, environments, feed_data, contested,
       case when status = 200 and is_deleted = 0 and instr(metadata, '"translation"')
            then json_extract(metadata, '$.translation') end
  from {feed_table}
 where source_entity_id in (select value from json_each(:ids))

-- name: by_feed_id
select id, source_entity_id, feed_id, feed_hash, is_deleted, status, modified_at, environments, feed_data, contested,
       case when status = 200 and is_deleted = 0 and instr(metadata, '"translation"')
            then json_extract(metadata, '$.translation') end
  from {feed_table}
 where feed_id in (select value from json_each(:feed_ids))

-- name: staged_since
-- Of some rows those that got a state of their own since a moment.
select source_entity_id
  from {feed_table}
 where id in (select value from json_each(:ids))
   and modified_at >= :since

-- name: last_id
select coalesce(max(id), 0)
  from {feed_table}

-- name: add
insert into {feed_table}
       (id, source_entity_id, feed_id, feed_data, feed_hash, status, modified_at, environments)
values (?, ?, ?, ?, ?, 0, ?, ?)

-- name: change
update {feed_table}
   set source_entity_id = ?,
       feed_data = ?,
       feed_hash = ?,
       is_deleted = 0,
       status = 0,
       errors = null,
       modified_at = ?,
       environments = environments | ?,
       contested = null,
       dropped_at = null
 where id = ?

-- name: mark_deleted
update {feed_table}
   set is_deleted = 1,
       status = 0,
       errors = null,
       dropped_at = null,
       modified_at = ?
 where id = ?

-- name: forget_here
-- Gone, and this data space never had it; another one may, and is told on return.
update {feed_table}
   set is_deleted = 1,
       status = 200,
       errors = null,
       modified_at = ?
 where id = ?

-- name: forget
delete from {feed_table}
 where id = ?

-- name: add_failed
insert into {feed_table}
       (source_entity_id, feed_id, feed_data, feed_hash, status, errors, modified_at, contested)
values (?, ?, ?, '', ?, ?, ?, ?)
on conflict (feed_id) do update
   set source_entity_id = excluded.source_entity_id,
       -- Without a hash it is new as soon as it can be sent; 400 is not looked at otherwise.
       feed_hash = case when is_deleted or excluded.status = 400 then '' else feed_hash end,
       is_deleted = 0,
       -- What a person has dropped stays dropped, unless it fails for another reason.
       status = case when dropped_at is not null and errors = excluded.errors then 400 else excluded.status end,
       dropped_at = case when errors = excluded.errors then dropped_at end,
       errors = excluded.errors,
       contested = excluded.contested

-- name: waiting_for
-- Entities whose item waits for an identity that another entity held.
select source_entity_id
  from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and status = 1
   and contested in (select value from json_each(:feed_ids))

-- name: remember_written
-- Since when what is staged of the entities of a changelog waits; a change that waits already is older.
update {feed_table}
   set written = (select written from changed_entity where changed_entity.entity_id = source_entity_id)
 where id in (select value from json_each(:ids))
   and written is null

-- name: delays
-- How long the changes of delivered items took, the newest first.
select max(0, cast(strftime('%s', :now) as integer) - written) as seconds,
       count(*),
       written
  from {feed_table}
 where id in (select value from json_each(:ids))
   and written is not null
 group by written
 order by written desc

-- name: delivered
update {feed_table}
   set status = 200,
       errors = null,
       -- Without a request the last one is still what there is to tell.
       metadata = coalesce(:metadata, metadata),
       written = null
 where id in (select value from json_each(:ids))

-- name: translated
update {feed_table}
   set metadata = json_set(metadata, '$.translation', ?)
 where id = ?

-- name: delivered_deletions
update {feed_table}
   set status = 200,
       errors = null,
       metadata = coalesce(:metadata, metadata),
       environments = environments & ~:environment,
       written = null
 where id in (select value from json_each(:ids))

-- name: not_delivered
update {feed_table}
   set status = ?1,
       errors = ?2,
       metadata = json_object('requestId', ?3, 'code', ?4,
                              'tries', coalesce(json_extract(metadata, '$.tries'), 0) + 1),
       -- What is rejected waits no more: another change will be another item.
       written = case when ?1 <> 400 then written end
 where id = ?5

-- name: entities_to_retry
-- One query per status, so that each is read in the order of its index and none is sorted.
select source_entity_id
  from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and status = 1
   and source_entity_id > :after
union
select source_entity_id
  from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and status = 2
   and source_entity_id > :after
 order by source_entity_id
 limit :limit

-- name: entities_awaiting
select distinct source_entity_id
  from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and status = 0
   and source_entity_id > :after
 order by source_entity_id
 limit :limit

-- name: awaiting
-- What a legacy feed collected, to be sent as it stands.
select id, feed_data, is_deleted, modified_at
  from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and status = 0
   and id > :after
 order by id
 limit :limit

-- name: awaiting_of_entities
-- Their rows are named first: nothing large has to be sorted.
select id, feed_data, is_deleted, modified_at
  from {feed_table}
 where id in (select id
                from {feed_table}
               where status = 0
                 and id > :after
                 and source_entity_id in (select value from json_each(:ids)))
 order by id

-- name: gone_candidates
-- Entities we know in a range that a full sync has just walked.
select distinct source_entity_id
  from {feed_table}
 where source_entity_id > :after
   and source_entity_id <= :upto
   and is_deleted = 0
   and source_entity_id not in (select value from json_each(:ids))
 order by source_entity_id
 limit :limit

-- name: count_alive
-- All but the deleted, which are few and in the index.
select count(*) - (select count(*) from {feed_table} where (status <> 200 or is_deleted = 1) and is_deleted = 1)
  from {feed_table}

-- name: count_apart
-- Items that no source record stands for, or that count nowhere: dropped ones, and those that are yet to be deleted.
select coalesce(sum(dropped_at is not null), 0),
       coalesce(sum(is_deleted = 1 and status <> 200 and dropped_at is null), 0),
       coalesce(sum(status = 1), 0)
  from {feed_table}
 where (status <> 200 or is_deleted = 1)

-- name: clean_up
-- One that another data space may still hold is kept, to be deleted there on return.
delete from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and is_deleted = 1
   and status = 200
   and environments = 0
   and modified_at < :before

-- name: not_sent
-- Another data space: what is alive has to be sent there, what it may still hold of the rest is deleted there.
update {feed_table}
   set status = 0,
       errors = null,
       metadata = null,
       environments = environments | :environment
 where is_deleted = 0
   and status <> 1

-- name: deleted_not_sent
update {feed_table}
   set status = case when environments & :environment then 0 else 200 end,
       errors = null
 where is_deleted = 1

-- name: sample
-- Some live rows, from all over the table, and its first: of a small one that is all.
select source_entity_id, feed_id
  from {feed_table}
 where is_deleted = 0
   and status <> 1
   and id in (select abs(random()) % (select max(id) + 1 from {feed_table}) from (select 1 from {feed_table} limit :limit)
               union
              select id from (select id from {feed_table} order by id limit 50))

-- name: latest
-- The latest time of export among the rows that clean_up would remove, or among all.
select max(modified_at)
  from {feed_table}
 where :before is null
    or ((status <> 200 or is_deleted = 1)
        and is_deleted = 1
        and status = 200
        and environments = 0
        and modified_at < :before)

-- name: remember_latest
update view_state
   set forgotten_at = max(coalesce(forgotten_at, :latest), :latest)
 where feed = :feed

-- name: forgotten_at
select forgotten_at
  from view_state
 where feed = :feed

-- name: empty
delete from {feed_table}

-- name: forget_entities
delete from {feed_table}
 where source_entity_id in (select value from json_each(:ids))

-- name: send_later_than
-- The service does not hold what it should: without a hash it is new, and comes after what is held there.
update {feed_table}
   set status = 2,
       feed_hash = '',
       errors = :error,
       dropped_at = null,
       modified_at = max(modified_at, :held_at)
 where feed_id = :feed_id

-- name: delete_later_than
-- The service holds what the shop does not have: on record as delivered, its deletion is found by the next step.
insert into {feed_table}
       (source_entity_id, feed_id, feed_data, feed_hash, status, errors, modified_at, environments)
values (:entity_id, :feed_id, :data, '', 2, :error, :held_at, :environment)
on conflict (feed_id) do update
   set is_deleted = 0,
       status = 2,
       feed_hash = '',
       errors = excluded.errors,
       environments = environments | excluded.environments,
       modified_at = max(modified_at, excluded.modified_at)

-- name: send_again
-- Stored rows of a legacy feed, delivered or not; what was deleted and delivered as such the service has no more.
update {feed_table}
   set status = 0,
       errors = null
 where status in (2, 200, 400)
   and (is_deleted = 0 or status <> 200)
   and (:after is null or source_entity_id > :after)
   and (:ids is null or source_entity_id in (select value from json_each(:ids)))

-- name: schedule
-- An item that is gone was told to the service already: the bit has its deletion told once more.
update {feed_table}
   set status = 0,
       errors = null,
       environments = environments | :environment
 where id in (select value from json_each(:ids))
   and status in (200, 400)
   and source_entity_id not in (select entity_id from gone_entity where feed = :feed)

-- name: data_of
select feed_data
  from {feed_table}
 where id in (select value from json_each(:ids))
   and is_deleted = 0

-- name: claimed
-- What has its place at a destination, or is to have it.
select id, source_entity_id, feed_data
  from {feed_table}
 where is_deleted = 0
   and feed_data <> ''
   and status in (0, 2, 200)

-- name: on_record
select id, feed_data, is_deleted
  from {feed_table}
 where feed_data <> ''
   and status in (200, 400)

-- name: deleted_on_record
select id, feed_data, is_deleted
  from {feed_table}
 where feed_data <> ''
   and (status <> 200 or is_deleted = 1)
   and is_deleted = 1
   and status in (200, 400)

-- name: retry
-- A rejected item is sent again only when it changes, unless somebody says so.
update {feed_table}
   set status = 2,
       dropped_at = null
 where id in (select value from json_each(:ids))
   and status = 400

-- name: drop
-- Rejected, by a person: it is sent again when it changes, and not shown as failed until then.
update {feed_table}
   set status = 400,
       feed_hash = case when status = 1 then '' else feed_hash end,
       dropped_at = :now
 where id in (select value from json_each(:ids))
   and status in (1, 2, 400)

-- name: count_as_delivered
-- Which data spaces the bits mean is lost: a deletion too many does no harm, one too few does.
update {feed_table}
   set environments = environments | :environment
 where environments <> 0

-- name: forget_delivered
-- What was delivered to a data space that is forgotten.
update {feed_table}
   set environments = environments & ~:environment
