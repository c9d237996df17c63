"""Some tables of the demo shop, as a Django program would have them."""
