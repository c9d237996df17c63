"""What a unit shows: its products, those that only fill it up, and what it lacks."""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import NamedTuple

from saasexport.service.catalog.catalog import Catalog
from saasexport.service.catalog.product import INVISIBLE, Product
from saasexport.service.recommend.filters import Place, passes
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
    sales: Sales  # of the website
    all_sales: Sales  # of the whole data space
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
    place = Place(sources.catalog.product(context.current) if context.current else None, context.category)
    candidates: Iterable[tuple[str, str]] = [(sku, "primary" if is_primary else "backup") for sku in names]
    if unit.type not in WITHOUT_FALLBACK:
        candidates = chain(candidates, ((sku, "backup") for sku in _fallback(sources, unit, context)))
    rows: list[tuple[Product, str]] = []
    for sku, kind in candidates:
        if len(rows) >= unit.size:
            break
        product = sources.catalog.product(sku) if sku not in shut_out else None
        if product and product.visibility != INVISIBLE and passes(product, unit.filters, place):
            shut_out.add(sku)
            rows.append((product, kind))
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
    """What fills a unit up: what is set, the same of all websites, most bought, and the newest of the category."""
    if unit.fallback:
        yield from _candidates(sources, unit.fallback, context)[0]
    if unit.type == "visual-similarity":
        return
    everywhere = sources._replace(sales=sources.all_sales)
    yield from _candidates(everywhere, unit.type, context)[0]
    yield from sources.sales.most_bought()[0]
    yield from sources.all_sales.most_bought()[0]
    for category in _categories(sources, context) or [None]:
        yield from sources.newest(category)


def _categories(sources: Sources, context: Context) -> list[str | None]:
    """The category of the page, or those of the product that is looked at, the narrowest first."""
    if context.category:
        return [context.category]
    product = sources.catalog.product(context.current) if context.current else None
    rows = sources.catalog.categories_of(product) if product else []
    return [row.url_path for row in sorted(rows, key=lambda row: (-row.level, row.order)) if row.url_path]
