-- What the charts show beside the history.

-- name: first
select min(slot)
  from sent_history

-- name: syncs
select feed, began_at
  from indexer_state
 where began_at >= :since
 order by began_at, feed
