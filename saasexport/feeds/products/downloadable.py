"""What a downloadable product hands out: links, which are options, and samples (feeds.md 3.1.3, 3.1.8).

`ac_downloadable` says the same once more, as JSON in an attribute (feeds.md 3.1.5).
"""

from saasexport import queries, stdlib
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.feeds.products.option_shape import Found, option, text_in, texts, uid, value
from saasexport.shop import scopes
from saasexport.shop.scopes import StoreView
from saasexport.stdlib import Any
from saasexport.values import boolean, number, text, whole

SQL = queries.beside(__file__)

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("downloadable_link", "product_id"),
    Subscription("downloadable_link_title", "link_id", "downloadable_link"),
    Subscription("downloadable_link_price", "link_id", "downloadable_link"),
    Subscription("downloadable_sample", "product_id"),
    Subscription("downloadable_sample_title", "sample_id", "downloadable_sample"),
)
VIAS: dict[str, str] = {"downloadable_link": SQL.via_link, "downloadable_sample": SQL.via_sample}
CONFIGURATION: tuple[str, ...] = scopes.WEB_SETTINGS

# product id -> store id -> samples
Samples = dict[int, dict[int, list[dict[str, Any]]]]


def area(shop: Shop, batch: Batch) -> Fields:
    """`samples` (feeds.md 3.1.3); a product without any is not mentioned."""
    fields = Fields()
    for product_id, by_view in samples(shop, batch, fields).items():
        fields.spread(product_id, "samples", by_view)
    return fields


def samples(shop: Shop, batch: Batch, fields: Fields) -> Samples:
    """The samples of every product that has any, in their order."""
    rows = shop.rows(SQL.samples, batch.ids)
    titles = texts(shop, SQL.sample_titles, [row[0] for row in rows]) if rows else {}
    found: Samples = {}
    for product_id, own in _by_product(rows).items():
        for view in batch.views[product_id]:
            try:
                url = scopes.web_url(shop, view)
                made = [_sample(row, titles.get(row[0], {}), view, url) for row in own]
                found.setdefault(product_id, {})[view.id] = made
            except InvalidValue as error:
                fields.fail(product_id, str(error), view.id)
    return found


def find(shop: Shop, batch: Batch, fields: Fields) -> Found:
    """The links of downloadable products as an option each, with or without links (feeds.md 3.1.8)."""
    ids = batch.of_type("downloadable")
    if not ids:
        return {}
    rows = shop.rows(SQL.links, ids)
    by_product = _by_product(rows)
    titles = texts(shop, SQL.link_titles, [row[0] for row in rows])
    prices = texts(shop, SQL.link_prices, [row[0] for row in rows])
    found: Found = {}
    for product_id in ids:
        for view in batch.views[product_id]:
            label = batch.values.of(product_id, view.id).get("links_title")
            url = scopes.web_url(shop, view)
            try:
                values = [
                    _link(row, titles.get(row[0], {}), prices.get(row[0], {}), view, url)
                    for row in by_product.get(product_id, ())
                ]
                title = text(label, "optionsV2.label")
                links = option("downloadable", values, id=f"link:{product_id}", label=title)
                found.setdefault(product_id, {})[view.id] = [links]
            except InvalidValue as error:
                fields.fail(product_id, str(error), view.id)
    return found


def describe(batch: Batch, product_id: int, view: StoreView, own: list[Any], options: list[Any]) -> str:
    """The value of `ac_downloadable`: samples and links of a product in a store view (feeds.md 3.1.5)."""
    separately = batch.values.of(product_id, view.id).get("links_purchased_separately")
    by_order = sorted(own, key=lambda sample: int(sample["sortOrder"] or 0))
    links = sorted(options[0]["values"] or (), key=lambda link: link["sortOrder"] or 0)
    return as_php_json(
        {
            "purchase_separately": bool(boolean(separately)),
            "samples": [{"label": each["resource"]["label"], "url": each["resource"]["url"]} for each in by_order],
            "links": [
                {
                    "uid": link["id"],
                    "label": link["label"] or f"Link {number}",
                    "price": link["price"] or 0,
                    "number_of_downloads": link["qty"] or 0,
                    "sample_url": link["infoUrl"],
                }
                for number, link in enumerate(links)
            ],
        }
    )


_encode = stdlib.json_encoder(ascii_only=True)


def as_php_json(content: dict[str, Any]) -> str:
    """JSON as PHP writes it: no blanks, ASCII only, slashes escaped (feeds.md 0.2)."""
    return _encode(content).replace("/", "\\/")


def _by_product(rows: list[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(row)
    return found


def _sample(row: Any, titles: dict[int, Any], view: StoreView, url: str) -> dict[str, Any]:
    sample_id, _, sort_order = row
    order = whole(sort_order, "samples.sortOrder")
    sample: dict[str, Any] = {
        "resource": {
            "url": f"{url}downloadable/download/sample/sample_id/{sample_id}",
            "label": text(text_in(titles, view.id), "samples.label"),
            "roles": None,
        }
    }
    if order is not None:
        sample["sortOrder"] = str(order)
    return sample


def _link(row: Any, titles: dict[int, Any], prices: dict[int, Any], view: StoreView, url: str) -> dict[str, Any]:
    link_id, _, sort_order, number_of_downloads, has_sample = row
    price = prices.get(view.website_id, prices.get(0))
    return value(
        id=uid("downloadable", link_id),
        label=text(text_in(titles, view.id), "optionsV2.values.label"),
        sortOrder=whole(sort_order, "optionsV2.values.sortOrder"),
        qty=number(number_of_downloads, "optionsV2.values.qty"),
        infoUrl=f"{url}downloadable/download/linkSample/link_id/{link_id}" if has_sample else None,
        price=number(price, "optionsV2.values.price") or 0,
    )
