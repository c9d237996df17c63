-- Invoices, transactions and shipments (feeds.md 3.9.1).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: invoices
select order_id,
       entity_id,
       created_at,
       -- INVOICE
       is_used_for_refund,
       base_grand_total,
       increment_id
  from sales_invoice
 where order_id in (select value from json_each(:ids))
 order by entity_id;

-- name: invoice_items
select sales_invoice_item.parent_id,
       sales_invoice_item.order_item_id,
       sales_invoice_item.qty
  from sales_invoice
  join sales_invoice_item on sales_invoice_item.parent_id = sales_invoice.entity_id
 where sales_invoice.order_id in (select value from json_each(:ids))
 order by sales_invoice_item.entity_id;

-- name: transactions
select order_id,
       transaction_id,
       created_at,
       -- TRANSACTION
       txn_id,
       txn_type
  from sales_payment_transaction
 where order_id in (select value from json_each(:ids))
 order by transaction_id;

-- name: shipments
select order_id,
       entity_id,
       created_at,
       updated_at,
       increment_id
  from sales_shipment
 where order_id in (select value from json_each(:ids))
 order by entity_id;

-- name: shipment_items
select sales_shipment_item.parent_id,
       sales_shipment_item.order_item_id,
       sales_shipment_item.qty
  from sales_shipment
  join sales_shipment_item on sales_shipment_item.parent_id = sales_shipment.entity_id
 where sales_shipment.order_id in (select value from json_each(:ids))
 order by sales_shipment_item.entity_id;

-- name: tracks
-- A shipment has one tracking entry in its item: the last.
select sales_shipment_track.parent_id,
       sales_shipment_track.entity_id,
       sales_shipment_track.carrier_code,
       sales_shipment_track.track_number
  from sales_shipment
  join sales_shipment_track on sales_shipment_track.parent_id = sales_shipment.entity_id
 where sales_shipment.order_id in (select value from json_each(:ids))
 order by sales_shipment_track.entity_id;
