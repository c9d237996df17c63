-- Products of django-oscar: one item for each standalone, parent and child product.
-- Made for django-oscar 4.2.
--
-- A product goes by the SKU of its first stock record, as oscar's default strategy buys there; without one by its
-- UPC, else by oscar-ID.  A child takes over from its parent what it has not itself; it is not visible individually,
-- so it stands in no category.  Addresses are those of the first site; change them below where media have another.

-- feed: products
-- entity: catalogue_product.id

-- A product shows its parent's texts and SKU, whether its children are in stock, and the SKUs of what it recommends.
-- watch: catalogue_product.id via family
-- Where a child is deleted or moves, only its old row says which parent it had.
-- watch: catalogue_product.parent_id
-- The SKU and the stock.
-- watch: partner_stockrecord.product_id via family
-- Whether stock is tracked; children are of their parent's class.
-- watch: catalogue_productclass.id via class
-- What children take over, and what parents offer as options.
-- watch: catalogue_productattributevalue.product_id via relatives
-- watch: catalogue_productattributevalue_value_multi_option.productattributevalue_id via value
-- watch: catalogue_productattribute.id via attribute
-- watch: catalogue_attributeoption.id via option
-- watch: catalogue_productimage.product_id via relatives
-- watch: catalogue_productrecommendation.primary_id
-- watch: catalogue_productcategory.product_id
-- By its id, as assignments may outlive a category; by its path, as the path of one that is gone leads to those below.
-- watch: catalogue_category.id via assigned
-- watch: catalogue_category.path via branch
-- Addresses begin with the site's domain.
-- everything: django_site

-- name: items
with stock as (
    -- With min() the other columns are those of the row that has the minimum.
    select product_id, partner_sku, price_currency, low_stock_threshold,
           coalesce(num_in_stock - coalesce(num_allocated, 0), 0) as net, min(id)
      from partner_stockrecord
     where product_id in (select value from json_each(:ids))
     group by product_id
),
child_stock as (
    select parent_id, max(net) as net
      from (select child.parent_id,
                   coalesce(record.num_in_stock - coalesce(record.num_allocated, 0), 0) as net, min(record.id)
              from catalogue_product as child
              join partner_stockrecord as record on record.product_id = child.id
             where child.parent_id in (select value from json_each(:ids))
               and child.is_public
             group by child.id)
     group by parent_id
),
site as (
    select 'https://' || domain || '/' as address, min(id)
      from django_site
),
picture as (
    select product_id, original, caption, min(printf('%020d/%20s', display_order, id))
      from catalogue_productimage
     where product_id in (select value from json_each(:ids)
                          union
                          select parent_id
                            from catalogue_product
                           where id in (select value from json_each(:ids)))
     group by product_id
),
product as (
    select product.id, product.parent_id, product.slug, product.structure,
           product.date_created, product.date_updated,
           coalesce(nullif(stock.partner_sku, ''), nullif(product.upc, ''), 'oscar-' || product.id) as sku,
           coalesce(nullif(product.title, ''), parent.title) as title,
           coalesce(nullif(product.description, ''), parent.description) as description,
           coalesce(nullif(product.meta_title, ''), parent.meta_title) as meta_title,
           coalesce(nullif(product.meta_description, ''), parent.meta_description) as meta_description,
           product.is_public and coalesce(parent.is_public, 1) as is_enabled,
           case when product.structure = 'parent'
                then child_stock.net is not null and (child_stock.net > 0 or not coalesce(class.track_stock, 1))
                else stock.net is not null and (stock.net > 0 or not coalesce(class.track_stock, 1))
            end as in_stock,
           coalesce(stock.net < stock.low_stock_threshold, 0) as low_stock,
           stock.price_currency
      from catalogue_product as product
      left join catalogue_product as parent on parent.id = product.parent_id
      left join catalogue_productclass as class
        on class.id = coalesce(product.product_class_id, parent.product_class_id)
      left join stock on stock.product_id = product.id
      left join child_stock on child_stock.parent_id = product.id
     where product.id in (select value from json_each(:ids))
),
image as (
    select product.id as product_id,
           json_object('url', site.address || 'media/' || coalesce(own.original, inherited.original),
                       'label', nullif(iif(own.original is not null, own.caption, inherited.caption), '')) as image
      from product
      left join picture as own on own.product_id = product.id
      left join picture as inherited on inherited.product_id = product.parent_id
     cross join site
     where coalesce(own.original, inherited.original) is not null
)
select product.id as entity,
       product.sku,
       'default' as storeViewCode,
       'main' as storeCode,
       'base' as websiteCode,
       product.title as name,
       number_of(product.id) as productId,
       iif(product.structure = 'parent', 'configurable', 'simple') as type,
       nullif(product.description, '') as description,
       nullif(product.meta_title, '') as metaTitle,
       nullif(product.meta_description, '') as metaDescription,
       image.image,
       image.image as smallImage,
       image.image as thumbnail,
       iif(product.is_enabled, 'Enabled', 'Disabled') as status,
       iif(product.structure = 'child', 'Not Visible Individually', 'Catalog, Search') as visibility,
       '0' as taxClassId,
       product.date_created as createdAt,
       product.date_updated as updatedAt,
       product.slug as urlKey,
       product.price_currency as currency,
       product.is_enabled and product.structure <> 'child' as displayable,
       product.is_enabled and product.in_stock as buyable,
       product.in_stock as inStock,
       product.low_stock as lowStock,
       site.address || 'catalogue/' || product.slug || '_' || product.id || '/' as url
  from product
  left join image on image.product_id = product.id
  left join site on 1
 order by product.id;

