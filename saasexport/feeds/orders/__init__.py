"""The orders feed: one item per order, with all that belongs to it (feeds.md 2.9, 3.9)."""

from saasexport.feeds.orders.order import FEED as FEED
