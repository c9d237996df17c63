-- Products of Vendure: one item for each variant, and one for each product of several, in each channel and language.
-- Made for Vendure 3.7; ids may be numbers or UUIDs.
--
-- A product and its variants are one entity with several items.  A variant goes by its SKU, a product by its slug in
-- the default channel's language.  A store view is a channel and a language.  Pictures have the path at which the
-- asset server plugin serves them: write your server's address before /assets/ below.

-- feed: products
-- entity: product.id
-- The queries read the product more than once, its own row each time.
-- watch: product.id

-- watch: product_translation.baseId
-- watch: product_channels_channel.productId
-- watch: product_facet_values_facet_value.productId
-- watch: product_asset.productId
-- A variant leads to its product, also when it is gone or was moved.
-- watch: product_variant.productId
-- watch: product_variant_translation.baseId via variant
-- watch: product_variant_channels_channel.productVariantId via variant
-- watch: product_variant_facet_values_facet_value.productVariantId via variant
-- watch: product_variant_options_product_option.productVariantId via variant
-- watch: product_variant_asset.productVariantId via variant
-- watch: stock_level.productVariantId via variant
-- watch: collection_product_variants_product_variant.productVariantId via variant
-- What several products share.
-- watch: facet.id via facet
-- watch: facet_value.id via facet_value
-- watch: facet_value_translation.baseId via facet_value
-- watch: product_option_group.id via option_group
-- watch: product_option_group_translation.baseId via option_group
-- watch: product_option.id via option
-- watch: product_option_translation.baseId via option
-- watch: asset.id via asset
-- watch: asset_translation.baseId via asset
-- A collection's slug and privacy hold for what is below it.
-- watch: collection.id via branch
-- watch: collection_translation.baseId via branch
-- watch: collection_channels_channel.collectionId via branch
-- Settings of channels, and which places they sell from.
-- everything: channel
-- everything: stock_location_channels_channel

