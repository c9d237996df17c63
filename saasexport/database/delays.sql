-- How long changes of the shop took to be delivered.

-- name: add
insert into delay_history (hour, feed, seconds, changes, worst)
values (:hour, :feed, :seconds, :changes, :worst)
on conflict (hour, feed, seconds) do update
   set changes = changes + excluded.changes,
       worst = max(worst, excluded.worst)

-- name: newest
update view_state
   set newest_change = :written,
       newest_delay = :seconds
 where feed = :feed
   and coalesce(newest_change, 0) <= :written

-- name: since
-- Of each feed the newest, and the shortest that half of the changes, and 95 of 100, did not exceed:
-- the longest of those that are counted together with it.
with length as (
    select feed,
           seconds,
           sum(changes) as changes,
           max(worst) as worst
      from delay_history
     where hour >= :since
     group by feed, seconds
), counted as (
    select feed,
           worst,
           sum(changes) over (partition by feed order by seconds) as upto,
           sum(changes) over (partition by feed) as number
      from length
)
select view_state.feed,
       newest_delay,
       min(case when upto * 2 >= number then worst end),
       min(case when upto * 100 >= number * 95 then worst end),
       max(worst)
  from view_state
  left join counted using (feed)
 group by view_state.feed

-- name: of_all
with length as (
    select seconds,
           sum(changes) as changes,
           max(worst) as worst
      from delay_history
     where hour >= :since
     group by seconds
), counted as (
    select worst,
           sum(changes) over (order by seconds) as upto,
           sum(changes) over () as number
      from length
)
select (select newest_delay from view_state order by newest_change desc limit 1),
       min(case when upto * 2 >= number then worst end),
       min(case when upto * 100 >= number * 95 then worst end),
       max(worst)
  from counted

-- name: since_by
with length as (
    select substr(hour, 1, :precision) as start,
           seconds,
           sum(changes) as changes,
           max(worst) as worst
      from delay_history
     where hour >= :since
     group by start, seconds
), counted as (
    select start,
           worst,
           sum(changes) over (partition by start order by seconds) as upto,
           sum(changes) over (partition by start) as number
      from length
)
select start,
       min(case when upto * 2 >= number then worst end),
       max(worst)
  from counted
 group by start
 order by start

-- name: clean_up
delete from delay_history
 where hour < :before
