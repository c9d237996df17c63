-- What is sent once more: an older request may overtake it, or what it needs was not there yet.

-- name: begin
-- What has no outcome when it goes again was lost.
insert into repeated (feed, row_id, is_below)
values (?, ?, 0)
on conflict do update
   set is_lost = 1

-- name: answered
-- No request of these is under way, but for one that was lost before.
delete from repeated
 where feed = :feed
   and row_id in (select value from json_each(:ids))
   and is_below = 0
   and is_lost = 0

-- name: lost
update repeated
   set is_lost = 1
 where feed = :feed
   and row_id in (select value from json_each(:ids))
   and is_below = 0

-- name: accepted
-- Only what an older request may overtake; the rest goes as what was refused goes.
update repeated
   set is_lost = 0,
       due_at = datetime(:now, :later)
 where feed = :feed
   and row_id in (select value from json_each(:ids))
   and is_below = 0
   and is_lost = 1

-- name: repeat_below
insert into repeated (feed, row_id, is_below, due_at)
values (?1, ?2, 1, datetime(?3, ?4))
on conflict do update
   set due_at = excluded.due_at

-- name: due
-- A moment that is far away was set by a clock that was ahead.
select row_id, is_below
  from repeated
 where feed = :feed
   and (due_at <= :now or due_at > datetime(:now, '+1 hour'))

-- name: forget_due
delete from repeated
 where feed = :feed
   and (due_at <= :now or due_at > datetime(:now, '+1 hour'))
