-- The reviews feed (feeds.md 3.8): approved reviews of products that are shown in a store view.
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: count
select count(*)
  from review
  join review_entity using (entity_id)
 where review.status_id = 1
   and typeof(review.review_id) = 'integer'
   and review_entity.entity_code = 'product'
   and exists (select 1
                 from review_store
                 join store using (store_id)
                where review_store.review_id = review.review_id
                  and review_store.store_id <> 0);

-- name: reviews
-- A review has one detail; of several the last counts.
select review.review_id,
       review.entity_pk_value,
       review_detail.title,
       review_detail.nickname,
       review_detail.detail,
       review_detail.customer_id
  from review
  join review_entity using (entity_id)
  left join review_detail on review_detail.review_id = review.review_id
 where review.review_id in (select value from json_each(:ids))
   and review.status_id = 1
   and review_entity.entity_code = 'product'
 order by review.review_id, review_detail.detail_id;

-- name: visibility
-- Where reviews are shown; store 0 is the back office.
select review_store.review_id,
       store.code
  from review_store
  join store using (store_id)
 where review_store.review_id in (select value from json_each(:ids))
   and review_store.store_id <> 0
 order by review_store.review_id, review_store.store_id;

-- name: votes
select rating_option_vote.review_id,
       rating_option_vote.rating_id,
       rating_option.value
  from rating_option_vote
  join rating_option using (option_id)
 where rating_option_vote.review_id in (select value from json_each(:ids))
 order by rating_option_vote.review_id, rating_option_vote.vote_id;

-- name: via_option
-- Reviews with a vote for these options.
select review_id
  from rating_option_vote
 where option_id in (select value from json_each(:keys));

-- name: via_store
-- Reviews shown in these store views, whose codes their items carry.
select review_id
  from review_store
 where store_id in (select value from json_each(:keys));
