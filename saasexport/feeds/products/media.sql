-- The galleries of products (feeds.md 3.1.7).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: files
-- What the default scope says is looked up by file.  By owner first: without `cross` SQLite may read
-- every file of the shop, for they share one attribute.
select owner.entity_id,
       file.value_id,
       file.value,
       file.media_type,
       said.label,
       said.position,
       said.disabled
  from catalog_product_entity_media_gallery_value_to_entity as owner
 cross join catalog_product_entity_media_gallery as file on file.value_id = owner.value_id
  left join catalog_product_entity_media_gallery_value as said
    on said.value_id = owner.value_id
   and +said.entity_id = owner.entity_id
   and +said.store_id = 0
 where owner.entity_id in (select value from json_each(:ids))
   and file.attribute_id = :attribute_id;

-- name: any_own_file
-- Most shops let store views say nothing of their own about files.
select 1
  from catalog_product_entity_media_gallery_value
 where store_id > 0
 limit 1;

-- name: own_files
-- Label, position and visibility in store views.
select entity_id, value_id, store_id, label, position, disabled
  from catalog_product_entity_media_gallery_value
 where entity_id in (select value from json_each(:ids))
   and +store_id <> 0;

-- name: any_video
select 1
  from catalog_product_entity_media_gallery_value_video
 limit 1;

-- name: videos
select value_id, store_id, provider, url, title, description, metadata
  from catalog_product_entity_media_gallery_value_video
 where value_id in (select value from json_each(:ids));

-- name: via_media
-- The products that have these files.
select entity_id
  from catalog_product_entity_media_gallery_value_to_entity
 where value_id in (select value from json_each(:keys));

-- name: via_gallery
-- The products that have files of these gallery attributes.
select to_entity.entity_id
  from catalog_product_entity_media_gallery as gallery
 cross join catalog_product_entity_media_gallery_value_to_entity as to_entity on to_entity.value_id = gallery.value_id
 where gallery.attribute_id in (select value from json_each(:keys));
