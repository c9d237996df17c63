"""The numbers in memory: the same, however they came to be."""

import itertools
import json
from typing import Any

import pytest

from saasexport.service.search.memory import ViewMemory, numbers_of


def body(name: str, **more: Any) -> str:
    """What the index knows of a product."""
    facets = {"size": ["L", "M"], "material": ["Wool"]}
    rest = {"id": 1, "created": "2026-01-01", "visibility": "Catalog", "kind": "simple", "stock": True, "low": False}
    groups = {"": [True, 10.0]}
    row = {"name": name, **rest, "categories": {"4": 0}, "facets": facets, "ranges": {}, "order": {}, "sort": {}}
    return json.dumps({**row, "groups": groups, **more})


BODIES = {
    1: body("One"),
    2: body("Two", facets={"size": ["L", "M"], "material": ["wool", "Cotton"]}, stock=False),
    3: body("Three", facets={"size": ["M", "L"]}, groups={"": [True, 30.0], "g": [False, None]}),
    4: body("Four", facets={"material": ["Wool", "WOOL"]}, groups={"": [False, None], "g": [True, 12.5]}),
    9: body("Nine", facets={}, ranges={"weight": [5.0, 80.0]}, order={"size": {"L": 2, "M": 1}}, sort={"rank": 3.0}),
    17: body("Seventeen", facets={"material": ["Wool"]}, categories={"4": 1, "7": 0}, order={"size": {"L": 2}}),
}

ROWS = [(number, f"SKU-{number}", text) for number, text in BODIES.items()]


def facts(memory: ViewMemory) -> dict[str, Any]:
    """Everything that is kept, without what counts nothing any more."""
    return {
        "bits": {kind: values for kind, values in memory.bits.items() if values},
        "labels": {
            (kind, value): memory.label(kind.removeprefix("facet:"), value)
            for kind, values in memory.bits.items()
            if kind.startswith("facet:")
            for value in values
        },
        "places": {value: memory.place("size", value) for value in ("l", "m", "s")},
        "rest": [memory.skus, memory.names, memory.created],
        "values": [
            {key: row for key, row in one.items() if row} for one in (memory.prices, memory.sorts, memory.numbers)
        ],
    }


def test_what_is_built_at_once_is_what_one_product_after_the_other_makes() -> None:
    whole = facts(ViewMemory(ROWS))
    for order in itertools.islice(itertools.permutations(ROWS), 0, 720, 97):
        memory = ViewMemory([])
        for number, sku, text in order:
            memory.patch(number, sku, None, text)
        assert facts(memory) == whole


@pytest.mark.parametrize("number", BODIES)
def test_a_product_that_came_and_went_leaves_nothing(number: int) -> None:
    rest = [row for row in ROWS if row[0] != number]
    memory = ViewMemory(ROWS)
    memory.patch(number, f"SKU-{number}", BODIES[number], None)
    assert facts(memory) == facts(ViewMemory(rest))


@pytest.mark.parametrize(("number", "other"), list(itertools.permutations(BODIES, 2)))
def test_a_product_that_became_another_one_is_that(number: int, other: int) -> None:
    memory = ViewMemory(ROWS)
    memory.patch(number, f"SKU-{number}", BODIES[number], BODIES[other])
    changed = {**BODIES, number: BODIES[other]}
    assert facts(memory) == facts(ViewMemory((key, f"SKU-{key}", text) for key, text in changed.items()))


def test_the_numbers_are_those_of_the_products() -> None:
    memory = ViewMemory(ROWS)
    assert list(numbers_of(memory.every)) == [1, 2, 3, 4, 9, 17]
    assert list(numbers_of(memory.bits["facet:material"]["wool"])) == [1, 2, 4, 17]
    assert memory.label("material", "wool") == "Wool"
    assert list(numbers_of(memory.of_group("shown", "", "g"))) == [1, 2, 4, 9, 17]
    assert list(numbers_of(memory.find_between("price", 10, 25, ""))) == [1, 2, 9, 17]
    assert list(numbers_of(memory.find_between("price", 10, 25, "g"))) == [1, 2, 4, 9, 17]
    assert list(numbers_of(memory.find_between("weight", 75, None, ""))) == [9]
