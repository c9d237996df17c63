"""The shape of an option and of its values, whatever their kind (feeds.md 2.1, 3.1.10)."""

from saasexport.feed import Shop
from saasexport.feeds.products.batch import Batch
from saasexport.stdlib import Any
from saasexport.values import base64_of

# product id -> store id -> options; store views that agree share one list.
Found = dict[int, dict[int, list[dict[str, Any]]]]

# A value says null where it has nothing to say.
_VALUE = dict.fromkeys(
    (
        "id",
        "label",
        "sortOrder",
        "isDefault",
        "colorHex",
        "imageUrl",
        "customSwatchValue",
        "qtyMutability",
        "qty",
        "infoUrl",
        "sku",
        "price",
        "priceType",
    )
)


def option(kind: str, values: list[dict[str, Any]], **known: Any) -> dict[str, Any]:
    """An option; a field that is NULL is left out, an empty list of values is null (feeds.md 0.2)."""
    found = {name: value for name, value in known.items() if value is not None}
    found["type"] = kind
    found["values"] = values or None
    return found


def value(**known: Any) -> dict[str, Any]:
    """A value of an option."""
    return {**_VALUE, **known}


def uid(*parts: Any) -> str:
    """An id that names where its value comes from (feeds.md 3.1.10)."""
    return base64_of("/".join(map(str, parts)))


def local_stores(batch: Batch, product_id: int, stores: set[int]) -> dict[int, int]:
    """Each store view of a product, and the one whose texts it shows: itself if it has any, else 0."""
    return {view.id: view.id if view.id in stores else 0 for view in batch.views[product_id]}


def texts(shop: Shop, query: str, ids: list[int]) -> dict[int, dict[int, Any]]:
    """Rows of (id, store id, text) as id -> store id -> text; of every id, though it may have no row."""
    found: dict[int, dict[int, Any]] = {row_id: {} for row_id in ids}
    for row_id, store_id, text in shop.rows(query, ids):
        found.setdefault(row_id, {})[store_id] = text
    return found


def text_in(found: dict[int, Any], store_id: int) -> Any:
    """The text of a store view, else that of store 0."""
    text = found.get(store_id)
    return found.get(0) if text is None else text
