"""NamedTuples made without typing are what typing's are (for JSON see test_stdlib_json)."""

import pickle
import typing

import pytest

from saasexport import stdlib


def declare(base):
    """Classes as modules declare them, on one of the two bases."""

    class Point(base):
        """A place."""

        x: int
        y: int = 0
        label: str = ""

        @property
        def is_far(self):
            """Whether it is."""
            return self.x + self.y > 10

    class Single(base):
        only: str

    class Empty(base):
        """Nothing."""

    class Named(Point):
        def __new__(cls, **fields):
            return Point.__new__(cls, **fields)._replace(label="made")

    return {"Point": Point, "Single": Single, "Empty": Empty, "Named": Named}


OURS, THEIRS = declare(stdlib.NamedTuple), declare(typing.NamedTuple)

USES = (
    "Point(1)",
    "Point(1, 2)",
    "Point(1, 2, 'a')",
    "Point(1, label='a')",
    "Point(label='a', x=1)",
    "Point(1, 2, 'a')._replace(y=5)",
    "Point(1)._asdict()",
    "Point._make((1, 2, 'a'))",
    "Point(1) == (1, 0, '')",
    "hash(Point(1))",
    "Point(1, 2).y",
    "Point(9, 2).is_far",
    "[*Point(1, 2)]",
    "Point(1, 2)[:2]",
    "sorted([Point(2), Point(1, 5), Point(1, 2)])",
    "Point(1) in {Point(1): None}",
    "Point.__doc__",
    "Point._fields",
    "Point._field_defaults",
    "Single('a')",
    "Single(only='a').only",
    "Empty()",
    "Empty._fields",
    "Named(x=1)",
    "Named(x=1).label",
    "isinstance(Named(x=1), Point)",
)


@pytest.mark.parametrize("use", USES)
def test_a_named_tuple_of_ours_does_what_that_of_typing_does(use):
    assert repr(eval(use, {}, OURS)) == repr(eval(use, {}, THEIRS))  # noqa: S307  # of the list above


@pytest.mark.parametrize(
    "use",
    [
        "Point()",
        "Point(1, 2, 'a', 4)",
        "Point(1, x=2)",
        "Point(1, z=2)",
        "Point(y=1)",
        "Single()",
        "Empty(1)",
        "Point(1)._replace(z=1)",
        "setattr(Point(1), 'x', 2)",
        "setattr(Point(1), 'z', 2)",
    ],
)
def test_what_typing_refuses_is_refused(use):
    for classes in (OURS, THEIRS):
        with pytest.raises((TypeError, ValueError, AttributeError)):
            eval(use, {}, classes)  # noqa: S307  # of the list above


def test_a_match_reads_the_fields_by_their_places():
    point = OURS["Point"]
    match point(1, 2, "a"):
        case point(x, y, label=label):
            assert (x, y, label) == (1, 2, "a")


class Kept(stdlib.NamedTuple):
    """At the top of a module, where pickle finds it."""

    name: str
    number: int = 3


def test_it_can_be_pickled():
    assert pickle.loads(pickle.dumps(Kept("a"))) == Kept("a", 3)  # noqa: S301  # our own