-- name: attributes
-- A child has its parent's attributes besides its own.
with owner as (
    select value as entity, value as product_id
      from json_each(:ids)
    union all
    select id, parent_id
      from catalogue_product
     where id in (select value from json_each(:ids))
       and parent_id is not null
)
select owner.entity,
       attribute.code as attributeCode,
       json_group_array(case attribute.type
                        when 'text' then stored.value_text
                        when 'integer' then cast(stored.value_integer as text)
                        when 'boolean' then iif(stored.value_boolean, 'yes', 'no')
                        when 'float' then cast(stored.value_float as text)
                        when 'richtext' then stored.value_richtext
                        when 'date' then stored.value_date
                        when 'datetime' then substr(stored.value_datetime, 1, 19)
                        when 'option' then single.option
                        when 'multi_option' then several.option
                        when 'file' then stored.value_file
                        when 'image' then stored.value_image
                        else cast(stored.entity_object_id as text)
                        end) as value
  from owner
  join catalogue_productattributevalue as stored on stored.product_id = owner.product_id
  join catalogue_productattribute as attribute on attribute.id = stored.attribute_id
  left join catalogue_attributeoption as single on single.id = stored.value_option_id
  left join catalogue_productattributevalue_value_multi_option as choice
    on choice.productattributevalue_id = stored.id
   and attribute.type = 'multi_option'
  left join catalogue_attributeoption as several on several.id = choice.attributeoption_id
 where owner.entity = owner.product_id
    or not exists (select 1
                     from catalogue_productattributevalue as own
                    where own.product_id = owner.entity
                      and own.attribute_id = stored.attribute_id)
 group by owner.entity, attribute.id
 order by owner.entity, attribute.id;

-- name: categoryData
with recursive assigned as (
    select assignment.product_id, assignment.category_id
      from catalogue_productcategory as assignment
      join catalogue_product as product on product.id = assignment.product_id
     where assignment.product_id in (select value from json_each(:ids))
       and product.structure <> 'child'
),
branch (category_id, path, url) as (
    select id, path, slug
      from catalogue_category
     where id in (select category_id from assigned)
       and is_public
       and ancestors_are_public
    union all
    -- Treebeard's paths have four letters a level.
    select branch.category_id, above.path, above.slug || '/' || branch.url
      from branch
      join catalogue_category as above on above.path = substr(branch.path, 1, length(branch.path) - 4)
     where length(branch.path) > 4
),
place as (
    select category_id, url, min(length(path))
      from branch
     group by category_id
)
select assigned.product_id as entity,
       assigned.category_id as categoryId,
       place.url as categoryPath,
       0 as productPosition
  from assigned
  join place using (category_id)
 order by assigned.product_id, assigned.category_id;

