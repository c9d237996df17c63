-- Which feed is valid, and how far its changelog has been read.

-- name: add
insert or ignore into indexer_state (indexer_id, feed, status, updated, reason)
values (:indexer, :feed, 'invalid', :now, 'it was never synced')

-- name: add_view
insert or ignore into view_state (view_id, feed, updated)
values (:view, :feed, :now)

-- name: indexer
select status, updated, position, reason
  from indexer_state
 where feed = :feed

-- name: cursor
select mode, updated, version_id, fingerprint, pass_version, pass_position, due_after, due_at, unavailable
  from view_state
 where feed = :feed

-- name: verified
select verified_at, differing
  from view_state
 where feed = :feed

-- name: set_verified
update view_state
   set verified_at = :now,
       differing = :differing
 where feed = :feed

-- name: begin_comparison
update view_state
   set repaired = 0
 where feed = :feed

-- name: add_repaired
update view_state
   set repaired = coalesce(repaired, 0) + :items
 where feed = :feed

-- name: repaired
select feed, repaired
  from view_state

-- name: digest
select digest
  from view_state
 where feed = :feed

-- name: set_digest
update view_state
   set digest = :digest,
       holds_any = max(holds_any, :is_changed)
 where feed = :feed

-- name: holds_any
select holds_any
  from view_state
 where feed = :feed

-- name: hold_as_usual
update view_state
   set holds_any = 0
 where feed = :feed

-- name: invalidate_all
update indexer_state
   set status = case status when 'suspended' then status else 'invalid' end,
       position = null,
       reason = :reason,
       updated = :now

-- name: source_records
select coalesce(source_records, 0)
  from view_state
 where feed = :feed

-- name: invalidate
-- A suspended one stays suspended, but begins anew once it is released.
update indexer_state
   set status = case status when 'suspended' then status else 'invalid' end,
       position = null,
       reason = :reason,
       updated = :now
 where feed = :feed

-- name: set_status
update indexer_state
   set status = :status,
       position = null,
       reason = :reason,
       updated = :now
 where feed = :feed

-- name: begin
-- Working goes on where an earlier run was; it is the lock that says whether anybody works.
update indexer_state
   set status = 'working',
       began_at = case when position is null then :now else began_at end,
       updated = :now
 where feed = :feed

-- name: move
-- Nothing moves when the indexer was reset meanwhile: then it begins anew.
update indexer_state
   set position = :position
 where feed = :feed
   and status = 'working'

-- name: finish
update indexer_state
   set status = 'valid',
       position = null,
       reason = null,
       updated = :now
 where feed = :feed
   and status = 'working'

-- name: advance
update view_state
   set pass_version = :upto,
       pass_position = :position,
       waiting_since = null
 where feed = :feed

-- name: close_pass
update view_state
   set version_id = :upto,
       fingerprint = :fingerprint,
       pass_version = null,
       pass_position = null,
       waiting_since = null,
       updated = :now
 where feed = :feed

-- name: set_mode
update view_state
   set mode = :mode,
       updated = :now
 where feed = :feed

-- name: set_unavailable
update view_state
   set unavailable = :reason
 where feed = :feed

-- name: set_due
update view_state
   set due_after = :after,
       due_at = :at
 where feed = :feed

-- name: synced
update view_state
   set synced_at = :now
 where feed = :feed

-- name: reconciled
update view_state
   set reconciled_at = :now
 where feed = :feed

-- name: last_reconciled
select reconciled_at
  from view_state
 where feed = :feed

-- name: counted
update view_state
   set source_records = :source_records,
       backlog = :backlog,
       waiting_since = case when :backlog > 0 then coalesce(waiting_since, :now) end,
       counted_at = :now,
       counted_head = :head
 where feed = :feed

-- name: counted_at_head
-- Source records as they were counted today with the changelog where it is now: every table they come from is watched.
select source_records
  from view_state
 where feed = :feed
   and counted_head = :head
   and date(counted_at) = date(:now)

-- name: uncount
update view_state
   set counted_head = null
 where feed = :feed

-- name: counted_since
-- A count of the future was made before the clock was set back.
select feed
  from view_state
 where counted_at > :old
   and counted_at <= :now

-- name: counted_on_record
-- In our tables: who asks counts in the shop.
update view_state
   set source_records = :source_records,
       backlog = :backlog,
       waiting_since = case when :backlog > 0 then coalesce(waiting_since, :now) end,
       counted_at = :now,
       counted_head = null
 where feed = :feed

-- name: counted_backlog
update view_state
   set backlog = :backlog,
       waiting_since = case when :backlog > 0 then coalesce(waiting_since, :now) end
 where feed = :feed
