-- The problems that cron has mailed.

-- name: problems
select message, since, told
  from problem
 where job = :job

-- name: keep
insert or replace into problem (job, message, since, told)
values (:job, :message, :since, :now)

-- name: forget
delete from problem
 where job = :job
   and message = :message
