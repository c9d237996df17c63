"""The order of a result is total: its pages have neither gaps nor repetitions."""

from typing import Any

import pytest

from tests.service.storefront.front import Front

BREWING = [{"attribute": "categoryPath", "eq": "brewing"}]


def by(attribute: str, direction: str = "ASC") -> list[dict[str, str]]:
    """A sort by one attribute."""
    return [{"attribute": attribute, "direction": direction}]


@pytest.mark.parametrize("size", [1, 7, 20, 64, 500])
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"phrase": "kettle"},
        {"sort": by("price")},
        {"sort": by("price", "DESC")},
        {"sort": by("name", "DESC")},
        {"filter": BREWING},
        {"filter": BREWING, "sort": by("position", "DESC")},
        {"phrase": "tea", "sort": by("inStock", "DESC")},
    ],
    ids=str,
)
def test_pages_have_neither_gaps_nor_repetitions(front: Front, arguments: dict[str, Any], size: int) -> None:
    whole = front.skus(**arguments)
    if size == 1:
        # One by one costs a request each: the beginning and the end say enough.
        pages = [1, 2, 3, len(whole) - 1, len(whole)]
    else:
        pages = list(range(1, -(-len(whole) // size) + 1))
    for page in pages:
        part = front.search(page_size=size, current_page=page, **arguments)["skus"]
        assert part == whole[(page - 1) * size : page * size]
    assert len(set(whole)) == len(whole) > 20


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_products_without_a_price_come_last_in_both_directions(front: Front, direction: str) -> None:
    order = front.skus("", sort=by("price", direction))
    assert set(order[-3:]) == {"KL-GIFT-CARD", "KL-GRP-EMPTY", "KL-JUG"}
    assert (order[0] == "KL-NO-PRICE") == (direction == "ASC")


def test_names_are_sorted_without_regard_to_case_and_accents(front: Front) -> None:
    for view in ("default", "french"):
        order = front.skus("", sort=by("name"), view=view)
        names = [front.product(sku, "name", view=view)["name"] for sku in order[:30]]
        plain = [name.lower().replace("é", "e").replace("à", "a").replace("è", "e") for name in names]
        assert plain == sorted(plain)
        assert front.skus("", sort=by("name", "DESC"), view=view)[-1] in order[:3]


def test_a_second_sort_decides_between_equals(front: Front) -> None:
    order = front.skus("", sort=[*by("inStock", "DESC"), *by("name")])
    stock = [front.product(sku, "inStock")["inStock"] for sku in (order[0], order[-1])]
    assert stock == [True, False]
    assert order != front.skus("", sort=[*by("inStock", "DESC"), *by("price")])


def test_the_order_of_a_category_is_one_in_both_directions_and_the_default(front: Front) -> None:
    orders = [front.skus("", filter=BREWING, sort=sort) for sort in (None, by("position"), by("position", "DESC"))]
    assert orders[0] == orders[1] == orders[2]
    assert len(orders[0]) == 63


def test_relevance_is_the_default_whatever_its_direction(front: Front) -> None:
    orders = [front.skus("kettle", sort=sort) for sort in (None, [], by("relevance"), by("relevance", "DESC"))]
    assert orders[0] == orders[1] == orders[2] == orders[3]


def test_position_without_a_category_is_ignored_with_a_warning(front: Front) -> None:
    answer = front.search("kettle", "warnings { code }", sort=by("position"), page_size=500)
    assert (answer["skus"], answer["warnings"]) == (front.skus("kettle"), [{"code": "EMPTY_CATEGORY_PATH"}])


@pytest.mark.parametrize("path", ["no-such-place", "brewing/none", "", "/", "BREWING"])
def test_an_unknown_category_finds_nothing_and_is_named(front: Front, path: str) -> None:
    clause = [{"attribute": "categoryPath", "eq": path}]
    answer = front.search("", "warnings { code message }", filter=clause, sort=by("position"))
    if path.strip("/"):
        assert (answer["total_count"], answer["warnings"]) == (
            0,
            [{"code": "UNKNOWN_CATEGORY_PATH", "message": f"there is no category {path!r}"}],
        )
    else:
        # The root of the store, whose path is empty.
        assert answer["warnings"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"page_size": 0}, "page_size: expected a number from 1 to 500"),
        ({"page_size": 501}, "page_size: expected a number from 1 to 500"),
        ({"page_size": -5}, "page_size: expected a number from 1 to 500"),
        ({"current_page": 0}, "current_page: expected a number from 1 on"),
        ({"current_page": 99}, "current_page 99 is beyond the last page, 3"),
        ({"sort": by("shoe_size")}, "shoe_size is not sortable"),
        ({"sort": by("description")}, "description is not sortable"),
        ({"phrase": "x" * 1001}, "the phrase has more than 1000 characters"),
    ],
    ids=str,
)
def test_what_cannot_be_answered_is_an_error_with_its_path(
    front: Front, arguments: dict[str, Any], message: str
) -> None:
    query = """query ($phrase: String!, $page_size: Int, $current_page: Int, $sort: [ProductSearchSortInput!]) {
      __typename
      again: productSearch(phrase: $phrase, page_size: $page_size, current_page: $current_page, sort: $sort) {
        total_count
      }
    }"""
    reply = front.reply(query, {"phrase": "kettle", **arguments})
    (error,) = reply.content["errors"]
    assert (reply.status, reply.content["data"], error["path"]) == (200, None, ["again"])
    assert message in error["message"]
    assert error["locations"] == [{"line": 3, "column": 7}]


def test_page_one_of_nothing_is_no_error(front: Front) -> None:
    answer = front.search("zzz", "page_info { current_page page_size total_pages }", current_page=1)
    assert answer["page_info"] == {"current_page": 1, "page_size": 20, "total_pages": 0}
