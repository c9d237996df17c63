-- URL rewrites of products (feeds.md 3.1.3).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: rewrites
select entity_id,
       store_id,
       request_path,
       target_path,
       redirect_type = 0 and metadata is null as is_address
  from url_rewrite
 where entity_id in (select value from json_each(:ids))
   and entity_type = 'product'
 order by entity_id, url_rewrite_id;
