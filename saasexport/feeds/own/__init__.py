"""Feeds of one's own: a feed is one SQL file."""
