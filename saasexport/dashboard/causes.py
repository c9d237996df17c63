"""What to know, by its cause: what several feeds share is said once, with what to do in the shop's admin."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from saasexport import queries
from saasexport.setup.installation import Installation
from saasexport.status import judgement
from saasexport.status.judgement import Advice, Health
from saasexport.status.reasons import without_values

SQL = queries.beside(__file__)

# Distinct reasons that are told apart; of more the rest is counted as other reasons.
MOST_REASONS = 200

OTHER = "other reasons"
NO_REASON = "no reason is on record"

# What a reason reads like -> what to do about it in the shop.
REMEDIES = (
    (
        r"required EAV attributes? \((?P<what>[^)]*)\) (is|are) not set for product",
        "In the shop's admin open the product under Catalog > Products, set {what} and save.",
    ),
    (
        r"required EAV attributes? \((?P<what>[^)]*)\) (is|are) not set for category",
        "In the shop's admin open the category under Catalog > Categories, set {what} and save.",
    ),
    (
        r"^urlPath .* is taken by",
        "Two categories have the same URL. Change the URL key of one under Catalog > Categories, Search Engine"
        " Optimization.",
    ),
    (r"^(?P<what>\w+) .* is taken by", "Two of them have the same {what}. Change one of the two in the shop's admin."),
    (
        r"option \d+ has no values",
        "In the shop's admin open the product under Catalog > Products, Customizable Options: give the option a value,"
        " or delete it.",
    ),
    (r"\bsku\b.*missing", "In the shop's admin open the product under Catalog > Products and give it a SKU."),
    (r"has no code", "In the shop's admin give it a code under Stores > All Stores."),
    (r"bytes of an item of", "The text of that field is longer than an item may be. Shorten it in the shop's admin."),
)
CORRECT = "Correct in the shop's admin what the reason names; what is corrected is sent by itself."
RETRIED = "Nothing to do: resend_failed tries again every 5 minutes."
REJECTED = "The service rejected it. " + CORRECT


def _readable(text: str) -> str:
    """A reason without its values, an address or a time of many numbers as one."""
    return re.sub("…(?:[.:/ -]…)+", "…", without_values(text, "…"))


class Reason(NamedTuple):
    """Items of a feed that failed for one reason, whatever the values in it."""

    feed: str
    status: int
    example: str  # as it stands at one of them
    number: int

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.status == 2:
            return RETRIED
        for pattern, remedy in REMEDIES:
            if match := re.search(pattern, self.example):
                return remedy.format(**match.groupdict())
        return REJECTED if self.status == 400 else CORRECT

    @property
    def pattern(self) -> str:
        """What finds its items in a list: the reason, with anything in the place of its values."""
        return "#" if self.example == OTHER else without_values(self.example, "#")


@dataclass
class Cause:
    """Something to know, and the feeds it is about."""

    level: str
    text: str
    todo: str = ""
    command: str = ""
    pattern: str = ""  # of its items, where it is about some
    feeds: dict[str, int] = field(default_factory=dict)  # feed -> the number of things
    arguments: list[str] = field(default_factory=list)

    @property
    def whole_command(self) -> str:
        """The command as it is typed, once for all feeds if it takes several."""
        return " ".join([self.command, *self.arguments]).rstrip()


def reasons(installation: Installation) -> list[Reason]:
    """Why items failed, the most frequent first."""
    of_kind: dict[tuple[str, int, str], tuple[str, int]] = {}
    for feed, status, text, number in installation.ours.execute(SQL.reasons):
        text = text or NO_REASON
        key = (feed, status, without_values(text, "#"))
        if key not in of_kind and len(of_kind) >= MOST_REASONS:
            key, text = (feed, status, OTHER), OTHER
        example, before = of_kind.get(key, (text, 0))
        of_kind[key] = example, before + number
    reasons = [Reason(feed, status, example, n) for (feed, status, _), (example, n) in of_kind.items()]
    return sorted(reasons, key=lambda reason: -reason.number)


def causes(installation: Installation, healths: dict[str, Health]) -> list[Cause]:
    """What to know, the worst first: each failure by its reason, everything else by what is advised."""
    joined: dict[tuple[str, ...], Cause] = {}
    for reason in reasons(installation):
        level = "retry" if reason.status == 2 else "problem"
        key = (level, reason.pattern, reason.remedy)
        text = reason.example if reason.number == 1 else _readable(reason.example)
        cause = joined.setdefault(key, Cause(level, text, reason.remedy, "saasexport failed", reason.pattern))
        cause.feeds[reason.feed] = cause.feeds.get(reason.feed, 0) + reason.number
    for feed, health in healths.items():
        for advice in health.advice:
            if advice.check == "items" and advice.level in ("problem", "retry"):
                continue  # said by reason
            _join(joined, feed, advice)
    levels = list(judgement.WORDS)
    return sorted(joined.values(), key=lambda cause: -levels.index(cause.level))


def _join(joined: dict[tuple[str, ...], Cause], feed: str, advice: Advice) -> None:
    key = (advice.level, advice.check, advice.text, advice.command)
    cause = joined.setdefault(key, Cause(advice.level, "", command=advice.command))
    cause.feeds[feed] = advice.number
    number = sum(cause.feeds.values())
    cause.text = advice.text.replace("{n}", judgement.quantity(number, advice.noun))
    if advice.argument:
        cause.arguments.append(advice.argument)
