"""What status, doctor, check and dashboard share."""
