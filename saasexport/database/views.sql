-- Views over the feed tables, made anew when the set of feeds changes.

-- name: feed_status
-- One line per feed: how it stands, as our database knows it.
--   feed_table, changelog   where its rows are, here and in the shop
--   source_records          items that a full sync would produce, when counted (counted_at)
--   delivered, failed, awaiting, deleted   its rows by what became of them; failed: without those a person has dropped
--   held                    entities whose deletion is held back
--   backlog                 changelog rows not read yet, when counted
--   indexer, mode           valid, invalid, working, suspended; schedule or realtime
--   unavailable             why the feed cannot be used with this shop; null: it can
select '{feed}' as feed,
       '{feed_table}' as feed_table,
       '{changelog}' as changelog,
       view_state.source_records,
       (select count(*) from {feed_table}) - counted.other as delivered,
       counted.failed,
       counted.awaiting,
       counted.deleted,
       (select count(*) from gone_entity where feed = '{feed}' and is_held = 1) as held,
       view_state.backlog,
       indexer_state.status as indexer,
       view_state.mode,
       view_state.synced_at,
       view_state.counted_at,
       view_state.unavailable
  from view_state
  join indexer_state using (feed),
       (select count(*) as other,
               coalesce(sum(status in (1, 2) or (status = 400 and dropped_at is null)), 0)
                   as failed,
               coalesce(sum(status = 0), 0) as awaiting,
               coalesce(sum(status = 200 and is_deleted = 1), 0) as deleted
          from {feed_table}
         where status <> 200 or is_deleted = 1) as counted
 where view_state.feed = '{feed}'

-- name: no_feed_status
-- An installation that has no feed.
select null as feed, null as feed_table, null as changelog, null as source_records, null as delivered, null as failed,
       null as awaiting, null as deleted, null as held, null as backlog, null as indexer, null as mode,
       null as synced_at, null as counted_at, null as unavailable
 where 0

-- name: no_failed_items
select null as feed, null as id, null as source_entity_id, null as status, null as is_deleted, null as feed_data,
       null as errors, null as metadata, null as modified_at
 where 0

-- name: failed_items
-- One line per item that is not delivered, and why; held back deletions among them.
select '{feed}' as feed,
       id,
       source_entity_id,
       status,
       is_deleted,
       feed_data,
       errors,
       metadata,
       modified_at
  from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and (status in (1, 2) or (status = 400 and dropped_at is null))
union all
select '{feed}',
       id,
       source_entity_id,
       status,
       is_deleted,
       feed_data,
       case when (select holds_any from view_state where feed = '{feed}')
            then 'gone since the file of the feed was changed'
            else 'gone from the shop with many others'
       end || ': its deletion is held back until saasexport deletions {feed} --confirm',
       metadata,
       modified_at
  from gone_entity
  join {feed_table} on {feed_table}.source_entity_id = gone_entity.entity_id
 where gone_entity.feed = '{feed}'
   and gone_entity.is_held = 1
   and (gone_entity.items is null or {feed_table}.id in (select value from json_each(gone_entity.items)))
   and {feed_table}.is_deleted = 0
   and {feed_table}.status not in (1, 2, 400)

-- name: changelog_backlog
-- One line per changelog in the shop: how far it has been read, and when that was counted.
select feed,
       view_id || '_cl' as changelog,
       backlog,
       version_id,
       updated,
       counted_at
  from view_state
