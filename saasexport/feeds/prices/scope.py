"""What all price items of a pass share: websites with their day, and attribute ids."""

from saasexport.feed import Shop
from saasexport.shop import eav, scopes
from saasexport.stdlib import NamedTuple


class Website(NamedTuple):
    """A website with the day it has now: special and rule prices depend on it (feeds.md 3.4.4, 5)."""

    id: int
    code: str
    today: str  # YYYY-MM-DD


class Scope(NamedTuple):
    """Reference data of the feed."""

    websites: dict[int, Website]
    website_of: dict[int, int]  # store view -> website; empty where prices are global
    attributes: dict[str, int | None]  # ids by code
    code_of: dict[int, str]

    def ids(self, *codes: str) -> dict[str, int | None]:
        """The ids of these attributes, as parameters of a query; None, which no row has, for one that is missing."""
        return {code: self.attributes[code] for code in codes}


ATTRIBUTES = ("price", "special_price", "special_from_date", "special_to_date", "price_type")


def scope(shop: Shop) -> Scope:
    """The reference data, read once per pass."""
    return shop.once(_scope)


def _scope(shop: Shop) -> Scope:
    websites = {
        website.id: Website(website.id, website.code, scopes.local_now(shop, website).date().isoformat())
        for website in scopes.websites(shop)
    }
    # A global price has no other value but the default one; rows of store views are left over from an earlier
    # setting.  Where the table does not say, the rows themselves do: the setting may stand in a file of the shop.
    is_global = scopes.configuration(shop).value("catalog/price/scope") == "0"
    website_of = {} if is_global else {view.id: view.website_id for view in scopes.store_views(shop)}
    ids = {attribute.code: attribute.id for attribute in eav.product_attributes(shop).values()}
    attributes = {code: ids.get(code) for code in ATTRIBUTES}
    code_of = {attribute_id: code for code, attribute_id in attributes.items() if attribute_id is not None}
    return Scope(websites, website_of, attributes, code_of)
