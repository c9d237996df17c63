-- Views over the feed tables, made anew when the set of feeds changes.

-- name: feed_status
-- One feed's line of the view feed_status.
select '{feed}' as feed,
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

-- name: failed_items
-- One feed's lines of the view failed_items.
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
       'gone from the shop with many others: its deletion is held back until saasexport deletions {feed} --confirm',
       metadata,
       modified_at
  from gone_entity
  join {feed_table} on {feed_table}.source_entity_id = gone_entity.entity_id
 where gone_entity.feed = '{feed}'
   and gone_entity.is_held = 1
   and {feed_table}.is_deleted = 0
   and {feed_table}.status not in (1, 2, 400)

-- name: changelog_backlog
select feed,
       view_id || '_cl' as changelog,
       backlog,
       version_id,
       updated,
       counted_at
  from view_state
