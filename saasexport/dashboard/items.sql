-- Pages of a feed table.  Each query goes down from :high to :low or up, both excluded.

-- name: counts
select status, is_deleted, count(*)
  from {feed_table}
 where status <> 200 or is_deleted = 1
 group by status, is_deleted

-- name: total
select count(*)
  from {feed_table}

-- name: by_status
select status, count(*)
  from {feed_table}
 where id in (select value from json_each(:ids))
 group by status

-- name: sorted
select id
  from {feed_table}
 where :ids is null or id in (select value from json_each(:ids))
 order by {column} {direction}, id {direction}
 limit :limit
offset :offset

-- name: last_id
select coalesce(max(id), 0)
  from {feed_table}

-- name: entity_of_feed_id
select source_entity_id
  from {feed_table}
 where feed_id = :feed_id

-- name: ids_of_entity
select id
  from {feed_table}
 where source_entity_id = :entity_id
 order by id
 limit 500

-- name: entities_of_value
-- Also of what is deleted: that is asked for, too.
select distinct source_entity_id
  from {feed_table}
 where json_extract(feed_data, '$.' || :field) = :key
 limit 5

-- name: rows
-- Of large data only what identifies the item: a legacy feed's are items of any size.
select id, source_entity_id, feed_id,
       case when length(feed_data) <= 4096 then feed_data
            when json_valid(feed_data)
            then (select json_group_object(key, case when length(value) > 300
                                                     then substr(value, 1, 300) || '...'
                                                     else value end)
                    from json_each(feed_data)
                   where key in (select value from json_each(:identity))) end,
       is_deleted, status, case when length(errors) > 10000 then substr(errors, 1, 10000) else errors end, metadata, modified_at
  from {feed_table}
 where id in (select value from json_each(:ids))
 order by id desc

-- name: walk
select id
  from {feed_table}
 where id > :low
   and id < :high
   and (:only_delivered = 0 or status = 200 and is_deleted = 0)
   and (:pattern is null
        or feed_data like :anywhere escape '\'
           and exists (select 1
                         from json_each(:paths) as path
                        where json_extract(feed_data, path.value) like :pattern escape '\'))
 order by id {direction}
 limit :limit

-- name: others
-- Those that are not delivered, or deleted: found by the index <feed table>_attention.
select id
  from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and status = :status
   and is_deleted = :deleted
   and id > :low
   and id < :high
   and (:reason is null or coalesce(nullif(errors, ''), 'no reason is on record') like :reason escape '\')
   and (:pattern is null
        or feed_data like :anywhere escape '\'
           and exists (select 1
                         from json_each(:paths) as path
                        where json_extract(feed_data, path.value) like :pattern escape '\'))
 order by id {direction}
 limit :limit

-- name: of_entities
select id
  from {feed_table}
 where source_entity_id in (select value from json_each(:entities))
   and id > :low
   and id < :high
   and (:reason is null or coalesce(nullif(errors, ''), 'no reason is on record') like :reason escape '\')
   and (:kinds is null or status || '/' || is_deleted in (select value from json_each(:kinds)))
 order by id {direction}
 limit :limit
