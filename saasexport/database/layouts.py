"""How items are put together from their encoded fields.

What depends on the names of the fields alone (their order, which of them vary, a name that stands twice) is worked
out once for each set of names: the items of a feed have few of these.
"""

from collections.abc import Callable, Collection, Iterable
from operator import itemgetter

from saasexport.stdlib import Any, NamedTuple, encode_basestring

# A feed of one's own may name its fields as it likes.
MOST = 1000


class Piece(NamedTuple):
    """Fields in the order of their names, as JSON: a template, and what picks their texts."""

    template: str
    pick: Callable[[list[str]], Any]

    def of(self, texts: list[str]) -> bytes:
        """The fields, from the texts of an item's."""
        text: str = self.template % self.pick(texts)
        return text.encode()


class Layout(NamedTuple):
    """How the fields that the items of an entity share and those of one item make that item."""

    twin: str  # a name that stands twice; empty if none does
    own: Piece  # the opening brace, and the fields that vary
    others: Piece | None  # all others; None where they are what the items share
    unhashed: tuple[str, ...]  # names of the item's own


class Shared:
    """The names of what the items of an entity share, and the layouts of these items."""

    def __init__(self, names: tuple[str, ...], rules: "Layouts") -> None:
        self.names = names
        self.unhashed = rules.unhashed_of(names)
        self.others = piece(rules.others_of(names, 0))
        self._rules = rules
        self._known: dict[tuple[str, ...], Layout] = {}

    def layout(self, names: tuple[str, ...]) -> Layout:
        """The layout of an item that has fields of these names of its own."""
        layout = self._known.get(names)
        if layout is None:
            if len(self._known) >= MOST:
                self._known.clear()
            layout = self._known[names] = self._rules.make(self.names, names)
        return layout


class Layouts:
    """The layouts of a feed."""

    def __init__(self, varying: Collection[str], unhashed: Collection[str], added: Collection[str]) -> None:
        self._varying = frozenset(varying)
        self._unhashed = tuple(unhashed)
        self._added = frozenset(added)  # by the engine, when an item is sent
        self._known: dict[tuple[str, ...], Shared] = {}

    def layout_of(self, names: tuple[str, ...]) -> Shared:
        """The layouts of entities whose items share fields of these names."""
        shared = self._known.get(names)
        if shared is None:
            if len(self._known) >= MOST:
                self._known.clear()
            shared = self._known[names] = Shared(names, self)
        return shared

    def make(self, common: tuple[str, ...], part: tuple[str, ...]) -> Layout:
        """The layout of fields of these names."""
        varying = [(name, at) for at, name in enumerate((*common, *part)) if name in self._varying]
        others = [*self.others_of(common, 0), *self.others_of(part, len(common))]
        varying = [(name, at) for name, at in varying if name not in self._unhashed]
        twins = (set(common) & set(part)) | (self._added & {*common, *part})
        return Layout(
            min(twins, default=""),
            piece(varying, "{", "," if varying and others else ""),
            piece(others) if self.others_of(part, 0) else None,
            self.unhashed_of(part),
        )

    def others_of(self, names: tuple[str, ...], first: int) -> list[tuple[str, int]]:
        """Those that are hashed and do not vary, with their places, which begin at `first`."""
        apart = self._varying.union(self._unhashed)
        return [(name, at) for at, name in enumerate(names, first) if name not in apart]

    def unhashed_of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Those that are not hashed, in the order in which they are sent."""
        return tuple(name for name in self._unhashed if name in names)


def piece(places: Iterable[tuple[str, int]], before: str = "", after: str = "") -> Piece:
    """Fields at these places among an item's, in the order of their names."""
    ordered = sorted(places)
    template = ",".join(encode_basestring(name).replace("%", "%%") + ":%s" for name, _ in ordered)
    return Piece(before + template + after, itemgetter(*(at for _, at in ordered)) if ordered else _pick_nothing)


def _pick_nothing(_: list[str]) -> tuple[()]:
    return ()
