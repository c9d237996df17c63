-- Rows for the shop of oscar.sql: a T-shirt in two sizes, a book, a download whose stock is not tracked, and a draft.

insert into django_site values (1, 'shop.example', 'Shop'), (2, 'other.example', 'Other');
insert into catalogue_productclass values (1, 'Shirt', 'shirt', 1), (2, 'Book', 'book', 1), (3, 'Download', 'download', 0);
insert into catalogue_product (id, structure, upc, title, slug, description, meta_title, product_class_id, parent_id, is_public)
values (1, 'parent', null, 'T-shirt', 't-shirt', 'Cotton', 'Shirts', 1, null, 1),
       (2, 'child', 'T-S', '', 't-shirt', '', null, null, 1, 1),
       (3, 'child', 'T-M', 'T-shirt, medium', 't-shirt', '', null, null, 1, 1),
       (4, 'standalone', '97801', 'A Book', 'a-book', 'Pages', null, 2, null, 1),
       (5, 'standalone', '', 'A Song', 'a-song', '', null, 3, null, 1),
       (6, 'standalone', null, 'A Draft', 'a-draft', '', null, 2, null, 0);
insert into partner_stockrecord (id, partner_id, product_id, partner_sku, price, num_in_stock, num_allocated, low_stock_threshold)
values (1, 7, 2, 'shirt-s', 10, 3, 3, 2),
       (2, 7, 3, 'shirt-m', 9.99, 5, null, 6),
       (3, 8, 3, 'shirt-m-too', 8, 1, 0, null),
       (4, 8, 4, '', '12.50', 1, 0, null),
       (5, 8, 5, 'song', null, null, 4, null);
insert into catalogue_category (id, path, depth, name, slug, image, is_public, ancestors_are_public, exclude_from_menu)
values (1, '0001', 1, 'Clothes', 'clothes', 'categories/clothes.jpg', 1, 1, 0),
       (2, '0002', 1, 'Books', 'books', null, 1, 1, 0),
       (3, '00020001', 2, 'Fiction', 'fiction', '', 1, 1, 1),
       (4, '0002000Z', 2, 'Hidden', 'hidden', '', 0, 1, 0),
       (5, '0002000Z0001', 3, 'Below', 'below', '', 1, 0, 0);
insert into catalogue_productcategory values (1, 1, 1), (2, 3, 4), (3, 5, 4), (4, 1, 2);
insert into catalogue_productimage (id, original, caption, display_order, product_id)
values (1, 'images/b.jpg', 'Back', 1, 1), (2, 'images/a.jpg', 'Front', 0, 1), (3, 'images/m.jpg', '', 0, 3);
insert into catalogue_productattribute
values (1, 'Size', 'size', 'option', 1, 1), (2, 'Fabric', 'fabric', 'text', 0, 1), (3, 'Tags', 'tags', 'multi_option', 0, 2),
       (4, 'Signed', 'signed', 'boolean', 0, 2), (5, 'Size of a book', 'size', 'text', 0, 2);
insert into catalogue_attributeoption values (1, 'S', 1), (2, 'M', 1), (3, 'new', 2), (4, 'used', 2);
insert into catalogue_productattributevalue (id, product_id, attribute_id, value_text, value_boolean, value_option_id)
values (1, 2, 1, null, null, 1), (2, 3, 1, null, null, 2), (3, 1, 2, 'cotton', null, null),
       (4, 3, 2, 'linen', null, null), (5, 4, 3, null, null, null), (6, 4, 4, null, 1, null);
insert into catalogue_productattributevalue_value_multi_option values (1, 5, 3), (2, 5, 4);
insert into catalogue_productrecommendation values (1, 4, 3, 1), (2, 4, 5, 9);
insert into auth_user values (1, 'Ada', 'Byron', 'ada@shop.example', null), (2, '', '', 'bob@shop.example', null);
insert into reviews_productreview
values (1, 4, 1, 5, 'Good', 'Read it.', '', 1), (2, 4, null, 2, 'Bad', 'Long.', 'Carl', 1),
       (3, 4, 2, 1, 'Spam', 'Buy.', '', 0), (4, null, 2, 3, 'Gone', 'Was nice.', '', 1);
insert into order_billingaddress values (1, 'Ada', 'Byron', '1 High St', '', '', 'London', '', 'N1', 'GB');
insert into order_shippingaddress
values (1, 'Ada', 'Byron', '1 High St', 'Flat 2', '', 'London', 'Kent', 'N1', 'GB', '+44 1', 'Ring twice');
insert into order_order
values (1, '100001', 'GBP', 29.98, 25, 6, 5, 'Post', 'post', 'Being processed', '', '2026-03-04 05:06:07.5', 1, 1, 1),
       (2, '100002', 'GBP', 8, 8, 0, 0, '', '', 'Odd', 'guest@shop.example', '2026-03-05 05:06:07', null, null, null);
insert into order_line
values (1, 1, 'shirt-s', 'T-shirt', 2, 23.98, 20, 26.38, 22, 11), (2, 2, 'song', 'A Song', 1, 8, 8, 8, 8, null);
insert into order_orderstatuschange values (1, 1, '2026-03-04 09:00:00');
insert into payment_sourcetype values (1, 'card', 'Card');
insert into payment_source values (1, 1, 1, 29.98, 20, 1.5);
insert into payment_transaction values (1, 1, 'Debit', 'ref-1', '2026-03-04 05:07:00');
insert into order_shippingevent values (1, 1, '2026-03-06 10:00:00');
insert into order_shippingeventquantity values (1, 1, 1, 1);
