"""`optionsV2`: everything about a product that a shopper chooses (feeds.md 3.1.8).

One pair of files per kind of option.  The kinds stand one behind the other in the item; none takes another's
place, whatever their ids are (feeds.md 5).
"""

from saasexport.feed import Shop, Subscription
from saasexport.feeds.products import downloadable
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.feeds.products.options import bundle, configurable, custom, grouped

# In the order in which they stand in an item.
KINDS = (custom, downloadable, grouped, bundle, configurable)

SUBSCRIPTIONS: tuple[Subscription, ...] = tuple(
    dict.fromkeys(subscription for kind in KINDS for subscription in kind.SUBSCRIPTIONS)
)
VIAS: dict[str, str] = {via: query for kind in KINDS for via, query in kind.VIAS.items()}
CONFIGURATION: tuple[str, ...] = tuple(dict.fromkeys(path for kind in KINDS for path in kind.CONFIGURATION))


def area(shop: Shop, batch: Batch) -> Fields:
    """The options of every kind (feeds.md 3.1.8); a product without any is not mentioned."""
    fields = Fields()
    found = [kind.find(shop, batch, fields) for kind in KINDS]
    for product_id in dict.fromkeys(product_id for kind in found for product_id in kind):
        kinds = [kind[product_id] for kind in found if product_id in kind]
        by_view = {}
        for view in batch.views[product_id]:
            options = [each for kind in kinds for each in kind.get(view.id, ())]
            by_view[view.id] = options or None
        # Store views that agree hold the very same options, so this compares little.
        fields.spread(product_id, "optionsV2", by_view)
    return fields
