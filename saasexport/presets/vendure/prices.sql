-- Prices of Vendure: one item for each variant and channel, in the channel's default currency.
-- Made for Vendure 3.7; ids may be numbers or UUIDs.
--
-- Vendure keeps cents.  Whether tax is in a price is the channel's setting, and the price goes out as it was entered.
-- Promotions are worked out by code, so they are not exported.

-- feed: prices
-- entity: product.id
-- The queries read the product more than once, its own row each time.
-- watch: product.id

-- An item names its product's slug, where that has several variants.
-- watch: product_translation.baseId
-- watch: product_channels_channel.productId
-- A variant leads to its product, also when it is gone or was moved; how many there are tells whether it has a parent.
-- watch: product_variant.productId
-- watch: product_variant_channels_channel.productVariantId via variant
-- watch: product_variant_price.variantId via variant
-- A channel's code and currency.
-- everything: channel

-- name: items
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
)
select piece.product_id as entity,
       number_of('variant-' || piece.id) as productId,
       piece.sku,
       'SIMPLE' as type,
       '0' as customerGroupCode,
       iif(channel.code = '__default_channel__', 'default', channel.code) as websiteCode,
       price.price / 100.0 as regular
  from piece
  join channel on channel.id = piece.channel_id
  join product_variant_price as price
    on price.variantId = piece.id
   and price.channelId = piece.channel_id
   and price.currencyCode = channel.defaultCurrencyCode
 order by piece.product_id, piece.sku, channel.id;

-- name: parents
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
)
select piece.product_id as entity,
       piece.sku as "item.sku",
       iif(channel.code = '__default_channel__', 'default', channel.code) as "item.websiteCode",
       'CONFIGURABLE' as type,
       slug.sku
  from family
  join piece on piece.product_id = family.product_id and piece.channel_id = family.channel_id
  join slug on slug.product_id = family.product_id
  join channel on channel.id = family.channel_id
 where exists (select 1
                 from product_variant_price as price
                where price.variantId = piece.id
                  and price.channelId = piece.channel_id
                  and price.currencyCode = channel.defaultCurrencyCode)
 order by piece.product_id, piece.sku, channel.id;

-- name: via_variant
select productId
  from product_variant
 where id in (select value from json_each(:keys));

-- name: id_sku
select productId
  from product_variant
 where sku in (select value from json_each(:keys))
union
select baseId
  from product_translation
 where slug in (select value from json_each(:keys));
