-- An approved review with a vote, a pending one, and the rating it votes for.
insert into review_entity (entity_id, entity_code) values (1, 'product');
insert into review_status (status_id, status_code) values (1, 'Approved'), (2, 'Pending');
insert into review (review_id, created_at, entity_id, entity_pk_value, status_id) values
    (1, '2026-01-10 09:00:00', 1, 7, 1),
    (2, '2026-01-10 09:00:00', 1, 7, 2);
insert into review_detail (review_id, store_id, title, detail, nickname, customer_id) values
    (1, 1, 'Good', 'It fries.', 'Ann', null),
    (2, 1, 'Bad', 'It burns.', 'Bob', null);
insert into review_store (review_id, store_id) values (1, 0), (1, 1), (2, 0), (2, 1);
insert into rating_entity (entity_id, entity_code) values (1, 'product');
insert into rating (rating_id, entity_id, rating_code, is_active, position) values (1, 1, 'Quality', 1, 0);
insert into rating_store (rating_id, store_id) values (1, 0), (1, 1), (1, 2);
insert into rating_title (rating_id, store_id, value) values (1, 2, 'Güte');
insert into rating_option (option_id, rating_id, code, value, position) values (15, 1, '5', 5, 5);
insert into rating_option_vote (option_id, review_id, rating_id, value, remote_ip) values (15, 1, 1, 5, '');
