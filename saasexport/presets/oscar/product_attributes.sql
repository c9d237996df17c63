-- Product attributes of django-oscar: those of all product classes, and those that every product has.
-- Made for django-oscar 4.2.
--
-- All belong to one entity, the first site.  Of two attributes with one code in two product classes the older counts.

-- feed: productAttributes
-- entity: django_site.id

-- Whichever attribute changes, its item is the first site's.
-- watch: catalogue_productattribute.id via site
-- The first site is another when one is added before it, or when it goes.
-- everything: django_site

-- name: items
with common (position, code, label, input, type, is_shown) as (
    values (1, 'sku', 'SKU', 'text', 'static', 1),
           (2, 'name', 'Title', 'text', 'varchar', 1),
           (3, 'description', 'Description', 'textarea', 'text', 1),
           (4, 'price', 'Price', 'price', 'decimal', 1),
           (5, 'url_key', 'Slug', 'text', 'varchar', 0),
           (6, 'status', 'Is public', 'select', 'int', 0),
           (7, 'visibility', 'Visibility', 'select', 'int', 0),
           (8, 'meta_title', 'Meta title', 'text', 'varchar', 0),
           (9, 'meta_description', 'Meta description', 'textarea', 'varchar', 0)
),
attribute (id, position, code, label, input, type, is_required, is_common, is_shown) as (
    select code, position, code, label, input, type, code in ('sku', 'name'), 1, is_shown
      from common
    union all
    select min(id), 100, code, name,
           case type when 'richtext' then 'textarea' when 'boolean' then 'boolean' when 'option' then 'select'
                     when 'multi_option' then 'multiselect' when 'date' then 'date' when 'datetime' then 'datetime'
                     when 'image' then 'media_image' else 'text' end,
           case type when 'integer' then 'int' when 'boolean' then 'int' when 'float' then 'decimal'
                     when 'option' then 'int' when 'date' then 'datetime' when 'datetime' then 'datetime'
                     when 'richtext' then 'text' else 'varchar' end,
           required, 0, 1
      from catalogue_productattribute
     where code not in (select code from common)
     group by code
)
select site.id as entity,
       attribute.id,
       'default' as storeViewCode,
       'main' as storeCode,
       'base' as websiteCode,
       attribute.code as attributeCode,
       'catalog_product' as attributeType,
       attribute.type as dataType,
       attribute.input = 'multiselect' as multi,
       attribute.label,
       attribute.input as frontendInput,
       attribute.is_required as required,
       attribute.code = 'sku' as "unique",
       1 as "global",
       1 as visible,
       attribute.code in ('sku', 'name', 'description') as searchable,
       attribute.input in ('select', 'multiselect', 'boolean', 'price') and attribute.is_shown as filterable,
       0 as visibleInCompareList,
       attribute.code in ('sku', 'name', 'price') as visibleInListing,
       attribute.code in ('name', 'price') as sortable,
       0 as visibleInSearch,
       attribute.input in ('select', 'multiselect', 'boolean', 'price') and attribute.is_shown as filterableInSearch,
       1 as searchWeight,
       0 as usedForRules,
       attribute.input = 'boolean' as "boolean",
       attribute.is_common as systemAttribute,
       attribute.type in ('int', 'decimal') and attribute.input in ('price', 'text') as numeric
  from django_site as site
 cross join attribute
 where site.id in (select value from json_each(:ids))
   and site.id = (select min(id) from django_site)
 order by attribute.position, attribute.code;

-- name: via_site
select id
  from django_site
 order by id
 limit 1;
