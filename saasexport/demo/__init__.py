"""The demo shop: coffee, tea and kitchen tools, in rows that every feed can be tried on."""
