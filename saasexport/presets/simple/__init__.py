"""The feeds of a shop of one table."""
