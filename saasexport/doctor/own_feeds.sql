-- What doctor asks about feeds of files.

-- name: written_whole
-- Of the shop: how often tables were written of which every item is compared; read rows stay for a while.
select via, count(*)
  from {changelog}
 where via like :everything || ' %'
   and written >= :since
 group by via
 order by via
