-- Product attributes of a shop of one table: its columns.
-- Made for a homemade shop; change whatever yours has otherwise.

-- feed: productAttributes
-- entity: product.sku text

-- They are the items of the first product: of that which is first now, and of that which was.
-- watch: product.sku via first

-- name: items
with attribute (position, code, label, input, type, is_text, is_shown) as (
    values (1, 'sku', 'SKU', 'text', 'static', 1, 1),
           (2, 'name', 'Name', 'text', 'varchar', 1, 1),
           (3, 'description', 'Description', 'textarea', 'text', 1, 1),
           (4, 'price', 'Price', 'price', 'decimal', 0, 1),
           (5, 'image', 'Image', 'media_image', 'varchar', 0, 1),
           (6, 'url_key', 'URL key', 'text', 'varchar', 0, 0),
           (7, 'status', 'Enabled', 'select', 'int', 0, 0),
           (8, 'visibility', 'Visibility', 'select', 'int', 0, 0)
)
select product.sku as entity,
       attribute.code as id,
       'default' as storeViewCode,
       'main' as storeCode,
       'base' as websiteCode,
       attribute.code as attributeCode,
       'catalog_product' as attributeType,
       attribute.type as dataType,
       0 as multi,
       attribute.label,
       attribute.input as frontendInput,
       attribute.code in ('sku', 'name') as required,
       attribute.code = 'sku' as "unique",
       1 as "global",
       1 as visible,
       attribute.is_text as searchable,
       attribute.code = 'price' as filterable,
       0 as visibleInCompareList,
       attribute.code in ('sku', 'name', 'price', 'image') as visibleInListing,
       attribute.code in ('name', 'price') as sortable,
       0 as visibleInSearch,
       attribute.code = 'price' as filterableInSearch,
       1 as searchWeight,
       0 as usedForRules,
       0 as "boolean",
       1 as systemAttribute,
       attribute.code = 'price' as numeric
  from product
 cross join attribute
 where product.sku in (select value from json_each(:ids))
   and product.sku = (select min(sku) from product)
 order by attribute.position;

-- name: via_first
-- What was first before these keys came is the first without them.
select min(sku)
  from product
union
select min(sku)
  from product
 where sku not in (select value from json_each(:keys));
