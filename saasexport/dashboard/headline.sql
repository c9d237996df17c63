-- What the headline says, read from indexes alone.

-- name: live
-- The entities on record; those with an item that is not live as the shop has it; those that are gone altogether.
select (select count(distinct source_entity_id) from {feed_table}),
       (select count(distinct source_entity_id)
          from {feed_table}
         where (status <> 200 or is_deleted = 1)
           and status <> 200
           and is_deleted = 0),
       (select count(*)
          from (select distinct source_entity_id as entity_id
                  from {feed_table}
                 where status <> 200 or is_deleted = 1)
         where not exists (select 1
                             from {feed_table}
                            where source_entity_id = entity_id
                              and is_deleted = 0))

-- name: position
select position, began_at
  from indexer_state
 where feed = :feed
   and status = 'working'
   and position is not null

-- name: entities
-- Those of the shop that a full sync has done, and all.
select (select count(*) from {table} where {column} <= :position),
       (select count(*) from {table})
