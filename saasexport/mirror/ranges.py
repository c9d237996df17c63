"""Ranges of a table's rows: which of them differ from those of the last run, and how they are fetched.

A range is a number: of an integer key, the key divided by the width; of a text or
binary one, the first byte of its MD5.  Sums of digests can be added, so that ranges
can be joined to wider ones without reading anything again.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# Rows of a range, in a table without gaps: 1,000 scattered products hit every range of 4,096.
NARROWEST = 256

# What SQLite keeps as a number.
WIDEST = 2**62

# Ranges of a table at most, so that memory does not grow with it.
MOST_RANGES = 16_384

# What one query fetches: so many ranges, in so many pieces.
RANGES_AT_ONCE = 200
PIECES_AT_ONCE = 100

# Range -> number of its rows, and the sum of their digests.
Digests = dict[int, tuple[int, int]]


class Batch(NamedTuple):
    """What one query fetches: all, keys from one up to before another (None: without an end), or hashes."""

    pieces: tuple[tuple[int | None, int | None], ...] = ()
    hashes: tuple[int, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether every row is fetched."""
        return not self.pieces and not self.hashes


def width_of(least: int, most: int, rows: int) -> int:
    """The width of a table's ranges, a power of two: so that most hold some 256 rows."""
    width = NARROWEST
    if rows:
        sparseness = max((most - least + 1) // rows, 1)
        while width < NARROWEST * sparseness or (most - least) // width > MOST_RANGES:
            if width > most - least or width == WIDEST:
                break
            width *= 2
    return width


def widen(digests: Digests, factor: int) -> Digests:
    """The digests of ranges that are so many times as wide."""
    wide: Digests = {}
    for number, (rows, digest) in digests.items():
        before = wide.get(number // factor, (0, 0))
        wide[number // factor] = (before[0] + rows, before[1] + digest)
    return wide


def excess(digests: Digests) -> int:
    """The power of two by which ranges should be wider: of a table that has grown, or lost most of its rows."""
    rows = sum(count for count, _ in digests.values())
    factor = 1
    while len(digests) > factor * min(MOST_RANGES, 64 + 8 * rows // NARROWEST):
        factor *= 2
    return factor


def differing(before: Digests, now: Digests) -> list[int]:
    """The ranges that are not as they were."""
    return sorted(number for number in before.keys() | now.keys() if before.get(number) != now.get(number))


def batches(numbers: Iterable[int], width: int) -> Iterator[tuple[list[int], Batch]]:
    """The ranges of an integer key, some at a time, and what fetches them."""
    some: list[int] = []
    pieces: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if pieces and pieces[-1][1] == number:
            pieces[-1] = (pieces[-1][0], number + 1)
        else:
            pieces.append((number, number + 1))
        some.append(number)
        if len(some) == RANGES_AT_ONCE or len(pieces) == PIECES_AT_ONCE:
            yield some, _of_pieces(pieces, width)
            some, pieces = [], []
    if some:
        yield some, _of_pieces(pieces, width)


def whole_batches(numbers: Iterable[int], width: int) -> Iterator[tuple[list[int], Batch]]:
    """Every range, so that no key is left between them, whatever the copy holds."""
    ordered = sorted(numbers)
    groups = [ordered[at : at + RANGES_AT_ONCE] for at in range(0, len(ordered), RANGES_AT_ONCE)] or [[]]
    for at, some in enumerate(groups):
        least = some[0] * width if at else None
        most = groups[at + 1][0] * width if at + 1 < len(groups) else None
        yield some, Batch(((least, most),))


def _of_pieces(pieces: list[tuple[int, int]], width: int) -> Batch:
    return Batch(tuple((first * width, last * width) for first, last in pieces))


def hash_of(key: bytes | None, is_binary: bool) -> int:
    """The range of a text (its UTF-8) or binary key: what the server makes of it as well."""
    content = key or b""
    if is_binary:
        content = content.hex().upper().encode()
    return hashlib.md5(content, usedforsecurity=False).digest()[0]
