-- What is on record of the copy of a shop.

-- name: state
select basis, copied_at, seconds, tables, rows_read, rows_written, due_at, failed_since, error, gates, notes
  from mirror_state
