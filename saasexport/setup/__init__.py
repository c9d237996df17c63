"""What must hold before a pass."""
