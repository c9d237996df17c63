insert into catalog_product_website (product_id, website_id) values (1, 1);
