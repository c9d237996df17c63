-- Variants of Vendure: one item for each variant of a product that has several, with the options it is chosen by.
-- Made for Vendure 3.7; ids may be numbers or UUIDs.

-- feed: variants
-- entity: product.id
-- The queries read the product more than once, its own row each time.
-- watch: product.id

-- The slug and the options' names are those of the default channel's language, which channels say.
-- watch: product_translation.baseId
-- watch: product_variant.productId
-- watch: product_variant_options_product_option.productVariantId via variant
-- watch: product_option.id via option
-- watch: product_option_translation.baseId via option
-- watch: product_option_group.id via option_group
-- everything: channel

-- name: items
with slug as (
    -- One slug for all languages: that of the default channel's, else of the first.
    select product.id as product_id,
           coalesce(translation.slug, 'product-' || product.id) as sku,
           min((translation.languageCode is not (select defaultLanguageCode
                                                   from channel
                                                  where code = '__default_channel__'))
               || translation.languageCode)
      from product
      left join product_translation as translation on translation.baseId = product.id
     where product.id in (select value from json_each(:ids))
     group by product.id
),
piece as (
    select variant.productId as product_id, variant.id, variant.sku
      from product_variant as variant
      join product on product.id = variant.productId and product.deletedAt is null
     where variant.productId in (select value from json_each(:ids))
       and variant.deletedAt is null
)
select piece.product_id as entity,
       md5('configurable/' || slug.sku || '/' || piece.sku) as id,
       piece.product_id as parentId,
       number_of('variant-' || piece.id) as productId,
       slug.sku as parentSku,
       piece.sku as productSku
  from piece
  join slug using (product_id)
 where piece.product_id in (select product_id
                              from piece
                             group by product_id
                            having count(*) > 1)
   and exists (select 1
                 from product_variant_options_product_option as chosen
                 join product_option as choice on choice.id = chosen.productOptionId
                 join product_option_group as option_group on option_group.id = choice.groupId
                where chosen.productVariantId = piece.id)
 order by piece.product_id, piece.sku;

-- name: optionValues
with piece as (
    select variant.productId as product_id, variant.id, variant.sku
      from product_variant as variant
      join product on product.id = variant.productId and product.deletedAt is null
     where variant.productId in (select value from json_each(:ids))
       and variant.deletedAt is null
),
several as (
    select product_id
      from piece
     group by product_id
    having count(*) > 1
)
select piece.product_id as entity,
       piece.sku as "item.productSku",
       option_group.code as attributeCode,
       base64('configurable/' || option_group.id || '/' || choice.id) as uid,
       coalesce((select translation.name
                   from product_option_translation as translation
                  where translation.baseId = choice.id
                  order by translation.languageCode is not (select defaultLanguageCode
                                                              from channel
                                                             where code = '__default_channel__'),
                           translation.languageCode
                  limit 1), choice.code) as label,
       choice.id as valueIndex
  from several
  join piece using (product_id)
  join product_variant_options_product_option as chosen on chosen.productVariantId = piece.id
  join product_option as choice on choice.id = chosen.productOptionId
  join product_option_group as option_group on option_group.id = choice.groupId
 order by piece.product_id, piece.sku, option_group.id, choice.id;

-- name: via_variant
select productId
  from product_variant
 where id in (select value from json_each(:keys));

-- name: via_option
select variant.productId
  from product_variant_options_product_option as chosen
  join product_variant as variant on variant.id = chosen.productVariantId
 where chosen.productOptionId in (select value from json_each(:keys));

-- name: via_option_group
select variant.productId
  from product_option as choice
  join product_variant_options_product_option as chosen on chosen.productOptionId = choice.id
  join product_variant as variant on variant.id = chosen.productVariantId
 where choice.groupId in (select value from json_each(:keys));

-- name: id_sku
select productId
  from product_variant
 where sku in (select value from json_each(:keys))
union
select baseId
  from product_translation
 where slug in (select value from json_each(:keys));
