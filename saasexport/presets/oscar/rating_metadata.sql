-- The rating of django-oscar: the score of a review, from 1 to 5.
-- Made for django-oscar 4.2.

-- feed: ratingMetadata
-- entity: django_site.id

-- The first site is another when one is added before it, or when it goes.
-- everything: django_site

-- name: items
select id as entity,
       base64('1') as ratingId,
       'default' as storeViewCode,
       'Score' as name,
       json_array(json_object('valueId', base64('1'), 'value', '1', 'position', 1),
                  json_object('valueId', base64('2'), 'value', '2', 'position', 2),
                  json_object('valueId', base64('3'), 'value', '3', 'position', 3),
                  json_object('valueId', base64('4'), 'value', '4', 'position', 4),
                  json_object('valueId', base64('5'), 'value', '5', 'position', 5)) as "values"
  from django_site
 where id in (select value from json_each(:ids))
   and id = (select min(id) from django_site);
