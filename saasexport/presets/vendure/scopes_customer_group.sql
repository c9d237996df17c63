-- Customer groups of Vendure.
-- Made for Vendure 3.7; ids may be numbers or UUIDs.
--
-- Prices are for everybody, who is in no group.

-- feed: scopesCustomerGroup
-- entity: customer_group.id

-- A group belongs to all channels.
-- everything: channel

-- name: items
select id as entity,
       id as customerGroupId,
       sha1('' || id) as customerGroupCode
  from customer_group
 where id in (select value from json_each(:ids))
 order by id;

-- name: websites
select customer_group.id as entity,
       iif(channel.code = '__default_channel__', 'default', channel.code) as website
  from customer_group
 cross join channel
 where customer_group.id in (select value from json_each(:ids))
 order by customer_group.id, channel.id;
