-- Why items failed.

-- name: reasons
select feed, status, errors, count(*)
  from failed_items
 where status in (1, 2, 400)
 group by feed, status, errors
