-- What a trial asks inside the transaction that is taken back.

-- name: faults
select source_entity_id, errors
  from {feed_table}
 where (status <> 200 or is_deleted = 1)
   and status = 1
   and source_entity_id in (select value from json_each(:ids))
 order by id
