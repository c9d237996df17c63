-- What doctor asks about changelogs and items.

-- name: extent
-- Of the shop: versions have no gaps but for what was purged.
select coalesce(max(version_id), 0), coalesce(max(version_id) - min(version_id) + 1, 0)
  from {changelog}

-- name: counted
-- As the last count found it.
select view_state.backlog, view_state.counted_at, view_state.updated, indexer_state.status
  from view_state
  join indexer_state using (feed)
 where view_state.feed = :feed

-- name: reconciled_at
select reconciled_at
  from view_state
 where feed = :feed

-- name: undelivered
select feed, failed, awaiting
  from feed_status
 where failed > 0
    or awaiting > 0

-- name: held_back
select feed, count(*)
  from gone_entity
 where is_held = 1
 group by feed
