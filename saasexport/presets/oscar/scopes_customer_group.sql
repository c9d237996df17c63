-- The customer group of django-oscar: it knows none, so that everybody is in group 0.
-- Made for django-oscar 4.2.

-- feed: scopesCustomerGroup
-- entity: django_site.id

-- The first site is another when one is added before it, or when it goes.
-- everything: django_site

-- name: items
select id as entity,
       '0' as customerGroupId,
       sha1('0') as customerGroupCode,
       json_array('base') as websites
  from django_site
 where id in (select value from json_each(:ids))
   and id = (select min(id) from django_site);
