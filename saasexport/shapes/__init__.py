"""The shape of the items of every feed, one module per few feeds.

The column `p` of the feed tables in Adobe's schema reads here: a bare type is
always there (A), `optional` is left out when the shop has no value (O), and
`nullable` is always there and null when there is nothing (N, Z).
"""

from saasexport.shapes import catalog, orders, prices, products, reviews, scopes
from saasexport.shapes.words import FeedShape

SHAPES: dict[str, FeedShape] = {
    schema.feed: schema
    for schema in (
        products.PRODUCTS,
        catalog.PRODUCT_ATTRIBUTES,
        catalog.CATEGORIES,
        catalog.VARIANTS,
        catalog.CATEGORY_PERMISSIONS,
        catalog.PRODUCT_OVERRIDES,
        prices.PRICES,
        prices.INVENTORY_STOCK_STATUS,
        scopes.SCOPES_WEBSITE,
        scopes.SCOPES_CUSTOMER_GROUP,
        orders.ORDERS,
        reviews.REVIEWS,
        reviews.RATING_METADATA,
    )
}
