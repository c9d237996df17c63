-- Beginning a changelog anew, and what the shop once had.

-- name: forget_cursor
update view_state
   set version_id = 0,
       fingerprint = null,
       pass_version = null,
       pass_position = null,
       updated = :now
 where feed = :feed

-- name: never_answered
select never_answered
  from view_state
 where feed = :feed

-- name: remember_never_answered
update view_state
   set never_answered = :never_answered
 where feed = :feed

-- name: once_reconciled
-- Feeds that were compared with the shop at least once.
select feed
  from view_state
 where reconciled_at is not null
