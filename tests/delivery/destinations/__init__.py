"""Destinations, each against a real server where there is one."""
