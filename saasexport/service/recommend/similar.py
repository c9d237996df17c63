"""Products that are like one: by the words of their names, their categories and what their attributes say."""

import math
import sqlite3
from collections.abc import Iterable

from saasexport.service.search.memory import ViewMemory, numbers_of
from saasexport.service.search.words import STOP_WORDS, words

# A trait that more products have says too little to walk through all of them.
MOST_SHARING = 5_000

# Products that both say for whom they are, and not for the same, are not alike.
GUARDS = ("gender", "age_group")


def similar(db: sqlite3.Connection, view: int, memory: ViewMemory, number: int) -> list[str]:
    """The SKUs of products that are like one, the likest first."""
    everyone = max(memory.every.bit_count(), 1)
    bit = 1 << number
    scores: dict[int, float] = {}
    for kind, values in memory.bits.items():
        if kind != "category" and not kind.startswith("facet:"):
            continue
        for members in values.values():
            if members & bit:
                _score(scores, numbers_of(members), members.bit_count(), everyone)
    for word in dict.fromkeys(words(memory.names[number])):
        if word not in STOP_WORDS and len(word) > 1:
            select = f"select rowid from search_{view} where search_{view} match ?"
            rows = [row for (row,) in db.execute(select, (f'name : "{word}"',))]
            _score(scores, rows, len(rows), everyone)
    scores.pop(number, None)
    barred = _find_barred(memory, bit)
    alike = [(-round(score, 6), memory.skus[other]) for other, score in scores.items() if not barred >> other & 1]
    return [sku for _, sku in sorted(alike)[:100]]


def _score(scores: dict[int, float], members: Iterable[int], count: int, everyone: int) -> None:
    if count > MOST_SHARING:
        return
    weight = math.log(1 + everyone / max(count, 1)) - math.log(2) + 0.01
    for other in members:
        scores[other] = scores.get(other, 0.0) + weight


def _find_barred(memory: ViewMemory, bit: int) -> int:
    """The products that are for somebody else."""
    barred = 0
    for code in GUARDS:
        values = memory.bits.get(f"facet:{code}", {}).values()
        ours = theirs = 0
        for members in values:
            if members & bit:
                ours |= members
            theirs |= members
        if ours:
            barred |= theirs & ~ours
    return barred
