-- Which full syncs began, and what for.

-- name: add
insert into full_sync_history (hour, feed, reason, syncs)
values (:hour, :feed, :reason, 1)
on conflict (hour, feed, reason) do update
   set syncs = syncs + 1

-- name: since
select feed, reason, sum(syncs)
  from full_sync_history
 where hour >= :since
 group by feed, reason
 order by feed, reason

-- name: clean_up
delete from full_sync_history
 where hour < :before
