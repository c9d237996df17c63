-- Finding out who we are, from what we left in the shop.

-- name: a_trigger
select sql
  from sqlite_master
 where type = 'trigger'
   and sql like '%/* saasexport %'
 limit 1
