"""Products and results as plain JSON values."""

from typing import Any

from saasexport.service.catalog.prices import Price, round_amount
from saasexport.service.catalog.product import Product
from saasexport.service.recommend.units import Recommended
from saasexport.service.search.query import Facet, Result
from saasexport.service.settings import Unit


def product_value(product: Product) -> dict[str, Any]:
    """A product in a list."""
    value: dict[str, Any] = {
        "sku": product.sku,
        "name": product.name,
        "urlKey": product.url_key,
        "type": product.kind,
        "inStock": product.in_stock,
        "addToCartAllowed": product.may_be_bought,
        "currency": product.item.get("currency"),
        "price": None,
        "priceRange": None,
    }
    if not product.permission.shows_price:
        return value
    if not product.is_complex:
        return {**value, "price": price_value(product.price())}
    prices = product.price_range()
    span = {"minimum": price_value(prices.minimum), "maximum": price_value(prices.maximum)} if prices else None
    return {**value, "priceRange": span}


def price_value(price: Price | None) -> dict[str, float] | None:
    """A price before and after discounts."""
    return {"regular": round_amount(price.regular), "final": round_amount(price.final)} if price else None


def value_of_facet(facet: Facet) -> dict[str, Any]:
    """A facet with its buckets."""
    buckets = []
    for bucket in facet.buckets:
        value: dict[str, Any] = {"title": bucket.title, "count": bucket.products}
        if bucket.kind == "range":
            value |= {"from": bucket.start, "to": bucket.end}
        else:
            value["id"] = bucket.id
        buckets.append(value)
    return {"attribute": facet.attribute, "title": facet.title, "type": facet.kind, "buckets": buckets}


def result_value(result: Result, products: list[Product]) -> dict[str, Any]:
    """A page of a search."""
    return {
        "total": result.total,
        "page": result.page,
        "pageSize": result.size,
        "pages": result.pages,
        "items": [product_value(product) for product in products],
        "facets": [value_of_facet(facet) for facet in result.facets],
        "suggestions": result.suggestions,
        "relatedTerms": result.related,
        "warnings": [{"code": code, "message": message} for code, message in result.warnings],
    }


def unit_value(unit: Unit) -> dict[str, Any]:
    """A unit as it is set up."""
    return {
        "unitId": unit.id,
        "unitName": unit.name,
        "typeId": unit.type,
        "pageType": unit.page_type,
        "storefrontLabel": unit.label,
        "displayOrder": unit.order,
        "displayNumber": unit.size,
        "filters": [rule.value() for rule in unit.filters],
        "fallback": unit.fallback or None,
    }


def recommended_value(answer: Recommended) -> dict[str, Any]:
    """A unit with its products."""
    return {
        **unit_value(answer.unit),
        "userError": answer.user_error,
        "totalProducts": len(answer.products),
        "items": [{**product_value(product), "queryType": kind} for product, kind in answer.products],
    }
