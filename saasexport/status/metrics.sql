-- What the metrics ask besides the views.

-- name: service_failures
select coalesce((select failures from service_state where url = :url), 0)

-- name: problems
select job, count(*)
  from problem
 where waits_for_people = 0
 group by job
 order by job
