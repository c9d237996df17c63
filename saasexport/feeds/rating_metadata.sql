-- The rating metadata feed (feeds.md 3.8): what reviews vote on.
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: count
select count(*)
  from rating
  join rating_store using (rating_id)
  join store using (store_id)
 where rating.is_active = 1
   and rating_store.store_id <> 0
   and typeof(rating.rating_id) = 'integer';

-- name: ratings
-- One row per rating and store view, with the store view's title if it has one.
select rating.rating_id,
       store.store_id,
       store.code,
       coalesce(rating_title.value, rating.rating_code)
  from rating
  join rating_store using (rating_id)
  join store on store.store_id = rating_store.store_id
  left join rating_title on rating_title.rating_id = rating.rating_id
   and rating_title.store_id = rating_store.store_id
 where rating.rating_id in (select value from json_each(:ids))
   and rating.is_active = 1
   and rating_store.store_id <> 0
 order by rating.rating_id, store.store_id;

-- name: options
select rating_id,
       option_id,
       value,
       position
  from rating_option
 where rating_id in (select value from json_each(:ids))
 order by option_id;

-- name: via_store
-- Ratings of these store views, whose codes their items carry.
select rating_id
  from rating_store
 where store_id in (select value from json_each(:keys));
