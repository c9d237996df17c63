-- Beginning a changelog anew.

-- name: forget_cursor
update view_state
   set version_id = 0,
       fingerprint = null,
       pass_version = null,
       pass_position = null,
       updated = :now
 where feed = :feed
