-- The attributes are those of the base; one has a label of its own in a store view.
insert into eav_attribute_label (attribute_id, store_id, value) values (41, 2, 'Farbe');
