"""Reasons that differ in their values only: who has thousands of failed items wants to read each reason once."""

import re

# What differs from item to item: what is quoted, ids of requests, numbers.
_VALUES = re.compile(
    r"(?P<quote>['\"])[^'\"]*(?P=quote)|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{16,}\b|\d+",
    re.IGNORECASE,
)


def without_values(text: str, stand_in: str) -> str:
    """A reason with something else in the place of its values."""
    return _VALUES.sub(lambda match: f"{match['quote'] or ''}{stand_in}{match['quote'] or ''}", text)
