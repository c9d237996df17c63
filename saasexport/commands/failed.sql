-- What people decide about failed items.

-- name: retry
-- A rejected item is sent again only when it changes, unless somebody says so.
update {feed_table}
   set status = 2
 where id in (select value from json_each(:ids))
   and status = 400

-- name: drop
-- Rejected, by a person: it is sent again when it changes, and not shown as failed until then.
update {feed_table}
   set status = 400,
       feed_hash = case when status = 1 then '' else feed_hash end,
       metadata = json_set(coalesce(metadata, '{{}}'), '$.dropped', :now)
 where id in (select value from json_each(:ids))
   and status in (1, 2, 400)
