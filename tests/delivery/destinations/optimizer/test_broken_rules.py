"""What the random changes are for: each rule of the translation and habit of the sending that is broken is noticed.

Not here is what a later job mends, so that the end is as it should be (deletions that come last, prices that do not
wait for their books, a category that is deleted whoever has its slug), and what would need a deletion and a change
without a place there in one job.  Tests of their own have them.
"""

import pytest

from saasexport.delivery.destinations.optimizer import TRAITS, categories, price_books, products
from saasexport.delivery.destinations.optimizer.resources import RESOURCES
from tests.delivery.destinations.optimizer import test_random_changes
from tests.delivery.destinations.optimizer.test_random_changes import try_out

flawless_small_shop, tiny_shop = test_random_changes.flawless_small_shop, test_random_changes.tiny_shop

HERE = "saasexport.delivery.destinations.optimizer"


def of(feed, **parts):
    """Parts of a resource as somebody else makes them."""
    return lambda patch: patch.setitem(RESOURCES, feed, RESOURCES[feed]._replace(**parts))


def instead(name, value):
    """Something else in the place of a name."""
    return lambda patch: patch.setattr(name if name.startswith("saasexport.") else f"{HERE}.{name}", value)


def traits(**parts):
    """Other traits of the destination."""
    return instead("TRAITS", TRAITS._replace(**parts))


def nothing(*_):
    """Do nothing."""


MISTAKES = {
    "slugs are addresses": instead("words.slug", str),
    "slugs are addresses in small letters": instead("words.slug", str.lower),
    "slugs lose their underscores": instead("words.slug", lambda text: text.lower().replace("_", "").replace("ö", "o")),
    "each category has its slug": instead("claims.Claims.claim", lambda *_: {}),
    "the row that came first has the slug": instead("claims._Claim.rank", property(lambda self: self.row_id)),
    "attributes keep their codes": instead("metadata.CODES", {}),
    "all attributes are texts": instead("metadata._data_type", lambda *_: "TEXT"),
    "stock and weight have no metadata": of("productAttributes", companion=nothing),
    "a product's address is its name": instead("products.slug", str),
    "routes keep their paths": instead("products.words.path", lambda text: text.lower()),
    "links keep the words of the shop": instead("products.PARENTS", {}),
    "products have no configurations": instead("products._configurations", lambda _: []),
    "products have no bundles": instead("products._bundles", lambda _: []),
    "parts name no options": of("products", translate=lambda item: products.translate(item, {})),
    "all products can be seen": instead("products.VISIBLE", {"Not Visible Individually": "CATALOG"}),
    "all categories are in the menu": of(
        "categories", translate=lambda item: categories.translate({**item, "isActive": True, "includeInMenu": True})
    ),
    "grouped products have prices": instead("prices.COMPUTED", ()),
    "special prices are percentages off": instead("prices._discount", dict),
    "all tiers are sent": instead("prices._tier", lambda tier, _: dict(tier)),
    "each group has the website's price": instead("prices.book_id", lambda website, _: website),
    "price books have a currency": of(
        "priceBooks", translate=lambda item: {**price_books.translate(item), "currency": "USD"}
    ),
    "a cascade is forgotten": traits(find_affected=lambda *_: {}),
    "items are taken to carry their time": traits(has_times=True),
    "a request under way is forgotten": instead("saasexport.sync.repeats.begin", nothing),
    "no request is lost": instead("saasexport.sync.repeats._is_lost", lambda _: False),
    "what was lost goes again at once": instead("saasexport.sync.repeats.LATER", "+0 minutes"),
    "nothing goes again": instead("saasexport.sync.repeats.Repeats.schedule_due", nothing),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MISTAKES)
def test_each_rule_that_is_broken_is_noticed(tmp_path, tiny_shop, monkeypatch, name):
    MISTAKES[name](monkeypatch)
    for seed in range(1, 13):
        if try_out(seed, 5, tmp_path / str(seed), tiny_shop)[0]:
            return
    raise AssertionError("nobody noticed")
