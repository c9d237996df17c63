update review set status_id = 2 where review_id = 1;
update review set status_id = 1 where review_id = 2;
