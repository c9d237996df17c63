"""What a storefront asks of products and categories, answered from the items as they were received."""
