-- What was sent and what failed, over time.

-- name: add
insert into sent_history (slot, feed, sent, failed)
values (:slot, :feed, :sent, :failed)
on conflict (slot, feed) do update
   set sent = sent + excluded.sent,
       failed = failed + excluded.failed

-- name: since
select substr(slot, 1, :precision) as start,
       sum(sent),
       sum(failed)
  from sent_history
 where slot >= :since
 group by start
 order by start

-- name: of_feed
select coalesce(sum(sent), 0),
       coalesce(sum(failed), 0)
  from sent_history
 where slot >= :since
   and feed = :feed

-- name: clean_up
delete from sent_history
 where slot < :before
