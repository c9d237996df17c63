-- Websites of Vendure, which are its channels; a channel's languages are its store views.
-- Made for Vendure 3.7; ids may be numbers or UUIDs.

-- feed: scopesWebsite
-- entity: channel.id

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
)
select channel_id as entity,
       channel_id as websiteId,
       website as websiteCode,
       json_array(json_object('storeId', '' || channel_id, 'storeCode', website,
                              'storeViews', json_group_array(json_object('storeViewId', channel_id || '_' || language,
                                                                         'storeViewCode', code)))) as stores
  from store_view
 where channel_id in (select value from json_each(:ids))
 group by channel_id
 order by channel_id;
