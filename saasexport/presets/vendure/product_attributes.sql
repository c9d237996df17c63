-- Product attributes of Vendure: its facets and option groups, and what every product has, by channel and language.
-- Made for Vendure 3.7; ids may be numbers or UUIDs.
--
-- All belong to their channel: it is the entity.  Of several option groups with one code the first counts.

-- feed: productAttributes
-- entity: channel.id

-- Each channel is made of its own row alone, though what is read of it is used more than once.
-- watch: channel.id
-- Names and codes are told in every channel; only whether a facet is shown is a channel's own.
-- watch: facet.id via channels
-- watch: facet_translation.baseId via channels
-- watch: facet_channels_channel.channelId
-- watch: product_option_group.id via channels
-- watch: product_option_group_translation.baseId via channels

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
common (position, code, label, input, type, is_shown) as (
    values (1, 'sku', 'SKU', 'text', 'static', 1),
           (2, 'name', 'Name', 'text', 'varchar', 1),
           (3, 'description', 'Description', 'textarea', 'text', 1),
           (4, 'price', 'Price', 'price', 'decimal', 1),
           (5, 'url_key', 'Slug', 'text', 'varchar', 0),
           (6, 'status', 'Enabled', 'select', 'int', 0),
           (7, 'visibility', 'Visibility', 'select', 'int', 0)
),
option_group (id, code) as (
    select min(id), code
      from product_option_group
     where deletedAt is null
       and code not in (select code from common)
       and code not in (select code from facet where not isPrivate)
     group by code
),
attribute (store_view_code, channel_id, website, id, position, code, label, input, type, is_common, is_shown) as (
    select store_view.code, store_view.channel_id, store_view.website,
           common.code, common.position, common.code, common.label, common.input, common.type, 1, common.is_shown
      from store_view
     cross join common
    union all
    select store_view.code, store_view.channel_id, store_view.website,
           'facet-' || facet.id, 100, facet.code, coalesce(own.name, other.name, facet.code),
           'multiselect', 'varchar', 0, 1
      from store_view
      join facet_channels_channel as shown on shown.channelId = store_view.channel_id
      join facet on facet.id = shown.facetId and not facet.isPrivate
      left join facet_translation as own on own.baseId = facet.id and own.languageCode = store_view.language
      left join facet_translation as other
        on own.id is null
       and other.id = coalesce((select min(id) from facet_translation
                                where baseId = facet.id and languageCode = store_view.fallback),
                               (select min(id) from facet_translation where baseId = facet.id))
     where facet.code not in (select code from common)
    union all
    select store_view.code, store_view.channel_id, store_view.website,
           'option-group-' || option_group.id, 200, option_group.code,
           coalesce(own.name, other.name, option_group.code), 'select', 'int', 0, 1
      from store_view
     cross join option_group
      left join product_option_group_translation as own
        on own.baseId = option_group.id
       and own.languageCode = store_view.language
      left join product_option_group_translation as other
        on own.id is null
       and other.id = coalesce((select min(id) from product_option_group_translation
                                where baseId = option_group.id and languageCode = store_view.fallback),
                               (select min(id) from product_option_group_translation where baseId = option_group.id))
)
select channel_id as entity,
       id,
       store_view_code as storeViewCode,
       website as storeCode,
       website as websiteCode,
       code as attributeCode,
       'catalog_product' as attributeType,
       type as dataType,
       input = 'multiselect' as multi,
       label,
       input as frontendInput,
       code in ('sku', 'name') as required,
       code = 'sku' as "unique",
       is_common as "global",
       1 as visible,
       code in ('sku', 'name', 'description') or not is_common as searchable,
       is_shown and input in ('select', 'multiselect', 'price') as filterable,
       0 as visibleInCompareList,
       code in ('sku', 'name', 'price') and is_common as visibleInListing,
       code in ('name', 'price') and is_common as sortable,
       not is_common as visibleInSearch,
       is_shown and input in ('select', 'multiselect', 'price') as filterableInSearch,
       1 as searchWeight,
       0 as usedForRules,
       0 as "boolean",
       is_common as systemAttribute,
       type = 'decimal' as numeric
  from attribute
 where channel_id in (select value from json_each(:ids))
 order by channel_id, store_view_code, position, code;

-- name: via_channels
select id
  from channel;
