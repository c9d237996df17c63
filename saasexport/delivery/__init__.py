"""To the service."""
