"""The options of a bundle (feeds.md 3.1.8, bundle).

Whether a part is enabled, or on the website, does not matter here.  Of a website's own price only the amount
is read: the kind, fixed or percent, is the selection's.
"""

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products import stock
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.feeds.products.option_shape import Found, option, text_in, texts, uid, value
from saasexport.stdlib import Any
from saasexport.values import boolean, number, text, whole

SQL = queries.beside(__file__)

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("catalog_product_bundle_option", "parent_id"),
    Subscription("catalog_product_bundle_option_value", "option_id", "bundle_option"),
    Subscription("catalog_product_bundle_selection", "option_id", "bundle_option"),
    Subscription("catalog_product_bundle_selection_price", "selection_id", "bundle_selection"),
    # A part's name and SKU.
    Subscription("catalog_product_entity_varchar", "entity_id", "bundle_child"),
    Subscription("catalog_product_entity", "entity_id", "parts"),
)
VIAS: dict[str, str] = {
    "bundle_option": SQL.via_bundle_option,
    "bundle_selection": SQL.via_bundle_selection,
    "bundle_child": SQL.via_bundle_child,
    "parts": stock.SQL.via_parts,
}
CONFIGURATION: tuple[str, ...] = ()


def find(shop: Shop, batch: Batch, fields: Fields) -> Found:
    """The options of a batch (feeds.md 3.1.8)."""
    ids = batch.of_type("bundle")
    rows = shop.rows(SQL.options, ids) if ids else ()
    if not rows:
        return {}
    titles = texts(shop, SQL.titles, [row[0] for row in rows])
    selections = _Selections(shop, [row[0] for row in rows])
    options: dict[int, list[Any]] = {}
    for row in rows:
        options.setdefault(row[1], []).append(row)
    found: Found = {}
    for product_id, own in options.items():
        local = {each for row in own for each in (*titles.get(row[0], ()), *selections.stores(row[0]))}
        priced = {website_id for row in own for website_id in selections.websites(row[0])}
        lists: dict[tuple[int, int | None], list[dict[str, Any]]] = {}
        for view in batch.views[product_id]:
            store_id = view.id if view.id in local else 0
            website_id = view.website_id if view.website_id in priced else None
            key = (store_id, website_id)
            try:
                if key not in lists:
                    lists[key] = [_option(row, titles, selections, *key) for row in own]
                found.setdefault(product_id, {})[view.id] = lists[key]
            except InvalidValue as error:
                fields.fail(product_id, str(error), view.id)
    return found


def _option(
    row: Any,
    titles: dict[int, dict[int, Any]],
    selections: "_Selections",
    store_id: int,
    website_id: int | None,
) -> dict[str, Any]:
    option_id, _, required, position, render_type = row
    return option(
        "bundle",
        selections.of(option_id, store_id, website_id),
        id=str(option_id),
        label=text(text_in(titles.get(option_id, {}), store_id), "optionsV2.label"),
        sortOrder=whole(position, "optionsV2.sortOrder"),
        required=boolean(required),
        renderType=text(render_type, "optionsV2.renderType"),
    )


class _Selections:
    """What can be chosen for some options."""

    def __init__(self, shop: Shop, option_ids: list[int]) -> None:
        self._by_option: dict[int, list[Any]] = {}
        rows = shop.rows(SQL.selections, option_ids)
        for row in rows:
            self._by_option.setdefault(row[1], []).append(row)
        self._names = texts(shop, SQL.names, list({row[2] for row in rows}))
        self._prices = texts(shop, SQL.prices, [row[0] for row in rows])

    def stores(self, option_id: int) -> set[int]:
        """The store views with names of their own for these."""
        return {each for row in self._by_option.get(option_id, ()) for each in self._names.get(row[2], ())}

    def websites(self, option_id: int) -> set[int]:
        """The websites with prices of their own for these."""
        return {each for row in self._by_option.get(option_id, ()) for each in self._prices.get(row[0], ())}

    def of(self, option_id: int, store_id: int, website_id: int | None) -> list[dict[str, Any]]:
        """The values of an option as a store view of a website sees them."""
        return [self._value(row, store_id, website_id) for row in self._by_option.get(option_id, ())]

    def _value(self, row: Any, store_id: int, website_id: int | None) -> dict[str, Any]:
        selection_id, option_id, child_id, sku, position, is_default, price_type, price, qty, can_change = row
        prices = self._prices.get(selection_id, {})
        website_price = None if website_id is None else prices.get(website_id)
        amount = whole(qty, "optionsV2.values.qty") or 0
        return value(
            id=uid("bundle", option_id, selection_id, amount),
            label=text(text_in(self._names.get(child_id, {}), store_id), "optionsV2.values.label"),
            sortOrder=whole(position, "optionsV2.values.sortOrder"),
            isDefault=boolean(is_default),
            qtyMutability=boolean(can_change),
            qty=number(qty, "optionsV2.values.qty"),
            sku=text(sku, "optionsV2.values.sku"),
            price=number(price if website_price is None else website_price, "optionsV2.values.price"),
            priceType="percent" if boolean(price_type) else "fixed",
        )