-- name: categories
with recursive assigned as (
    select assignment.product_id, assignment.category_id
      from catalogue_productcategory as assignment
      join catalogue_product as product on product.id = assignment.product_id
     where assignment.product_id in (select value from json_each(:ids))
       and product.structure <> 'child'
),
branch (category_id, path, url) as (
    select id, path, slug
      from catalogue_category
     where id in (select category_id from assigned)
       and is_public
       and ancestors_are_public
    union all
    select branch.category_id, above.path, above.slug || '/' || branch.url
      from branch
      join catalogue_category as above on above.path = substr(branch.path, 1, length(branch.path) - 4)
     where length(branch.path) > 4
),
place as (
    select category_id, url, min(length(path))
      from branch
     group by category_id
)
select assigned.product_id as entity, place.url as path
  from assigned
  join place using (category_id)
 order by assigned.product_id, assigned.category_id;

-- name: media_gallery
with owner as (
    select product.id as entity,
           iif(product.parent_id is not null and not exists (select 1
                                                               from catalogue_productimage
                                                              where product_id = product.id),
               product.parent_id, product.id) as product_id
      from catalogue_product as product
     where product.id in (select value from json_each(:ids))
),
first as (
    select owner.entity, picture.id, min(printf('%020d/%20s', picture.display_order, picture.id))
      from owner
      join catalogue_productimage as picture using (product_id)
     group by owner.entity
)
select owner.entity,
       'https://' || (select domain from django_site order by id limit 1) || '/media/' || picture.original as url,
       picture.caption as label,
       iif(picture.id = first.id, json_array('image', 'small_image', 'thumbnail'), null) as types,
       picture.display_order as sort_order
  from owner
  join catalogue_productimage as picture using (product_id)
  join first using (entity)
 order by owner.entity, picture.display_order, picture.id;

-- name: images
with owner as (
    select product.id as entity,
           iif(product.parent_id is not null and not exists (select 1
                                                               from catalogue_productimage
                                                              where product_id = product.id),
               product.parent_id, product.id) as product_id
      from catalogue_product as product
     where product.id in (select value from json_each(:ids))
),
first as (
    select owner.entity, picture.id, min(printf('%020d/%20s', picture.display_order, picture.id))
      from owner
      join catalogue_productimage as picture using (product_id)
     group by owner.entity
)
select owner.entity,
       json_object('url', 'https://' || (select domain from django_site order by id limit 1)
                          || '/media/' || picture.original,
                   'label', picture.caption,
                   'roles', iif(picture.id = first.id, json_array('image', 'small_image', 'thumbnail'), null))
           as resource,
       picture.display_order as sortOrder
  from owner
  join catalogue_productimage as picture using (product_id)
  join first using (entity)
 order by owner.entity, picture.display_order, picture.id;

-- name: optionsV2
-- What a buyer chooses a child by are the attributes of the type "option" that the children hold themselves.
with offered as (
    select distinct child.parent_id, attribute.id as attribute_id, attribute.code, attribute.name,
           choice.id as option_id, choice.option
      from catalogue_product as child
      join catalogue_productattributevalue as stored on stored.product_id = child.id
      join catalogue_productattribute as attribute on attribute.id = stored.attribute_id and attribute.type = 'option'
      join catalogue_attributeoption as choice on choice.id = stored.value_option_id
     where child.parent_id in (select value from json_each(:ids))
       and child.is_public
     order by child.parent_id, attribute.id, choice.id
)
select parent_id as entity,
       code as id,
       name as label,
       'configurable' as type,
       json_group_array(json_object('id', base64('configurable/' || attribute_id || '/' || option_id),
                                    'label', option, 'sortOrder', number_of(option_id))) as "values"
  from offered
 group by parent_id, attribute_id
 order by parent_id, attribute_id;

