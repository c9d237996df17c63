-- Credit memos (feeds.md 3.9.1, creditMemos).
-- In the sqlite3 shell:  .parameter set :ids '[1, 2]'   then run a query.

-- name: credit_memos
select order_id,
       entity_id,
       created_at,
       -- CREDIT_MEMO
       state,
       base_shipping_amount,
       base_shipping_tax_amount,
       base_adjustment,
       base_currency_code,
       base_subtotal,
       base_tax_amount,
       base_grand_total,
       increment_id
  from sales_creditmemo
 where order_id in (select value from json_each(:ids))
 order by entity_id;

-- name: comments
select sales_creditmemo_comment.parent_id,
       sales_creditmemo_comment.comment
  from sales_creditmemo
  join sales_creditmemo_comment on sales_creditmemo_comment.parent_id = sales_creditmemo.entity_id
 where sales_creditmemo.order_id in (select value from json_each(:ids))
 order by sales_creditmemo_comment.entity_id;

-- name: refund_items
select sales_creditmemo_item.parent_id,
       sales_creditmemo_item.order_item_id,
       sales_creditmemo_item.base_discount_amount,
       -- REFUND_ITEM
       sales_creditmemo_item.qty,
       sales_creditmemo_item.base_price
  from sales_creditmemo
  join sales_creditmemo_item on sales_creditmemo_item.parent_id = sales_creditmemo.entity_id
 where sales_creditmemo.order_id in (select value from json_each(:ids))
 order by sales_creditmemo_item.entity_id;

-- name: taxes
-- One row per tax of an order and kind of thing taxed, with what is on record for the tax as a whole,
-- for this kind, and how many kinds there are.
select tax.order_id,
       tax.base_amount,
       sum(tax_item.base_amount),
       count(*) over (partition by tax.tax_id),
       tax.title,
       tax_item.taxable_item_type
  from sales_order_tax as tax
  join sales_order_tax_item as tax_item on tax_item.tax_id = tax.tax_id
 where tax.order_id in (select value from json_each(:ids))
 group by tax.tax_id, tax_item.taxable_item_type
 order by tax.tax_id, min(tax_item.tax_item_id);

-- name: item_taxes
-- The taxes of order items; a fixed product tax names its item in the other column.
select tax.order_id,
       coalesce(tax_item.item_id, tax_item.associated_item_id),
       tax.title,
       tax_item.taxable_item_type,
       tax_item.base_amount
  from sales_order_tax as tax
  join sales_order_tax_item as tax_item on tax_item.tax_id = tax.tax_id
 where tax.order_id in (select value from json_each(:ids))
   and coalesce(tax_item.item_id, tax_item.associated_item_id) is not null
 order by tax_item.tax_item_id;
