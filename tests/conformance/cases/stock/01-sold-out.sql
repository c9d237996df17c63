update cataloginventory_stock_item set qty = 0, is_in_stock = 0 where product_id = 1;
update inventory_source_item set quantity = 0, status = 0 where sku = 'pan';
delete from inventory_reservation;
