-- Reviews of django-oscar that were approved.
-- Made for django-oscar 4.2.

-- feed: reviews
-- entity: reviews_productreview.id

-- The reviewer's name.
-- watch: auth_user.id via user

-- name: items
-- Status 1 is approved.
select review.id as entity,
       review.id as reviewId,
       number_of(review.product_id) as productId,
       json_array('default') as visibility,
       review.title,
       coalesce(nullif(review.name, ''), nullif(trim(reviewer.first_name || ' ' || reviewer.last_name), ''),
                'Anonymous') as nickname,
       review.body as text,
       review.user_id as customerId,
       json_array(json_object('ratingId', base64('1'), 'value', cast(review.score as text))) as ratings
  from reviews_productreview as review
  left join auth_user as reviewer on reviewer.id = review.user_id
 where review.id in (select value from json_each(:ids))
   and review.status = 1
   and review.product_id is not null
 order by review.id;

-- name: via_user
select id
  from reviews_productreview
 where user_id in (select value from json_each(:keys));
