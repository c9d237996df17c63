"""What feeds are called for people."""

import re

NAMES = {"scopesWebsite": "Websites and stores", "scopesCustomerGroup": "Customer groups"}


def name(feed: str) -> str:
    """A feed by its name in words: Products, Inventory stock status."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_-]+", " ", feed).lower()
    return NAMES.get(feed, words[:1].upper() + words[1:])
