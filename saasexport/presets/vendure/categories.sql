-- Categories of Vendure, which are its collections, in each channel and language.
-- Made for Vendure 3.7; ids may be numbers or UUIDs.
--
-- The root collection is the category at level 1, as a store's root category is.  Pictures have the path at which the
-- asset server plugin serves them: write your server's address before /assets/ below.

-- feed: categories
-- entity: collection.id

-- A collection's slug and privacy hold for what is below it.
-- watch: collection.id via branch
-- The parent names its children; of one that is gone or was moved only its old row says whose child it was.
-- watch: collection.parentId
-- watch: collection_translation.baseId via branch
-- Whether a channel shows a collection, its parent's list of children says, too.
-- watch: collection_channels_channel.collectionId via branch
-- watch: asset.id via asset
-- everything: channel

-- name: items
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
branch (collection_id, channel_id, website, code, language, fallback, parent_id, ids, url, is_hidden, depth) as (
    select collection.id, store_view.channel_id, store_view.website, store_view.code, store_view.language,
           store_view.fallback, collection.parentId, '' || collection.id,
           iif(collection.isRoot, '', coalesce(own.slug, other.slug, '' || collection.id)), collection.isPrivate, 1
      from collection
      join collection_channels_channel as shown on shown.collectionId = collection.id
      join store_view on store_view.channel_id = shown.channelId
      left join collection_translation as own
        on own.baseId = collection.id
       and own.languageCode = store_view.language
      left join collection_translation as other
        on own.id is null
       and other.id = coalesce((select min(id) from collection_translation
                                where baseId = collection.id and languageCode = store_view.fallback),
                               (select min(id) from collection_translation where baseId = collection.id))
     where collection.id in (select value from json_each(:ids))
    union all
    -- The depth ends a circle, which only a hand can have made.
    select branch.collection_id, branch.channel_id, branch.website, branch.code, branch.language, branch.fallback,
           above.parentId, above.id || '/' || branch.ids,
           iif(above.isRoot, branch.url, coalesce(own.slug, other.slug, '' || above.id) || '/' || branch.url),
           max(branch.is_hidden, above.isPrivate), branch.depth + 1
      from branch
      join collection as above on above.id = branch.parent_id
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
    select collection_id, website, code, language, fallback, ids, url, is_hidden, max(depth) as level
      from branch
     group by collection_id, code
)
select collection.id as entity,
       collection.id as categoryId,
       place.code as storeViewCode,
       place.website as storeCode,
       place.website as websiteCode,
       coalesce(own.name, other.name) as name,
       coalesce(nullif(own.description, ''), nullif(other.description, '')) as description,
       coalesce(own.slug, other.slug) as urlKey,
       place.url as urlPath,
       '/assets/' || asset.preview as image,
       -- A collection whose parents are missing is no root for all that.
       iif(collection.isRoot, 1, max(place.level, 2)) as level,
       place.ids as path,
       coalesce(collection.parentId, '0') as parentId,
       collection.position,
       1 as isAnchor,
       not place.is_hidden as isActive,
       not place.is_hidden and not collection.isRoot as includeInMenu,
       collection.createdAt,
       collection.updatedAt
  from place
  join collection on collection.id = place.collection_id
  left join asset on asset.id = collection.featuredAssetId
  left join collection_translation as own
    on own.baseId = collection.id
   and own.languageCode = place.language
  left join collection_translation as other
    on own.id is null
   and other.id = coalesce((select min(id) from collection_translation
                            where baseId = collection.id and languageCode = place.fallback),
                           (select min(id) from collection_translation where baseId = collection.id))
 order by collection.id, place.code;

-- name: children
with store_view as (
    select channel.id as channel_id,
           iif(channel.code = '__default_channel__', 'default', channel.code) as website,
           iif(channel.code = '__default_channel__', 'default', channel.code) || '_' || language.value as code,
           language.value as language,
           channel.defaultLanguageCode as fallback
      from channel
      join json_each('[' || replace(json_quote(coalesce(nullif(channel.availableLanguageCodes, ''),
                                                        channel.defaultLanguageCode)), ',', '","') || ']') as language
)
select below.parentId as entity,
       store_view.code as "item.storeViewCode",
       below.id as child
  from collection as below
  join collection_channels_channel as shown on shown.collectionId = below.id
  join collection_channels_channel as above
    on above.collectionId = below.parentId
   and above.channelId = shown.channelId
  join store_view on store_view.channel_id = shown.channelId
 where below.parentId in (select value from json_each(:ids))
   and not below.isPrivate
 order by below.parentId, store_view.code, below.position, below.id;

-- name: via_branch
with recursive branch (id) as (
    select value
      from json_each(:keys)
    union
    select below.id
      from branch
      join collection as below on below.parentId = branch.id
)
select id
  from branch
union
select parentId
  from collection
 where id in (select value from json_each(:keys))
   and parentId is not null;

-- name: via_asset
select id
  from collection
 where featuredAssetId in (select value from json_each(:keys));
