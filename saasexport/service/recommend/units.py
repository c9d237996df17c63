"""What a unit shows: its products, those that only fill it up, and what it lacks."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from saasexport.service.catalog.catalog import Catalog
from saasexport.service.catalog.product import INVISIBLE, Product
from saasexport.service.recommend.orders import Sales
from saasexport.service.settings import Unit

# These show their own products or none.
WITHOUT_FALLBACK = ("recently-viewed", "more-like-this")

NEEDS_SKU = ("more-like-this", "bought-bought", "viewed-viewed", "viewed-bought", "visual-similarity")


class Context(NamedTuple):
    """What the page and the shopper's own browser say."""

    current: str | None = None
    category: str | None = None
    cart: tuple[str, ...] = ()
    bought: tuple[str, ...] = ()
    viewed: tuple[str, ...] = ()  # the last one first


class Recommended(NamedTuple):
    """A unit's answer; each product is primary or backup."""

    unit: Unit
    products: list[tuple[Product, str]]
    user_error: str | None = None


class Sources(NamedTuple):
    """Where products come from."""

    catalog: Catalog
    sales: Sales
    similar: Callable[[str], list[str]]
    newest: Callable[[str | None], Iterable[str]]


def recommend(sources: Sources, unit: Unit, context: Context, taken: set[str]) -> Recommended:
    """The products of a unit, none of which is in `taken`, which grows by them."""
    missing = _missing(unit.type, context)
    if missing:
        return Recommended(unit, [], missing)
    names, is_primary = _candidates(sources, unit.type, context)
    shut_out = taken | set(context.cart) | set(context.bought) | ({context.current} if context.current else set())
    if unit.type == "recently-viewed":
        shut_out -= set(context.bought) | set(context.cart)
    rows: list[tuple[Product, str]] = []
    for sku in names:
        _add(sources.catalog, rows, sku, "primary" if is_primary else "backup", unit, context, shut_out)
    if unit.type not in WITHOUT_FALLBACK:
        for sku in _fallback(sources, unit, context):
            _add(sources.catalog, rows, sku, "backup", unit, context, shut_out)
    taken.update(product.sku for product, _ in rows)
    return Recommended(unit, rows)


def _missing(kind: str, context: Context) -> str | None:
    if kind == "bought-bought" and not context.current and not context.cart:
        return "bought-bought needs currentSku or cartSkus"
    if kind in NEEDS_SKU and kind != "bought-bought" and not context.current:
        return f"{kind} needs currentSku"
    if kind == "recently-viewed" and not context.viewed:
        return "recently-viewed needs userViewHistory"
    return None


def _candidates(sources: Sources, kind: str, context: Context) -> tuple[list[str], bool]:
    """What a type has to offer, and whether that is what it is called."""
    match kind:
        case "most-purchased":
            return sources.sales.most_bought()
        case "trending":
            return sources.sales.trending()
        case "bought-bought":
            return sources.sales.bought_with([context.current] if context.current else context.cart), True
        case "more-like-this":
            return sources.similar(context.current or ""), True
        case "recently-viewed":
            return list(context.viewed), True
        case "just-for-you":
            near = [sku for viewed in context.viewed[:5] for sku in sources.similar(viewed)[:20]]
            return [*sources.sales.bought_with(context.viewed[:5]), *near], True
        case "viewed-bought":
            return sources.sales.bought_with([context.current] if context.current else []), False
    return [], False


def _fallback(sources: Sources, unit: Unit, context: Context) -> Iterable[str]:
    if unit.fallback:
        yield from _candidates(sources, unit.fallback, context)[0]
    if unit.type == "visual-similarity":
        return
    yield from sources.sales.most_bought()[0]
    yield from sources.newest(context.category)


def _add(
    catalog: Catalog,
    rows: list[tuple[Product, str]],
    sku: str,
    kind: str,
    unit: Unit,
    context: Context,
    shut_out: set[str],
) -> None:
    if len(rows) >= unit.size or sku in shut_out:
        return
    product = catalog.product(sku)
    if product and product.visibility != INVISIBLE and _passes(product, unit.filters, context):
        shut_out.add(sku)
        rows.append((product, kind))


def _passes(product: Product, filters: Iterable[dict[str, Any]], context: Context) -> bool:
    """Whether all inclusions hold and no exclusion does."""
    return all(_holds(product, rule, context) != bool(rule.get("exclude")) for rule in filters)


def _holds(product: Product, rule: dict[str, Any], context: Context) -> bool:
    """Whether one condition of a filter holds of a product."""
    field = str(rule.get("field", "")).upper()
    values = [str(value) for value in rule.get("values", ())]
    match field:
        case "CATEGORY":
            paths = product.item.get("categories") or ()
            wanted = [context.category or "" if value == "current" else value.strip("/") for value in values]
            return any(path == want or path.startswith(want + "/") for path in paths for want in wanted)
        case "PRODUCT":
            return product.sku in values
        case "TYPE":
            return product.kind in values
        case "VISIBILITY":
            return product.visibility in values
        case "OUT_OF_STOCK":
            return not product.in_stock
        case "LOW_STOCK":
            return bool(product.item.get("lowStock"))
        case "PRICE":
            price = product.least_price()
            low, high = rule.get("from", 0), rule.get("to", float("inf"))
            return bool(price) and low <= float(price.final if price else 0) < high
    return True
