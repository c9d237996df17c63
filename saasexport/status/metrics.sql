-- What the metrics ask besides the views.

-- name: service_failures
select coalesce((select failures from service_state where url = :url), 0)

-- name: problems
select job, count(*)
  from problem
 group by job
 order by job
