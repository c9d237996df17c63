"""What a merchant's rules make of one result: which products stand at a place, move up or down, or are hidden."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from saasexport.service.search.memory import bitmap, numbers_of


class Merchandise(NamedTuple):
    """The products that rules concern; `applied` names the rule of each."""

    pinned: dict[int, int]  # place -> product
    boosted: int
    buried: int
    hidden: int
    applied: dict[int, Any]

    @property
    def at_places(self) -> int:
        """The products that are pinned."""
        return bitmap(self.pinned.values())


NOTHING = Merchandise({}, 0, 0, 0, {})


def merchandise(rules: Iterable[Any], numbers_of_sku: Callable[[str], int], allowed: int) -> Merchandise:
    """What rules do to products that are allowed; of two for one place the first counts."""
    pinned: dict[int, int] = {}
    moved = {"boost": 0, "bury": 0, "hide": 0}
    applied: dict[int, Any] = {}
    for rule in rules:
        members = numbers_of_sku(rule.sku) & allowed
        if rule.action == "pin":
            if not members or rule.position in pinned:
                continue
            pinned[rule.position] = next(numbers_of(members))
        else:
            moved[rule.action] |= members
        applied.update(dict.fromkeys(numbers_of(members), rule))
    return Merchandise(pinned, moved["boost"], moved["bury"], moved["hide"], applied)
