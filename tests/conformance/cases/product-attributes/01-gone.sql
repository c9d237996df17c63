delete from eav_attribute where attribute_id = 44;
