"""What Django does to these tables over time; the first is faked, for they are there."""
