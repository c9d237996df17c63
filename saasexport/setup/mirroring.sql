-- What a run of the mirror puts on record.

-- name: keep
-- That a run went well.
insert or replace into mirror_state (only_row, basis, copied_at, seconds, tables, rows_read, rows_written, due_at,
                                     failed_since, error, gates, notes)
values (1, :basis, :copied_at, :seconds, :tables, :rows_read, :rows_written, :due_at, null, null, :gates, :notes)

-- name: keep_failure
insert into mirror_state (only_row, failed_since, error)
values (1, :since, :error)
on conflict do update set failed_since = excluded.failed_since, error = excluded.error
