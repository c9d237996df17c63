-- Key columns of the shop that hold whatever was written to them: an imported file's are all text.

-- name: columns
-- Of these tables only: a virtual table of the shop may need a module that is not here.
select schema.name, field.name, field.type
  from main.sqlite_master as schema, pragma_table_xinfo(schema.name, 'main') as field
 where schema.type = 'table'
   and schema.rootpage > 0
   and lower(schema.name) in (select value from json_each(:tables))
   and field.hidden in (0, 2, 3)
 order by schema.name, field.cid

-- name: view
-- In the table's place, for this connection: what asks for the table reads keys as numbers.
create temp view "{table}" as
select {columns}
  from main."{table}"

-- name: key
-- Text of digits, blanks around them cut, and a real that is whole: the number.  Other text that is a number to SQLite
-- (1e1, 24.0) becomes a blob, or a column of whole numbers it is joined with would take it for one.
-- Everything else stays what it is.
case typeof("{column}")
           when 'integer' then "{column}"
           when 'text' then
               case when ltrim(trim("{column}", char(32, 9, 10, 11, 12, 13)), '-') not glob '*[^0-9]*'
                     and ltrim(trim("{column}", char(32, 9, 10, 11, 12, 13)), '-') <> ''
                     and trim("{column}", char(32, 9, 10, 11, 12, 13)) not glob '--*'
                     and length("{column}") = length(cast("{column}" as blob))  -- no NUL
                     and typeof(cast("{column}" as numeric)) = 'integer'  -- 64 bits
                    then cast("{column}" as integer)
                    when cast("{column}" as numeric) = "{column}" then cast("{column}" as blob)
                    else "{column}" end
           when 'real' then
               case when cast("{column}" as integer) = "{column}" then cast("{column}" as integer) else "{column}" end
           else "{column}" end

-- name: number
-- Text that is a number is that number, as in a column of numbers.
case when typeof("{column}") = 'text' and cast("{column}" as numeric) = "{column}" then cast("{column}" as numeric)
            else "{column}" end
