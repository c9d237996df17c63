-- What we know of the service.

-- name: state
select failures, probe_after, not_before, max_body, error
  from service_state
 where url = :url

-- name: failed
insert into service_state (url, failures, probe_after, not_before, error)
values (:url, 1, :probe_after, :not_before, :error)
on conflict (url) do update
   set failures = failures + 1,
       probe_after = excluded.probe_after,
       not_before = coalesce(excluded.not_before, not_before),
       error = excluded.error

-- name: answered
update service_state
   set failures = 0,
       probe_after = null,
       not_before = null,
       error = null
 where url = :url
   and (failures > 0 or not_before is not null)

-- name: limited
insert into service_state (url, max_body)
values (:url, :max_body)
on conflict (url) do update
   set max_body = min(coalesce(max_body, excluded.max_body), excluded.max_body)
