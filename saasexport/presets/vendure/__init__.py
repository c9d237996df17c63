"""The feeds of Vendure."""
