delete from catalog_product_website;
