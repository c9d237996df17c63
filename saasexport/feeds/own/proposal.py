"""The watch lines that a file lacks, proven on a copy of the shop: for `feeds watch`.

What is proposed names every change that the copy can show, and is tried once more
together with the rest of the file.  A table of which no row shows anything stays
without a line: every item is compared then, which is slow and loses nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, groupby, islice

from saasexport.entity_key import EntityId
from saasexport.feed import Shop
from saasexport.feeds.own import verdict
from saasexport.feeds.own.head import Watch
from saasexport.feeds.own.loaded import Loaded
from saasexport.feeds.own.proof import Proved, Prover
from saasexport.feeds.own.trial import Trial
from saasexport.feeds.own.ways import Way, ways
from saasexport.shapes.declared import directives, lines_of
from saasexport.stdlib import NamedTuple

# How long lines are looked for, and how long those that were chosen are proven.
SECONDS = 120.0
PROOF = 15.0

# Lines of a table at most, and entities by which candidates are ranked before one is tried with all.
MOST_LINES = 3
SOME = 30

# How many candidates are tried two by two where none is enough.
MOST_OF_TWO = 12

# Rows by which a line that is proposed names an entity, on average, at most.
BROADEST = 1_000

# Loads a text in the place of the file's.
Load = Callable[[str], Loaded]


@dataclass
class Proposal:
    """What is proposed for a file."""

    lines: list[Watch] = field(default_factory=list)
    vias: dict[str, str] = field(default_factory=dict)  # of those lines, which the file does not have: name -> query
    unsolved: list[str] = field(default_factory=list)  # tables for which no line is enough
    unshown: list[str] = field(default_factory=list)  # tables without a line of which no row shows anything
    is_whole: bool = True  # False: the time was over

    @property
    def text(self) -> str:
        """The lines, and the queries of their vias, as a file has them."""
        queries = [f"\n-- name: via_{name}\n{query};" for name, query in self.vias.items()]
        return "".join(f"{each}\n" for each in [*map(verdict.show, self.lines), *queries])


class _Candidate(NamedTuple):
    line: Watch
    distance: int  # of its values from keys that its via takes
    steps: int  # of foreign keys, 0: the file has the via


def propose(text: str, load: Load, shop: Shop, ids: list[EntityId], seconds: float = SECONDS) -> Proposal:
    """The lines that a file lacks; `ids` are the entities that are tried, for some seconds at each step."""
    proposal = Proposal()
    loaded = load(text)
    assert loaded.feed is not None  # noqa: S101  # the caller looked
    proved = _prove(loaded, shop, ids, seconds)
    proposal.is_whole = proved.is_whole
    compared = [table for table in loaded.compared if table in proved.tables]
    proposal.unshown = [table for table in compared if table not in proved.missed and table not in proved.shown]
    lines, queries, is_over = _search(text, load, shop, (ids, seconds), list(proved.missed))
    proposal.is_whole = proposal.is_whole and not is_over
    table, column = loaded.feed.entity
    if table in compared and table in proved.shown and table not in proved.missed:
        lines[table] = [Watch(0, table, column)]
    while lines:
        proposal.lines, proposal.vias = _rename(
            [line for chosen in lines.values() for line in chosen], queries, list(loaded.vias)
        )
        again = _prove(load(with_lines(text, proposal)), shop, ids, max(PROOF, seconds / 4))
        proposal.is_whole = proposal.is_whole and again.is_whole
        if not (wrong := set(again.missed) & set(lines)):
            break
        lines = {table: chosen for table, chosen in lines.items() if table not in wrong}
    else:
        proposal.lines, proposal.vias = [], {}
    proposal.unsolved = [table for table in proved.missed if table not in lines]
    return proposal


def with_lines(text: str, proposal: Proposal) -> str:
    """The text of a file with what is proposed: lines behind the last of their kind, queries at the end."""
    ending = "\r\n" if "\r\n" in text else "\n"
    place = max(each.line for each in directives(text) if each.word in ("entity", "watch", "everything", "unwatched"))
    lines = lines_of(text)
    lines[place:place] = map(verdict.show, proposal.lines)
    while proposal.vias and lines and not lines[-1].strip():
        lines.pop()
    if proposal.vias and not lines[-1].rstrip().endswith(";"):
        lines[-1] += ";" if "--" not in lines[-1] else "\n;"
    for name, query in proposal.vias.items():
        lines += ["", f"-- name: via_{name}", *f"{query};".split("\n")]
    return ending.join(lines) + (ending if proposal.vias else "")


def _prove(loaded: Loaded, shop: Shop, ids: list[EntityId], seconds: float) -> Proved:
    trial = Trial(loaded, shop, ids, seconds)
    try:
        return Prover(trial).prove()
    finally:
        trial.close()


def _search(
    text: str, load: Load, shop: Shop, tried: tuple[list[EntityId], float], tables: list[str]
) -> tuple[dict[str, list[Watch]], dict[str, str], bool]:
    """The lines of each table for which some are enough, the queries that they may go by, whether the time was over."""
    loaded = load(text)
    assert loaded.feed is not None  # noqa: S101  # the caller looked
    own = list(loaded.vias)
    queries: dict[str, str] = {}
    lines: dict[str, list[Watch]] = {}
    trial = Trial(loaded, shop, *tried)
    try:
        by_table = {
            table: [
                _Candidate(Watch(0, way.table, way.column, _name(way, queries, own)), 0, way.steps if way.query else 0)
                for way in ways(trial.copy.connection, trial.copy.schema, table, loaded.feed.entity, set(trial.tables))
            ]
            for table in tables
        }
    finally:
        trial.close()
    trial = Trial(load(with_lines(text, Proposal(vias=queries))), shop, *tried)
    try:
        for table in tables:
            chosen = [] if trial.is_over else _choose(trial, table, [*by_table[table], *_of_file(trial, table, own)])
            if chosen:
                lines[table] = chosen
        is_over = trial.is_over
    finally:
        trial.close()
    return lines, queries, is_over


def _name(way: Way, queries: dict[str, str], taken: Iterable[str]) -> str:
    """The name of a way's via, which is added to the queries; ways with one query share it."""
    if not way.query:
        return ""
    stem = name = re.sub(r"\W", "_", way.keys_of, flags=re.ASCII)
    number = 1
    while name in taken or queries.get(name, way.query) != way.query:
        number += 1
        name = f"{stem}_{number}"
    queries[name] = way.query
    return name


