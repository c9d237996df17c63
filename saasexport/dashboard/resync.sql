-- Having items sent again.

-- name: schedule
-- An item that is gone was told to the service already: the bit has its deletion told once more.
update {feed_table}
   set status = 0,
       errors = null,
       environments = environments | :environment
 where id in (select value from json_each(:ids))
   and status in (200, 400)
   and source_entity_id not in (select entity_id from gone_entity where feed = :feed)
