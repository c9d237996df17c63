"""The prices feed: one item per product and website, and one per group with a price of its own (feeds.md 3.4)."""

from saasexport.feeds.prices.items import FEED as FEED
