-- What doctor asks about changelogs and items.

-- name: extent
-- Of the shop: versions have no gaps but for what was purged.
select coalesce(max(version_id), 0), coalesce(max(version_id) - min(version_id) + 1, 0)
  from {changelog}

-- name: waiting
select view_state.waiting_since, indexer_state.status
  from view_state
  join indexer_state using (feed)
 where view_state.feed = :feed

-- name: reconciled_at
select reconciled_at
  from view_state
 where feed = :feed
