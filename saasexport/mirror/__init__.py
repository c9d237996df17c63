"""A SQLite copy of a shop that lives in MySQL, MariaDB or PostgreSQL."""