-- name: items
with store_view as (
    select channel.id as channel_id,
           iif(channel.code = '__default_channel__', 'default', channel.code) as website,
           iif(channel.code = '__default_channel__', 'default', channel.code) || '_' || language.value as code,
           language.value as language,
           channel.defaultLanguageCode as fallback
      from channel
      join json_each('[' || replace(json_quote(coalesce(nullif(channel.availableLanguageCodes, ''),
                                                        channel.defaultLanguageCode)), ',', '","') || ']') as language
),
piece as (
    -- The variants that a channel sells.
    select variant.productId as product_id, variant.id, variant.sku, variant.enabled,
           variant.featuredAssetId, variant.taxCategoryId, variant.trackInventory,
           variant.outOfStockThreshold, variant.useGlobalOutOfStockThreshold,
           variant.createdAt, variant.updatedAt, sold.channelId as channel_id
      from product_variant as variant
      join product on product.id = variant.productId and product.deletedAt is null
      join product_variant_channels_channel as sold on sold.productVariantId = variant.id
      join product_channels_channel as member
        on member.productId = product.id
       and member.channelId = sold.channelId
     where variant.productId in (select value from json_each(:ids))
       and variant.deletedAt is null
),
slug as (
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
stock as (
    select level.productVariantId as variant_id, place.channelId as channel_id,
           sum(level.stockOnHand - level.stockAllocated) as net
      from stock_level as level
      join stock_location_channels_channel as place on place.stockLocationId = level.stockLocationId
     where level.productVariantId in (select id from piece)
     group by level.productVariantId, place.channelId
),
sold as (
    select piece.*,
           case piece.trackInventory when 'TRUE' then 0 when 'FALSE' then 1 else not channel.trackInventory end
               or coalesce(stock.net, 0) > iif(piece.useGlobalOutOfStockThreshold, channel.outOfStockThreshold,
                                               piece.outOfStockThreshold) as in_stock,
           channel.defaultCurrencyCode as currency
      from piece
      join channel on channel.id = piece.channel_id
      left join stock on stock.variant_id = piece.id and stock.channel_id = piece.channel_id
),
family as (
    select product_id, channel_id, count(*) as members, max(in_stock and enabled) as in_stock,
           currency, min('' || taxCategoryId) as tax_category
      from sold
     group by product_id, channel_id
),
shown as (
    select product.id as product_id, product.enabled, product.createdAt, product.updatedAt, product.featuredAssetId,
           store_view.channel_id, store_view.website, store_view.code, store_view.language, store_view.fallback,
           coalesce(own.name, other.name) as name,
           coalesce(own.slug, other.slug) as slug,
           coalesce(own.description, other.description) as description
      from product
      join product_channels_channel as member on member.productId = product.id
      join store_view on store_view.channel_id = member.channelId
      left join product_translation as own
        on own.baseId = product.id
       and own.languageCode = store_view.language
      left join product_translation as other
        on own.id is null
       and other.id = coalesce((select min(id) from product_translation
                                where baseId = product.id and languageCode = store_view.fallback),
                               (select min(id) from product_translation where baseId = product.id))
     where product.id in (select value from json_each(:ids))
       and product.deletedAt is null
),
listed as (
    select shown.product_id, shown.code, shown.website, shown.language, shown.fallback, shown.slug, shown.description,
           shown.createdAt, shown.updatedAt, shown.name, number_of(shown.product_id) as number, slug.sku,
           'configurable' as type, 1 as is_visible, shown.enabled, family.in_stock, family.currency,
           family.tax_category, shown.featuredAssetId as asset_id
      from shown
      join family on family.product_id = shown.product_id and family.channel_id = shown.channel_id
      join slug on slug.product_id = shown.product_id
     where family.members > 1
    union all
    select shown.product_id, shown.code, shown.website, shown.language, shown.fallback, shown.slug, shown.description,
           sold.createdAt, sold.updatedAt, coalesce(own.name, other.name, shown.name),
           number_of('variant-' || sold.id), sold.sku,
           'simple', family.members = 1, shown.enabled and sold.enabled, sold.in_stock, sold.currency,
           sold.taxCategoryId, coalesce(sold.featuredAssetId, shown.featuredAssetId)
      from shown
      join sold on sold.product_id = shown.product_id and sold.channel_id = shown.channel_id
      join family on family.product_id = shown.product_id and family.channel_id = shown.channel_id
      left join product_variant_translation as own
        on own.baseId = sold.id
       and own.languageCode = shown.language
      left join product_variant_translation as other
        on own.id is null
       and other.id = coalesce((select min(id) from product_variant_translation
                                where baseId = sold.id and languageCode = shown.fallback),
                               (select min(id) from product_variant_translation where baseId = sold.id))
),
picture as (
    select asset.id, translation.languageCode as language,
           json_object('url', '/assets/' || asset.preview, 'label', nullif(translation.name, '')) as image
      from asset
      left join asset_translation as translation on translation.baseId = asset.id
     where asset.id in (select asset_id from listed)
)
select listed.product_id as entity,
       listed.sku,
       listed.code as storeViewCode,
       listed.website as storeCode,
       listed.website as websiteCode,
       listed.name,
       listed.number as productId,
       listed.type,
       nullif(listed.description, '') as description,
       coalesce(own.image, other.image, bare.image) as image,
       coalesce(own.image, other.image, bare.image) as smallImage,
       coalesce(own.image, other.image, bare.image) as thumbnail,
       iif(listed.enabled, 'Enabled', 'Disabled') as status,
       iif(listed.is_visible, 'Catalog, Search', 'Not Visible Individually') as visibility,
       coalesce(listed.tax_category, '0') as taxClassId,
       listed.createdAt,
       listed.updatedAt,
       listed.slug as urlKey,
       listed.currency,
       listed.enabled and listed.is_visible as displayable,
       listed.enabled and listed.in_stock as buyable,
       listed.in_stock as inStock,
       0 as lowStock
  from listed
  left join picture as own on own.id = listed.asset_id and own.language = listed.language
  left join picture as other on other.id = listed.asset_id and other.language = listed.fallback
  left join (select id, json_object('url', '/assets/' || preview, 'label', null) as image
               from asset
              where id in (select asset_id from listed)) as bare on bare.id = listed.asset_id
 order by listed.product_id, listed.type, listed.sku, listed.code;

-- name: attributes
-- The facet values of a product are those of its variants, too; what is chosen by is an attribute of the variant.
with store_view as (
    select channel.id as channel_id,
           iif(channel.code = '__default_channel__', 'default', channel.code) as website,
           iif(channel.code = '__default_channel__', 'default', channel.code) || '_' || language.value as code,
           language.value as language,
           channel.defaultLanguageCode as fallback
      from channel
      join json_each('[' || replace(json_quote(coalesce(nullif(channel.availableLanguageCodes, ''),
                                                        channel.defaultLanguageCode)), ',', '","') || ']') as language
),
piece as (
    -- The variants that a channel sells.
    select variant.productId as product_id, variant.id, variant.sku, sold.channelId as channel_id
      from product_variant as variant
      join product on product.id = variant.productId and product.deletedAt is null
      join product_variant_channels_channel as sold on sold.productVariantId = variant.id
      join product_channels_channel as member
        on member.productId = product.id
       and member.channelId = sold.channelId
     where variant.productId in (select value from json_each(:ids))
       and variant.deletedAt is null
),
slug as (
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
family as (
    select product_id, channel_id
      from piece
     group by product_id, channel_id
    having count(*) > 1
),
holder as (
    select piece.product_id, piece.sku, piece.channel_id, facet.code, 1 as kind,
           value.id as value_id, null as option_id
      from piece
      join (select productVariantId as variant_id, facetValueId as value_id
              from product_variant_facet_values_facet_value
             where productVariantId in (select id from piece)
            union
            select piece.id, shared.facetValueId
              from piece
              join product_facet_values_facet_value as shared on shared.productId = piece.product_id) as tag
        on tag.variant_id = piece.id
      join facet_value as value on value.id = tag.value_id
      join facet on facet.id = value.facetId and not facet.isPrivate
    union all
    select family.product_id, slug.sku, family.channel_id, facet.code, 1, value.id, null
      from family
      join slug using (product_id)
      join product_facet_values_facet_value as tag on tag.productId = family.product_id
      join facet_value as value on value.id = tag.facetValueId
      join facet on facet.id = value.facetId and not facet.isPrivate
    union all
    select piece.product_id, piece.sku, piece.channel_id, option_group.code, 2, null, choice.id
      from piece
      join product_variant_options_product_option as chosen on chosen.productVariantId = piece.id
      join product_option as choice on choice.id = chosen.productOptionId
      join product_option_group as option_group on option_group.id = choice.groupId
),
labelled as (
    select holder.product_id, holder.sku, holder.code, store_view.code as store_view_code,
           coalesce(value_own.name, value_other.name, option_own.name, option_other.name,
                    '' || coalesce(holder.value_id, holder.option_id)) as label
      from holder
      join store_view on store_view.channel_id = holder.channel_id
      left join facet_value_translation as value_own
        on value_own.baseId = holder.value_id
       and value_own.languageCode = store_view.language
      left join facet_value_translation as value_other
        on value_own.id is null
       and value_other.id = coalesce((select min(id) from facet_value_translation
                                      where baseId = holder.value_id and languageCode = store_view.fallback),
                                     (select min(id) from facet_value_translation where baseId = holder.value_id))
      left join product_option_translation as option_own
        on option_own.baseId = holder.option_id
       and option_own.languageCode = store_view.language
      left join product_option_translation as option_other
        on option_own.id is null
       and option_other.id = coalesce((select min(id) from product_option_translation
                                       where baseId = holder.option_id and languageCode = store_view.fallback),
                                      (select min(id) from product_option_translation where baseId = holder.option_id))
     order by holder.product_id, holder.sku, store_view.code, holder.code, holder.kind,
              coalesce(holder.value_id, holder.option_id)
)
select product_id as entity,
       sku as "item.sku",
       store_view_code as "item.storeViewCode",
       code as attributeCode,
       json_group_array(label) as value
  from labelled
 group by product_id, sku, store_view_code, code
 order by product_id, sku, store_view_code, code;

-- name: categoryData
with recursive store_view as (
    select channel.id as channel_id,
           iif(channel.code = '__default_channel__', 'default', channel.code) as website,
           iif(channel.code = '__default_channel__', 'default', channel.code) || '_' || language.value as code,
           language.value as language,
           channel.defaultLanguageCode as fallback
      from channel
      join json_each('[' || replace(json_quote(coalesce(nullif(channel.availableLanguageCodes, ''),
                                                        channel.defaultLanguageCode)), ',', '","') || ']') as language
),
piece as (
    -- The variants that a channel sells.
    select variant.productId as product_id, variant.id, variant.sku, sold.channelId as channel_id
      from product_variant as variant
      join product on product.id = variant.productId and product.deletedAt is null
      join product_variant_channels_channel as sold on sold.productVariantId = variant.id
      join product_channels_channel as member
        on member.productId = product.id
       and member.channelId = sold.channelId
     where variant.productId in (select value from json_each(:ids))
       and variant.deletedAt is null
),
slug as (
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
assigned as (
    select distinct piece.product_id, piece.channel_id, assignment.collectionId as collection_id
      from piece
      join collection_product_variants_product_variant as assignment on assignment.productVariantId = piece.id
      join collection_channels_channel as shown
        on shown.collectionId = assignment.collectionId
       and shown.channelId = piece.channel_id
),
branch (collection_id, channel_id, code, language, fallback, parent_id, url, is_hidden, depth) as (
    select collection.id, store_view.channel_id, store_view.code, store_view.language, store_view.fallback,
           collection.parentId, coalesce(own.slug, other.slug, '' || collection.id), collection.isPrivate, 1
      from (select distinct collection_id, channel_id from assigned) as wanted
      join collection on collection.id = wanted.collection_id and not collection.isRoot
      join store_view on store_view.channel_id = wanted.channel_id
      left join collection_translation as own
        on own.baseId = collection.id
       and own.languageCode = store_view.language
      left join collection_translation as other
        on own.id is null
       and other.id = coalesce((select min(id) from collection_translation
                                where baseId = collection.id and languageCode = store_view.fallback),
                               (select min(id) from collection_translation where baseId = collection.id))
    union all
    -- The depth ends a circle, which only a hand can have made.
    select branch.collection_id, branch.channel_id, branch.code, branch.language, branch.fallback,
           above.parentId, coalesce(own.slug, other.slug, '' || above.id) || '/' || branch.url,
           max(branch.is_hidden, above.isPrivate), branch.depth + 1
      from branch
      join collection as above on above.id = branch.parent_id and not above.isRoot
      left join collection_translation as own
        on own.baseId = above.id
       and own.languageCode = branch.language
      left join collection_translation as other
        on own.id is null
       and other.id = coalesce((select min(id) from collection_translation
                                where baseId = above.id and languageCode = branch.fallback),
                               (select min(id) from collection_translation where baseId = above.id))
     where branch.depth < 50
),
place as (
    select collection_id, channel_id, code, url, is_hidden, max(depth)
      from branch
     group by collection_id, code
),
visible as (
    -- What is visible individually stands in categories: a product of several variants, or its only one.
    select piece.product_id, piece.channel_id, iif(count(*) > 1, slug.sku, min(piece.sku)) as sku
      from piece
      join slug using (product_id)
     group by piece.product_id, piece.channel_id
)
select assigned.product_id as entity,
       visible.sku as "item.sku",
       place.code as "item.storeViewCode",
       assigned.collection_id as categoryId,
       place.url as categoryPath,
       0 as productPosition
  from assigned
  join place on place.collection_id = assigned.collection_id and place.channel_id = assigned.channel_id
  join visible on visible.product_id = assigned.product_id and visible.channel_id = assigned.channel_id
 where not place.is_hidden
 order by assigned.product_id, place.code, assigned.collection_id;

-- name: categories
with recursive store_view as (
    select channel.id as channel_id,
           iif(channel.code = '__default_channel__', 'default', channel.code) as website,
           iif(channel.code = '__default_channel__', 'default', channel.code) || '_' || language.value as code,
           language.value as language,
           channel.defaultLanguageCode as fallback
      from channel
      join json_each('[' || replace(json_quote(coalesce(nullif(channel.availableLanguageCodes, ''),
                                                        channel.defaultLanguageCode)), ',', '","') || ']') as language
),
piece as (
    -- The variants that a channel sells.
    select variant.productId as product_id, variant.id, variant.sku, sold.channelId as channel_id
      from product_variant as variant
      join product on product.id = variant.productId and product.deletedAt is null
      join product_variant_channels_channel as sold on sold.productVariantId = variant.id
      join product_channels_channel as member
        on member.productId = product.id
       and member.channelId = sold.channelId
     where variant.productId in (select value from json_each(:ids))
       and variant.deletedAt is null
),
slug as (
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
assigned as (
    select distinct piece.product_id, piece.channel_id, assignment.collectionId as collection_id
      from piece
      join collection_product_variants_product_variant as assignment on assignment.productVariantId = piece.id
      join collection_channels_channel as shown
        on shown.collectionId = assignment.collectionId
       and shown.channelId = piece.channel_id
),
branch (collection_id, channel_id, code, language, fallback, parent_id, url, is_hidden, depth) as (
    select collection.id, store_view.channel_id, store_view.code, store_view.language, store_view.fallback,
           collection.parentId, coalesce(own.slug, other.slug, '' || collection.id), collection.isPrivate, 1
      from (select distinct collection_id, channel_id from assigned) as wanted
      join collection on collection.id = wanted.collection_id and not collection.isRoot
      join store_view on store_view.channel_id = wanted.channel_id
      left join collection_translation as own
        on own.baseId = collection.id
       and own.languageCode = store_view.language
      left join collection_translation as other
        on own.id is null
       and other.id = coalesce((select min(id) from collection_translation
                                where baseId = collection.id and languageCode = store_view.fallback),
                               (select min(id) from collection_translation where baseId = collection.id))
    union all
    -- The depth ends a circle, which only a hand can have made.
    select branch.collection_id, branch.channel_id, branch.code, branch.language, branch.fallback,
           above.parentId, coalesce(own.slug, other.slug, '' || above.id) || '/' || branch.url,
           max(branch.is_hidden, above.isPrivate), branch.depth + 1
      from branch
      join collection as above on above.id = branch.parent_id and not above.isRoot
      left join collection_translation as own
        on own.baseId = above.id
       and own.languageCode = branch.language
      left join collection_translation as other
        on own.id is null
       and other.id = coalesce((select min(id) from collection_translation
                                where baseId = above.id and languageCode = branch.fallback),
                               (select min(id) from collection_translation where baseId = above.id))
     where branch.depth < 50
),
place as (
    select collection_id, channel_id, code, url, is_hidden, max(depth)
      from branch
     group by collection_id, code
),
visible as (
    -- What is visible individually stands in categories: a product of several variants, or its only one.
    select piece.product_id, piece.channel_id, iif(count(*) > 1, slug.sku, min(piece.sku)) as sku
      from piece
      join slug using (product_id)
     group by piece.product_id, piece.channel_id
)
select assigned.product_id as entity,
       visible.sku as "item.sku",
       place.code as "item.storeViewCode",
       place.url as path
  from assigned
  join place on place.collection_id = assigned.collection_id and place.channel_id = assigned.channel_id
  join visible on visible.product_id = assigned.product_id and visible.channel_id = assigned.channel_id
 where not place.is_hidden
 order by assigned.product_id, place.code, assigned.collection_id;

-- name: media_gallery
-- A variant without pictures of its own has its product's.
with piece as (
    -- The variants that a channel sells.
    select variant.productId as product_id, variant.id, variant.sku, sold.channelId as channel_id
      from product_variant as variant
      join product on product.id = variant.productId and product.deletedAt is null
      join product_variant_channels_channel as sold on sold.productVariantId = variant.id
      join product_channels_channel as member
        on member.productId = product.id
       and member.channelId = sold.channelId
     where variant.productId in (select value from json_each(:ids))
       and variant.deletedAt is null
),
slug as (
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
family as (
    select product_id, channel_id
      from piece
     group by product_id, channel_id
    having count(*) > 1
),
owner as (
    select product.id as product_id, slug.sku, product.id as gallery_id, 0 as is_variant, product.featuredAssetId
      from product
      join slug on slug.product_id = product.id
     where product.id in (select product_id from family)
    union all
    select piece.product_id, piece.sku,
           iif(own.variant_id is null, piece.product_id, piece.id), own.variant_id is not null,
           coalesce(variant.featuredAssetId, product.featuredAssetId)
      from (select distinct product_id, id, sku from piece) as piece
      join product on product.id = piece.product_id
      join product_variant as variant on variant.id = piece.id
      left join (select distinct productVariantId as variant_id
                   from product_variant_asset
                  where productVariantId in (select id from piece)) as own on own.variant_id = piece.id
),
picture as (
    select owner.product_id, owner.sku, owner.featuredAssetId, shown.assetId, shown.position, shown.id
      from owner
      join product_asset as shown on shown.productId = owner.gallery_id
     where not owner.is_variant
    union all
    select owner.product_id, owner.sku, owner.featuredAssetId, shown.assetId, shown.position, shown.id
      from owner
      join product_variant_asset as shown on shown.productVariantId = owner.gallery_id
     where owner.is_variant
)
select picture.product_id as entity,
       picture.sku as "item.sku",
       '/assets/' || asset.preview as url,
       coalesce((select name from asset_translation where baseId = asset.id order by languageCode, id limit 1), '')
           as label,
       iif(asset.id = picture.featuredAssetId, json_array('image', 'small_image', 'thumbnail'), null) as types,
       picture.position as sort_order
  from picture
  join asset on asset.id = picture.assetId
 order by picture.product_id, picture.sku, picture.position, picture.id;

-- name: images
with piece as (
    -- The variants that a channel sells.
    select variant.productId as product_id, variant.id, variant.sku, sold.channelId as channel_id
      from product_variant as variant
      join product on product.id = variant.productId and product.deletedAt is null
      join product_variant_channels_channel as sold on sold.productVariantId = variant.id
      join product_channels_channel as member
        on member.productId = product.id
       and member.channelId = sold.channelId
     where variant.productId in (select value from json_each(:ids))
       and variant.deletedAt is null
),
slug as (
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
family as (
    select product_id, channel_id
      from piece
     group by product_id, channel_id
    having count(*) > 1
),
owner as (
    select product.id as product_id, slug.sku, product.id as gallery_id, 0 as is_variant, product.featuredAssetId
      from product
      join slug on slug.product_id = product.id
     where product.id in (select product_id from family)
    union all
    select piece.product_id, piece.sku,
           iif(own.variant_id is null, piece.product_id, piece.id), own.variant_id is not null,
           coalesce(variant.featuredAssetId, product.featuredAssetId)
      from (select distinct product_id, id, sku from piece) as piece
      join product on product.id = piece.product_id
      join product_variant as variant on variant.id = piece.id
      left join (select distinct productVariantId as variant_id
                   from product_variant_asset
                  where productVariantId in (select id from piece)) as own on own.variant_id = piece.id
),
picture as (
    select owner.product_id, owner.sku, owner.featuredAssetId, shown.assetId, shown.position, shown.id
      from owner
      join product_asset as shown on shown.productId = owner.gallery_id
     where not owner.is_variant
    union all
    select owner.product_id, owner.sku, owner.featuredAssetId, shown.assetId, shown.position, shown.id
      from owner
      join product_variant_asset as shown on shown.productVariantId = owner.gallery_id
     where owner.is_variant
)
select picture.product_id as entity,
       picture.sku as "item.sku",
       json_object('url', '/assets/' || asset.preview,
                   'label', coalesce((select name
                                        from asset_translation
                                       where baseId = asset.id
                                       order by languageCode, id
                                       limit 1), ''),
                   'roles', iif(asset.id = picture.featuredAssetId,
                                json_array('image', 'small_image', 'thumbnail'), null)) as resource,
       picture.position as sortOrder
  from picture
  join asset on asset.id = picture.assetId
 order by picture.product_id, picture.sku, picture.position, picture.id;

-- name: optionsV2
with store_view as (
    select channel.id as channel_id,
           iif(channel.code = '__default_channel__', 'default', channel.code) as website,
           iif(channel.code = '__default_channel__', 'default', channel.code) || '_' || language.value as code,
           language.value as language,
           channel.defaultLanguageCode as fallback
      from channel
      join json_each('[' || replace(json_quote(coalesce(nullif(channel.availableLanguageCodes, ''),
                                                        channel.defaultLanguageCode)), ',', '","') || ']') as language
),
piece as (
    -- The variants that a channel sells.
    select variant.productId as product_id, variant.id, variant.sku, variant.enabled,
           sold.channelId as channel_id
      from product_variant as variant
      join product on product.id = variant.productId and product.deletedAt is null
      join product_variant_channels_channel as sold on sold.productVariantId = variant.id
      join product_channels_channel as member
        on member.productId = product.id
       and member.channelId = sold.channelId
     where variant.productId in (select value from json_each(:ids))
       and variant.deletedAt is null
),
slug as (
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
family as (
    select product_id, channel_id
      from piece
     group by product_id, channel_id
    having count(*) > 1
),
offered as (
    select distinct piece.product_id, piece.channel_id, choice.groupId as group_id, choice.id as option_id
      from family
      join piece on piece.product_id = family.product_id and piece.channel_id = family.channel_id
      join product_variant_options_product_option as chosen on chosen.productVariantId = piece.id
      join product_option as choice on choice.id = chosen.productOptionId
     where piece.enabled
),
labelled as (
    select offered.product_id, store_view.code as store_view_code, offered.group_id, option_group.code,
           coalesce(group_own.name, group_other.name, option_group.code) as label,
           offered.option_id, coalesce(own.name, other.name, '' || offered.option_id) as option_label
      from offered
      join store_view on store_view.channel_id = offered.channel_id
      join product_option_group as option_group on option_group.id = offered.group_id
      left join product_option_group_translation as group_own
        on group_own.baseId = offered.group_id
       and group_own.languageCode = store_view.language
      left join product_option_group_translation as group_other
        on group_own.id is null
       and group_other.id = coalesce((select min(id) from product_option_group_translation
                                      where baseId = offered.group_id and languageCode = store_view.fallback),
                                     (select min(id) from product_option_group_translation
                                      where baseId = offered.group_id))
      left join product_option_translation as own
        on own.baseId = offered.option_id
       and own.languageCode = store_view.language
      left join product_option_translation as other
        on own.id is null
       and other.id = coalesce((select min(id) from product_option_translation
                                where baseId = offered.option_id and languageCode = store_view.fallback),
                               (select min(id) from product_option_translation where baseId = offered.option_id))
     order by offered.product_id, store_view.code, offered.group_id, offered.option_id
)
select labelled.product_id as entity,
       slug.sku as "item.sku",
       labelled.store_view_code as "item.storeViewCode",
       labelled.code as id,
       labelled.label,
       'configurable' as type,
       json_group_array(json_object('id', base64('configurable/' || labelled.group_id || '/' || labelled.option_id),
                                    'label', labelled.option_label)) as "values"
  from labelled
  join slug using (product_id)
 group by labelled.product_id, labelled.store_view_code, labelled.group_id
 order by labelled.product_id, labelled.store_view_code, labelled.group_id;

-- name: parents
with store_view as (
    select channel.id as channel_id,
           iif(channel.code = '__default_channel__', 'default', channel.code) as website,
           iif(channel.code = '__default_channel__', 'default', channel.code) || '_' || language.value as code,
           language.value as language,
           channel.defaultLanguageCode as fallback
      from channel
      join json_each('[' || replace(json_quote(coalesce(nullif(channel.availableLanguageCodes, ''),
                                                        channel.defaultLanguageCode)), ',', '","') || ']') as language
),
piece as (
    -- The variants that a channel sells.
    select variant.productId as product_id, variant.id, variant.sku, sold.channelId as channel_id
      from product_variant as variant
      join product on product.id = variant.productId and product.deletedAt is null
      join product_variant_channels_channel as sold on sold.productVariantId = variant.id
      join product_channels_channel as member
        on member.productId = product.id
       and member.channelId = sold.channelId
     where variant.productId in (select value from json_each(:ids))
       and variant.deletedAt is null
),
slug as (
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
family as (
    select product_id, channel_id
      from piece
     group by product_id, channel_id
    having count(*) > 1
)
select piece.product_id as entity,
       piece.sku as "item.sku",
       store_view.code as "item.storeViewCode",
       slug.sku,
       'configurable' as productType
  from family
  join piece on piece.product_id = family.product_id and piece.channel_id = family.channel_id
  join slug on slug.product_id = family.product_id
  join store_view on store_view.channel_id = family.channel_id
 order by piece.product_id, piece.sku, store_view.code;

-- name: via_variant
select productId
  from product_variant
 where id in (select value from json_each(:keys));

-- name: via_facet_value
select productId
  from product_facet_values_facet_value
 where facetValueId in (select value from json_each(:keys))
union
select variant.productId
  from product_variant_facet_values_facet_value as tag
  join product_variant as variant on variant.id = tag.productVariantId
 where tag.facetValueId in (select value from json_each(:keys));

-- name: via_facet
with value as (
    select id
      from facet_value
     where facetId in (select value from json_each(:keys))
)
select productId
  from product_facet_values_facet_value
 where facetValueId in (select id from value)
union
select variant.productId
  from product_variant_facet_values_facet_value as tag
  join product_variant as variant on variant.id = tag.productVariantId
 where tag.facetValueId in (select id from value);

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

-- name: via_asset
select productId
  from product_asset
 where assetId in (select value from json_each(:keys))
union
select id
  from product
 where featuredAssetId in (select value from json_each(:keys))
union
select variant.productId
  from product_variant_asset as shown
  join product_variant as variant on variant.id = shown.productVariantId
 where shown.assetId in (select value from json_each(:keys))
union
select productId
  from product_variant
 where featuredAssetId in (select value from json_each(:keys));

-- name: via_branch
-- From the keys downwards, so that it holds for a collection that is gone.
with recursive branch (id) as (
    select value
      from json_each(:keys)
    union
    select below.id
      from branch
      join collection as below on below.parentId = branch.id
)
select variant.productId
  from branch
  join collection_product_variants_product_variant as assignment on assignment.collectionId = branch.id
  join product_variant as variant on variant.id = assignment.productVariantId;

-- name: id_sku
select productId
  from product_variant
 where sku in (select value from json_each(:keys))
union
select baseId
  from product_translation
 where slug in (select value from json_each(:keys));
