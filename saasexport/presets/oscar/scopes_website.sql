-- The website of django-oscar, with its one store and store view; the first site stands for it.
-- Made for django-oscar 4.2.

-- feed: scopesWebsite
-- entity: django_site.id

-- The first site is another when one is added before it, or when it goes.
-- everything: django_site

-- name: items
select id as entity,
       '1' as websiteId,
       'base' as websiteCode,
       json_array(json_object('storeId', '1', 'storeCode', 'main',
                              'storeViews', json_array(json_object('storeViewId', '1',
                                                                   'storeViewCode', 'default')))) as stores
  from django_site
 where id in (select value from json_each(:ids))
   and id = (select min(id) from django_site);
