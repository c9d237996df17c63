-- Links and samples of downloadable products (feeds.md 3.1.3, 3.1.8).
-- In the sqlite3 shell:  .parameter set :ids '[1]'   then run a query.

-- name: links
select link_id, product_id, sort_order, number_of_downloads, coalesce(sample_url, sample_file) is not null
  from downloadable_link
 where product_id in (select value from json_each(:ids))
 order by sort_order, link_id;

-- name: link_titles
select link_id, store_id, title
  from downloadable_link_title
 where link_id in (select value from json_each(:ids));

-- name: link_prices
-- Several rows for one website: the last is the newest.
select link_id, website_id, price
  from downloadable_link_price
 where link_id in (select value from json_each(:ids))
 order by price_id;

-- name: samples
select sample_id, product_id, sort_order
  from downloadable_sample
 where product_id in (select value from json_each(:ids))
 order by sort_order, sample_id;

-- name: sample_titles
select sample_id, store_id, title
  from downloadable_sample_title
 where sample_id in (select value from json_each(:ids));

-- name: via_link
select product_id
  from downloadable_link
 where link_id in (select value from json_each(:keys));

-- name: via_sample
select product_id
  from downloadable_sample
 where sample_id in (select value from json_each(:keys));