def _rename(lines: list[Watch], queries: dict[str, str], taken: list[str]) -> tuple[list[Watch], dict[str, str]]:
    """Lines and the queries that they go by, whose names are numbered without gaps."""
    names: dict[str, str] = {}
    for line in lines:
        if line.via in queries and line.via not in names:
            stem = re.sub(r"_\d+$", "", line.via)
            free = (f"{stem}_{number}" if number else stem for number in (0, *range(2, len(queries) + len(taken) + 3)))
            names[line.via] = next(name for name in free if name not in (*names.values(), *taken))
    vias = {other: queries[name] for name, other in names.items()}
    return [line._replace(via=names.get(line.via, line.via)) for line in lines], vias


def _of_file(trial: Trial, table: str, vias: list[str]) -> list[_Candidate]:
    """Each column of a table, alone and with each via that the file had before."""
    lines = [line for line in verdict.candidates(trial, table) if line.via in ("", *vias)]
    distances = [(line, verdict.distance(trial, line)) for line in lines]
    return [_Candidate(line, far, 0) for line, far in distances if far is not None and far < verdict.BY_CHANCE]


def _choose(trial: Trial, table: str, candidates: list[_Candidate]) -> list[Watch]:
    """The lines that name every entity for which a table's rows matter; none if there are no such lines."""
    trial.reduce_to(table)
    chosen: list[Watch] = []
    by_line = {each.line: each for each in reversed(candidates)}
    candidates = list(by_line.values())
    failing = _failing(trial, table, chosen, trial.ids)
    if not failing:  # only rows with other values matter: what is named by keys is tried, and proven or not
        return [each.line for each in islice(_naming(trial, [c for c in candidates if not c.distance], trial.ids), 1)]
    while failing:
        some = failing[:SOME]
        others = [each for each in candidates if each.line not in chosen]
        more = _best(trial, table, chosen, some, ((each,) for each in _naming(trial, others, failing)))
        if not more:
            others.sort(key=lambda each: each.distance)
            keys = islice((each for each in others if _names(trial, each, failing)), MOST_OF_TWO)
            more = _best(trial, table, chosen, some, combinations(keys, 2))
        chosen += more
        if not more or len(chosen) > MOST_LINES or trial.is_over:
            return []
        failing = _failing(trial, table, chosen, trial.ids)
    for line in chosen[:-1]:
        others_chosen = [each for each in chosen if each is not line]
        if not _failing(trial, table, others_chosen, trial.ids):
            chosen = others_chosen
    return chosen


def _best(
    trial: Trial, table: str, chosen: list[Watch], failing: list[EntityId], groups: Iterable[tuple[_Candidate, ...]]
) -> list[Watch]:
    """The lines, of those that might be added together, with which the fewest entities go on failing."""
    best: list[Watch] = []
    fewest = len(failing)
    for group in groups:
        lines = [each.line for each in group]
        left = len(_failing(trial, table, [*chosen, *lines], failing, chosen))
        if left < fewest:
            best, fewest = lines, left
        if left == 0 or trial.is_over:
            break
    return best


def _names(trial: Trial, candidate: _Candidate, ids: Iterable[EntityId]) -> bool:
    """Whether a line names any of these, and not by so many rows that `everything` would do."""
    naming = trial.naming(candidate.line)
    return naming.breadth <= BROADEST * len(naming.entities) and not naming.entities.isdisjoint(ids)


def _naming(trial: Trial, candidates: list[_Candidate], ids: Iterable[EntityId]) -> Iterator[_Candidate]:
    """Those that name any of some entities, the likeliest first; whom one names is seen when its turn comes."""
    for _, alike in groupby(sorted(candidates, key=_rank), _rank):
        naming = [each for each in alike if _names(trial, each, ids)]
        yield from sorted(naming, key=lambda each: (trial.naming(each.line).breadth, each.line))


def _rank(candidate: _Candidate) -> tuple[bool, int, bool, int]:
    """Which of several is taken: the author of a via knows more of the shop than its foreign keys say."""
    line, distance, steps = candidate
    is_by_chance = distance > 0 and (steps > 0 or not line.via)
    return is_by_chance, steps, bool(line.via), distance


def _failing(
    trial: Trial, table: str, lines: list[Watch], ids: list[EntityId], before: list[Watch] | None = None
) -> list[EntityId]:
    """The entities that give something else without the rows by which no line names them.

    Those that `before` names by the same rows are known to.
    """
    failing = []
    for entity_id in ids:
        places = trial.places([*trial.watching(table), *lines], entity_id)
        is_known = before is not None and places == trial.places([*trial.watching(table), *before], entity_id)
        if is_known or not trial.is_same(entity_id, {table: places}):
            failing.append(entity_id)
    return failing
