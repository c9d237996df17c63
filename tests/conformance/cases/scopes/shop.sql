-- A second website without a store; one group may not use it.
insert into store_website (website_id, code, name, default_group_id) values (2, 'south', 'South', 0);
insert into customer_group_excluded_website (customer_group_id, website_id) values (2, 2);
