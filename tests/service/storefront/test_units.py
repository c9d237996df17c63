"""What fills a unit up, and in which order: the other websites' sales, what sells most, the newest of the category."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from saasexport.service.recommend.orders import Order, Sales
from saasexport.service.recommend.units import Context, Sources, recommend
from saasexport.service.settings import Unit

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

# Of each category the products, the newest first.
CATEGORIES = {"tea": ["t3", "t2", "t1"], "tea/green": ["g2", "g1"], None: ["n2", "n1"]}


class Catalog:
    """A catalogue in which everything may be shown, and every product is in two categories."""

    def product(self, sku: str) -> Any:
        """A product of that SKU."""
        return SimpleNamespace(sku=sku, visibility="Catalog, Search")

    def categories_of(self, product: Any) -> list[Any]:
        """The categories of a product, in the tree's order."""
        tea = SimpleNamespace(url_path="tea", level=2, order=(2, 1, "9", "tea"))
        green = SimpleNamespace(url_path="tea/green", level=3, order=(3, 1, "10", "tea/green"))
        return [tea, green]


def bought(*orders: str, days: int = 1) -> Iterable[Order]:
    """Orders of a day, each of the products that are named."""
    return [Order(NOW - timedelta(days=days), "base", dict.fromkeys(row.split(), 1.0)) for row in orders]


def shown(kind: str, website: Iterable[Order], everywhere: Iterable[Order], size: int = 5, **more: Any) -> list[str]:
    """What a unit shows, with a + behind what only fills up."""
    sources = Sources(
        Catalog(),  # type: ignore[arg-type]
        Sales(website, NOW),
        Sales([*website, *everywhere], NOW),
        lambda sku: [],
        lambda category: CATEGORIES.get(category, []),
    )
    unit = Unit("id", "name", kind, "Product", "label", size, fallback=more.pop("fallback", ""))
    answer = recommend(sources, unit, Context(**more), set())
    return [product.sku + ("" if how == "primary" else "+") for product, how in answer.products]


@pytest.mark.parametrize(
    ("kind", "website", "everywhere", "expected"),
    [
        ("most-purchased", ["a", "a b"], ["c c2", "c"], ["a", "b", "c+", "c2+"]),
        ("trending", ["a"], ["b"], ["a", "b+"]),
        ("bought-bought", ["x a"], ["x b"], ["a", "b+"]),
        ("viewed-bought", ["x a"], ["x b"], ["a+", "b+"]),
        ("viewed-viewed", ["a"], ["b"], ["a+", "b+"]),
        ("most-purchased", [], ["b"], ["b+"]),
    ],
)
def test_where_a_website_sold_too_little_all_of_them_count_and_it_says_so(
    kind: str, website: list[str], everywhere: list[str], expected: list[str]
) -> None:
    assert shown(kind, bought(*website), bought(*everywhere), len(expected), current="x") == expected


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"current": "x"}, ["g2+", "g1+", "t3+", "t2+", "t1+"]),
        ({"current": "g2"}, ["g1+", "t3+", "t2+", "t1+"]),
        ({"category": "tea"}, ["t3+", "t2+", "t1+"]),
        ({"category": "tea", "current": "x"}, ["t3+", "t2+", "t1+"]),
        ({"category": "nowhere"}, []),
        ({}, ["n2+", "n1+"]),
    ],
)
def test_what_nobody_bought_is_filled_up_with_the_newest_of_the_category(
    context: dict[str, Any], expected: list[str]
) -> None:
    assert shown("most-purchased", [], [], **context) == expected


def test_a_fallback_that_is_set_comes_before_all_others() -> None:
    website = bought("a b", "a")
    assert shown("viewed-viewed", website, [], 3, current="b", fallback="bought-bought") == ["a+", "g2+", "g1+"]
    assert shown("viewed-viewed", website, [], 3, current="x", fallback="bought-bought") == ["a+", "b+", "g2+"]
