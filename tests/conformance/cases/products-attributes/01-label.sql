update eav_attribute_option_value set value = 'Dunkelrot' where option_id = 51 and store_id = 2;
