-- The product attributes feed (feeds.md 3.2).
-- In the sqlite3 shell:  .parameter set :ids '[73, 77]'   then run a query.

-- name: walk
-- Entity 0 stands for the system attributes that only Adobe's exporter would create.
select attribute_id
  from (select 0 as attribute_id
        union all
        select eav_attribute.attribute_id
          from eav_attribute
          join eav_entity_type using (entity_type_id)
          join catalog_eav_attribute using (attribute_id)
         where eav_entity_type.entity_type_code = 'catalog_product')
 where attribute_id > :after
 order by attribute_id
 limit :limit;

-- name: count
-- Attributes times store views; of the four system attributes those the shop has no row of.
select (select count(*)
          from eav_attribute
          join eav_entity_type using (entity_type_id)
          join catalog_eav_attribute using (attribute_id)
         where eav_entity_type.entity_type_code = 'catalog_product'
           and typeof(catalog_eav_attribute.attribute_id) = 'integer') * views.number
       + (4 - (select count(*)
                 from eav_attribute
                 join eav_entity_type using (entity_type_id)
                where eav_entity_type.entity_type_code = 'catalog_product'
                  and attribute_code in ('ac_downloadable', 'ac_inventory', 'ac_tax_class', 'ac_attribute_set')))
       * views.number
  from (select count(*) as number
          from store
          join store_group on store_group.group_id = store.group_id
          join store_website on store_website.website_id = store.website_id
         where store.store_id <> 0) as views;

-- name: attributes
select eav_attribute.attribute_id,
       eav_attribute.attribute_code,
       eav_attribute.backend_type,
       eav_attribute.frontend_input,
       eav_attribute.frontend_label,
       eav_attribute.frontend_class,
       eav_attribute.is_required,
       eav_attribute.is_unique,
       eav_attribute.is_user_defined,
       catalog_eav_attribute.is_global,
       catalog_eav_attribute.is_visible,
       catalog_eav_attribute.is_searchable,
       catalog_eav_attribute.is_filterable,
       catalog_eav_attribute.is_comparable,
       catalog_eav_attribute.used_in_product_listing,
       catalog_eav_attribute.used_for_sort_by,
       catalog_eav_attribute.is_visible_on_front,
       catalog_eav_attribute.is_filterable_in_search,
       catalog_eav_attribute.search_weight,
       catalog_eav_attribute.is_used_for_price_rules
  from eav_attribute
  join eav_entity_type using (entity_type_id)
  join catalog_eav_attribute using (attribute_id)
 where eav_entity_type.entity_type_code = 'catalog_product'
   and eav_attribute.attribute_id in (select value from json_each(:ids))
 order by eav_attribute.attribute_id;

-- name: labels
select attribute_id,
       store_id,
       value
  from eav_attribute_label
 where attribute_id in (select value from json_each(:ids))
   and value is not null;

-- name: system_attributes
-- Those of the exporter's own attributes that the shop has a row of.
select eav_attribute.attribute_code
  from eav_attribute
  join eav_entity_type using (entity_type_id)
 where eav_entity_type.entity_type_code = 'catalog_product'
   and eav_attribute.attribute_code in ('ac_downloadable', 'ac_inventory', 'ac_tax_class', 'ac_attribute_set');

-- name: via_attribute
-- An attribute itself, and entity 0: it may be one of the system attributes.
select value
  from json_each(:keys)
union
select 0;

-- name: near
select attribute_code
  from eav_attribute
  join eav_entity_type using (entity_type_id)
 where eav_entity_type.entity_type_code = 'catalog_product'
   and attribute_code = :key collate nocase
 order by attribute_code
 limit 1;

-- name: by_code
-- Exactly, whatever the column says of letter case: the first line is for its index.
select attribute_id
  from eav_attribute
  join eav_entity_type using (entity_type_id)
 where eav_entity_type.entity_type_code = 'catalog_product'
   and attribute_code in (select value from json_each(:keys) union all select cast(value as numeric) from json_each(:keys))
   and cast(attribute_code as text) collate binary in (select cast(value as text) from json_each(:keys))
union
select 0
  from json_each(:keys)
 where value in ('ac_downloadable', 'ac_inventory', 'ac_tax_class', 'ac_attribute_set');