-- name: links
select recommendation.primary_id as entity,
       coalesce(nullif(stock.partner_sku, ''), nullif(product.upc, ''), 'oscar-' || product.id) as sku,
       'related' as type
  from catalogue_productrecommendation as recommendation
  join catalogue_product as product on product.id = recommendation.recommendation_id
  left join (select product_id, partner_sku, min(id)
               from partner_stockrecord
              where product_id in (select recommendation_id
                                     from catalogue_productrecommendation
                                    where primary_id in (select value from json_each(:ids)))
              group by product_id) as stock on stock.product_id = product.id
 where recommendation.primary_id in (select value from json_each(:ids))
 order by recommendation.primary_id, recommendation.ranking desc, recommendation.id;

-- name: parents
select child.id as entity,
       coalesce(nullif(stock.partner_sku, ''), nullif(parent.upc, ''), 'oscar-' || parent.id) as sku,
       'configurable' as productType
  from catalogue_product as child
  join catalogue_product as parent on parent.id = child.parent_id
  left join (select product_id, partner_sku, min(id)
               from partner_stockrecord
              where product_id in (select parent_id
                                     from catalogue_product
                                    where id in (select value from json_each(:ids)))
              group by product_id) as stock on stock.product_id = parent.id
 where child.id in (select value from json_each(:ids))
 order by child.id;

-- name: via_family
select value
  from json_each(:keys)
union
select parent_id
  from catalogue_product
 where id in (select value from json_each(:keys))
   and parent_id is not null
union
select id
  from catalogue_product
 where parent_id in (select value from json_each(:keys))
union
select primary_id
  from catalogue_productrecommendation
 where recommendation_id in (select value from json_each(:keys));

-- name: via_relatives
select value
  from json_each(:keys)
union
select parent_id
  from catalogue_product
 where id in (select value from json_each(:keys))
   and parent_id is not null
union
select id
  from catalogue_product
 where parent_id in (select value from json_each(:keys));

-- name: via_class
with member as (
    select id
      from catalogue_product
     where product_class_id in (select value from json_each(:keys))
)
select id
  from member
union
select id
  from catalogue_product
 where parent_id in (select id from member);

-- name: via_value
with holder as (
    select product_id
      from catalogue_productattributevalue
     where id in (select value from json_each(:keys))
)
select product_id
  from holder
union
select id
  from catalogue_product
 where parent_id in (select product_id from holder);

-- name: via_attribute
with holder as (
    select product_id
      from catalogue_productattributevalue
     where attribute_id in (select value from json_each(:keys))
)
select product_id
  from holder
union
select parent_id
  from catalogue_product
 where id in (select product_id from holder)
   and parent_id is not null
union
select id
  from catalogue_product
 where parent_id in (select product_id from holder);

-- name: via_option
with holder as (
    select product_id
      from catalogue_productattributevalue
     where value_option_id in (select value from json_each(:keys))
    union
    select stored.product_id
      from catalogue_productattributevalue_value_multi_option as choice
      join catalogue_productattributevalue as stored on stored.id = choice.productattributevalue_id
     where choice.attributeoption_id in (select value from json_each(:keys))
)
select product_id
  from holder
union
select parent_id
  from catalogue_product
 where id in (select product_id from holder)
   and parent_id is not null
union
select id
  from catalogue_product
 where parent_id in (select product_id from holder);

-- name: via_assigned
select product_id
  from catalogue_productcategory
 where category_id in (select value from json_each(:keys));

-- name: via_branch
-- The tilde sorts behind every letter of a path.  A cross join keeps its order: from few keys to their products.
select assignment.product_id
  from json_each(:keys) as changed
 cross join catalogue_category as category
 cross join catalogue_productcategory as assignment
 where category.path >= changed.value
   and category.path < changed.value || '~'
   and assignment.category_id = category.id;

-- name: id_sku
with wanted as (
    select value as sku
      from json_each(:keys)
)
select product_id
  from partner_stockrecord
 where partner_sku in (select sku from wanted)
union
select id
  from catalogue_product
 where upc in (select sku from wanted)
union
select id
  from catalogue_product
 where id in (select cast(substr(sku, 7) as integer) from wanted where sku like 'oscar-%');
