update store set code = 'german' where store_id = 2;
delete from customer_group where customer_group_id = 2;
