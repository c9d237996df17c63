"""No item changes by a byte that is not meant to: the hashes of those of many shops are on record."""

import pytest

from tests.bench import item_bytes


@pytest.mark.thorough
@pytest.mark.parametrize("generation", [0, 57])
def test_the_items_of_the_demo_shop_and_of_random_shops_are_to_the_byte_those_on_record(generation):
    record = item_bytes.KEPT.read_text().splitlines()
    now = item_bytes.shortened(item_bytes.lines([], [generation]))
    differing = [line for line in now if line not in record]
    assert differing == [], "if they are meant to change: python -m tests.bench.item_bytes OUT"


def test_another_byte_is_another_hash():
    record = ["demo products 2 aa", "random-0 products 1 bb", "random-1 products 1 cc"]
    other = ["demo products 2 aa", "random-0 products 1 bb", "random-1 products 1 cd"]
    assert item_bytes.shortened(record)[0] == item_bytes.shortened(other)[0]
    assert item_bytes.shortened(record)[1] != item_bytes.shortened(other)[1]
