-- The problems that cron has mailed.

-- name: problems
select job, message, since, told, waits_for_people
  from problem
 where job = :job
    or waits_for_people = 1
 order by since, message

-- name: keep
insert or replace into problem (job, message, since, told)
values (:job, :message, :since, :now)

-- name: forget
delete from problem
 where job = :job
   and message = :message

-- name: leave_to_people
update problem
   set waits_for_people = 1
 where job = :job
   and message = :message

-- name: cannot_be_assembled
select 1
  from failed_items
 where feed = :subject
   and status = 1

-- name: rejected
select 1
  from failed_items
 where feed = :subject
   and status = 400

-- name: not_delivered
select 1
  from failed_items
 where feed = :subject
   and status = 2

-- name: held_back
select 1
  from gone_entity
 where feed = :subject
   and is_held = 1

-- name: without_key
-- Rows of the shop, which every comparison counts anew: until one of each feed is through, two days at most.
select 1
  from view_state
 where (reconciled_at is null or reconciled_at <= :told)
   and :told > datetime(:now, '-2 days')

-- name: not_answered
-- The service in force has given no usable answer since.
select 1
  from service_state
  join installation on service_state.url = rtrim(json_extract(config, '$.sections.service.url'), '/')
 where service_state.url = :subject
   and failures > 0
