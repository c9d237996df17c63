"""The products feed, one pair of files per area; `assembly` puts them together.

A new field belongs to the area that reads its tables.  An area is a function
`area(shop, batch)` and says which tables it reads: SUBSCRIPTIONS, VIAS and
CONFIGURATION.
"""

from saasexport.feeds.products.assembly import FEED

__all__ = ["FEED"]
