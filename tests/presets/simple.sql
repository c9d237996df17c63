-- A shop of one table.

create table product (
    sku         text primary key,
    name        text,
    description text,
    price       real,
    quantity    integer,
    image       text,
    category    text
);
insert into product
values ('00123', 'Bread', '', '2.50', 0, '', 'Bakery'),
       ('a 1', 'Apple', 'Red', 0.4, 12, 'https://shop.example/a.jpg', 'Fresh Fruit'),
       ('k', 'Kiwi', null, 1, null, null, 'Fresh Fruit'),
       ('z', 'Zip', null, 3, 1, null, null);
