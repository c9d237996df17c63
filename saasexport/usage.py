"""How people are told what they may type: wrong usage in one line, and what they probably meant."""

import argparse
from collections.abc import Iterable
from typing import NoReturn

from saasexport.errors import ConfigError

# So much of a name must be right before another is proposed: a wrong guess misleads more than none.
SIMILAR = 0.8


class Parser(argparse.ArgumentParser):
    """Options of a script or command; what is wrong is one line and the help to look at, exit status 2."""

    def error(self, message: str) -> NoReturn:
        """Raise the line."""
        command = self.prog.partition(" ")[2]
        raise ConfigError(f"{command}: {message}" if command else message, f"see: {self.prog} --help")


def near(name: str, names: Iterable[str]) -> str:
    """The one name that was probably meant; empty if that is not plain."""
    from difflib import SequenceMatcher  # late: only for a message

    def ratio(each: str) -> float:
        parts, others = name.casefold().split(":"), each.casefold().split(":")
        if len(parts) != len(others):
            return 0.0
        return min(SequenceMatcher(None, part, other).ratio() for part, other in zip(parts, others, strict=True))

    ratios = {each: ratio(each) for each in names}
    likely = [each for each, similarity in ratios.items() if similarity >= SIMILAR]
    best = [each for each in likely if ratios[each] == max(ratios.values())]
    return best[0] if len(best) == 1 else ""
