"""Ranges of keys: how wide, which differ, what fetches them."""

import hashlib

import pytest

from saasexport.mirror import ranges
from saasexport.mirror.ranges import Batch


@pytest.mark.parametrize(
    ("least", "most", "rows", "expected"),
    [
        (1, 2046, 2046, 256),
        (1, 100_000, 100_000, 256),
        (0, 0, 0, 256),
        (-500, 500, 1001, 256),
        (1, 1_000_000, 1_000, 262_144),  # sparse: 1,000 times as wide, the next power of two
        (1, 2**40, 1 << 40, 67_108_864),  # 16,384 ranges at most
        (1, 2**62, 2, 2**62),  # no wider than all keys
        (-(2**63), 2**63 - 1, 2, 2**62),
    ],
)
def test_a_range_holds_some_256_rows_and_there_are_not_too_many(least, most, rows, expected):
    assert ranges.width_of(least, most, rows) == expected


def test_what_was_added_went_or_changed_differs():
    before = {0: (2, 10), 1: (3, 20), 2: (1, 5)}
    now = {0: (2, 10), 1: (3, 21), 3: (1, 5)}

    assert ranges.differing(before, now) == [1, 2, 3]
    assert ranges.differing(now, now) == []


def test_ranges_can_be_joined_to_wider_ones():
    assert ranges.widen({-1: (1, 7), 0: (1, 5), 1: (2, 6), 2: (1, 9)}, 2) == {-1: (1, 7), 0: (3, 11), 1: (1, 9)}


def test_neighbours_are_fetched_as_one_piece():
    assert list(ranges.batches([3, 1, 2, 9], 10)) == [([1, 2, 3, 9], Batch(((10, 40), (90, 100))))]


def test_one_query_fetches_no_more_than_so_many_ranges():
    some = list(ranges.batches(range(450), 1))

    assert [len(numbers) for numbers, _ in some] == [200, 200, 50]
    assert [batch.pieces for _, batch in some] == [((0, 200),), ((200, 400),), ((400, 450),)]


def test_of_scattered_ranges_a_query_has_so_many_pieces_at_most():
    assert [len(batch.pieces) for _, batch in ranges.batches(range(0, 500, 2), 1)] == [100, 100, 50]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], [((None, None),)]),
        ([5, 7], [((None, None),)]),
        (range(450), [((None, 2000),), ((2000, 4000),), ((4000, None),)]),
    ],
)
def test_a_full_look_leaves_no_key_between_its_batches(numbers, expected):
    assert [batch.pieces for _, batch in ranges.whole_batches(numbers, 10)] == expected


@pytest.mark.parametrize("key", ["", "a", "24-MB01", "ÄÖÜ", "日本", "x" * 300])
def test_the_range_of_a_text_is_the_first_byte_of_its_md5(key):
    assert ranges.hash_of(key.encode(), False) == hashlib.md5(key.encode()).digest()[0]


@pytest.mark.parametrize("key", [b"", b"\0", b"\xff\xfe", bytes(16), b"a"])
def test_the_range_of_a_binary_key_is_that_of_its_digits(key):
    assert ranges.hash_of(key, True) == hashlib.md5(key.hex().upper().encode()).digest()[0]
