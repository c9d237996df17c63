update sales_order set state = 'closed' where entity_id = 1;
