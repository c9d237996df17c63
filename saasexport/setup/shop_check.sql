-- Beginning a changelog anew, and what the shop once had.

-- name: forget_cursor
update view_state
   set version_id = 0,
       fingerprint = null,
       pass_version = null,
       pass_position = null,
       updated = :now
 where feed = :feed

-- name: once_reconciled
-- Feeds that were compared with the shop at least once.
select feed
  from view_state
 where reconciled_at is not null
