"""The address of a product's page, and every rewrite that leads to it (feeds.md 3.1.3)."""

from operator import itemgetter

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.shop import scopes
from saasexport.stdlib import Any
from saasexport.values import text

SQL = queries.beside(__file__)

# A target path is catalog/product/view, then pairs of name and value.
PARAMETERS_FROM = 3

# Rewrites of categories and pages carry their own ids, some of which are products' too: those are assembled in vain.
SUBSCRIPTIONS = (Subscription("url_rewrite", "entity_id"),)
VIAS: dict[str, str] = {}
CONFIGURATION = scopes.LINK_SETTINGS

# request path, target path, whether it is the product's own address and no redirect
Rewrite = tuple[Any, Any, int]

Parameters = list[dict[str, str]] | None

NO_REWRITES: dict[int, list[Rewrite]] = {}


def area(shop: Shop, batch: Batch) -> Fields:
    """`url` and `urlRewrites`, from the store view's own rewrites."""
    fields = Fields()
    bases = shop.once(_bases)
    rewrites = _rewrites(shop, batch)
    for product_id, views in batch.views.items():
        of_product = rewrites.get(product_id, NO_REWRITES)
        known: dict[str, Parameters] = {}  # store views mostly lead to the same target
        items: dict[int, dict[str, Any]] = {}
        last = None
        for view in views:
            of_view = of_product.get(view.id)
            given = (bases[view.id], of_view, None if _has_address(of_view) else _url_key(batch, product_id, view.id))
            try:
                if given != last:
                    item = _addresses(product_id, *given, known)
                    last = given
                items[view.id] = item
            except InvalidValue as fault:
                fields.fail(product_id, str(fault), view.id)
        fields.set_views(product_id, items)
    return fields


def _rewrites(shop: Shop, batch: Batch) -> dict[int, dict[int, list[Rewrite]]]:
    """The rewrites by product and store view."""
    rewrites: dict[int, dict[int, list[Rewrite]]] = {}
    for product_id, store_id, request_path, target_path, is_address in shop.rows(SQL.rewrites, batch.ids):
        rewrite = (request_path, target_path, is_address)
        if product_id not in rewrites:
            rewrites[product_id] = {store_id: [rewrite]}
        elif store_id in rewrites[product_id]:
            rewrites[product_id][store_id].append(rewrite)
        else:
            rewrites[product_id][store_id] = [rewrite]
    return rewrites


def _has_address(rewrites: list[Rewrite] | None) -> bool:
    return any(map(_is_address, rewrites or ()))


_is_address = itemgetter(2)


def _url_key(batch: Batch, product_id: int, store_id: int) -> Any:
    return batch.values.of(product_id, store_id).get("url_key")


def _addresses(
    product_id: int, bases: tuple[str, str], rewrites: list[Rewrite] | None, url_key: Any, known: dict[str, Parameters]
) -> dict[str, Any]:
    """The fields for some rewrites; the last of several addresses counts."""
    link_url, web_url = bases
    path = None
    listed = []
    for request_path, target_path, is_address in rewrites or ():
        if type(request_path) is not str:
            request_path = text(request_path, "urlRewrites", ("url",)) or ""
        if type(target_path) is not str:
            target_path = text(target_path, "urlRewrites") or ""
        if is_address:
            path = request_path
        if target_path not in known:
            known[target_path] = _parameters(target_path)
        listed.append({"url": web_url + request_path, "parameters": known[target_path]})
    if path is None:
        path = f"catalog/product/view/id/{product_id}/s/{text(url_key, 'urlKey', ('url',)) or ''}/"
    return {"url": link_url + path, "urlRewrites": listed or None}


def _parameters(target_path: str) -> Parameters:
    """The pairs of a target path; a name without a value at its end is no pair."""
    segments = target_path.split("/")
    pairs = []
    for place in range(PARAMETERS_FROM, len(segments) - 1, 2):
        pairs.append({"name": segments[place], "value": segments[place + 1]})
    return pairs or None


def _bases(shop: Shop) -> dict[int, tuple[str, str]]:
    return {
        view.id: (scopes.link_url(shop, view), scopes.web_url(shop, view)) for view in scopes.store_views(shop)
    }
