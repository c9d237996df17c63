-- Words and names of a store view.

-- name: terms
select term, documents
  from catalog_term
 where view_id = :view_id
   and kind = 'word'
   and term >= :first
   and term < :end;

-- name: suggestions
select term, documents
  from catalog_term
 where view_id = :view_id
   and kind = 'name'
   and term >= :first
   and term < :end
 order by documents desc, length(term), term
 limit :most;

-- name: skus
select document, folded
  from catalog_product
 where view_id = :view_id
   and body is not null;
