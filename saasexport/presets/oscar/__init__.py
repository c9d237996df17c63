"""The feeds of django-oscar."""
