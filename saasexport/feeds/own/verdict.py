"""What is told of a file whose lines were tried: what they miss, what they name, and what no row shows."""

import re
from collections.abc import Iterator

from saasexport.entity_key import EntityId
from saasexport.feed import Shop
from saasexport.feeds.own.checking import Finding
from saasexport.feeds.own.head import Watch
from saasexport.feeds.own.loaded import Loaded
from saasexport.feeds.own.proof import Missed, Proved, Prover
from saasexport.feeds.own.trial import Trial


def findings(loaded: Loaded, shop: Shop, ids: list[EntityId], seconds: float) -> list[Finding]:
    """What a trial of a file's lines says, for as many seconds at most."""
    if not loaded.queries:
        return [Finding(0, "what a module reads is not known, and not proven", False)]
    trial = Trial(loaded, shop, ids, seconds)
    try:
        proved = Prover(trial).prove()
        return list(_describe(trial, proved))
    finally:
        trial.close()


def _describe(trial: Trial, proved: Proved) -> Iterator[Finding]:
    for table in dict.fromkeys(proved.tables):
        yield from _of_table(trial, proved, table)
    if not proved.is_whole:
        text = f"the time was over when {proved.entities} of {proved.of} entities were tried; more: --prove SECONDS"
        yield Finding(0, text, False)


def _of_table(trial: Trial, proved: Proved, table: str) -> Iterator[Finding]:
    lines = trial.lines_of(table)
    line = lines[0].line if lines else trial.loaded.first_reading(table)
    if missed := proved.missed.get(table):
        change = f"its {trial.copy.table(table).in_words(missed[0].places)} {_agreeing(missed[0])}"
        remedy = propose(trial, missed[0])
        if lines:
            would = f": {remedy} would" if remedy else "; a via that finds it, or -- everything:, is needed"
            would = "" if trial.is_late and not remedy else would
            text = f"{table}: when {change}, entity {missed[0].entity} changes, and no line names it{would}"
            yield Finding(line, text)
            return
        would = f"; {remedy} would name it" if remedy else f"; only -- everything: {shown_name(table)} is known to"
        would = "" if trial.is_late and not remedy else would
        text = f"{table}: no line names it, and when {change}, entity {missed[0].entity} changes{would}"
        yield Finding(line, text, False)
    elif table not in proved.shown:
        reason = ": no row shows what a change of it leads to" if proved.is_whole else " in this time"
        yield Finding(line, f"{table}: not proven{reason}", False)
    elif not lines and table == trial.feed.entity[0]:
        own = show(Watch(0, *trial.feed.entity))
        # Where queries open it more than once, every item is compared until it is said.
        which = "which is to be said" if table in trial.loaded.compared else "which need not be said"
        yield Finding(line, f"{table}: proven: {own}, {which}, covers every change tried", False)
    else:
        yield Finding(line, f"{table}: proven: its lines cover every change tried", False)
        for each in lines:
            if each not in proved.needed:
                yield Finding(each.line, f"{show(each)}: not needed: another line covers it in this shop", False)


def _agreeing(missed: Missed) -> str:
    """What was done with the row, or with the rows."""
    if len(missed.places) == 1:
        return missed.change
    return re.sub("^(is|has) ", lambda verb: {"is": "are ", "has": "have "}[verb[1]], missed.change)


def propose(trial: Trial, missed: Missed) -> str:
    """The line that names the entity of a change, and in this shop whatever the table's rows concern; empty if none."""
    if trial.is_late:
        return ""
    ranked: list[tuple[int, bool, int, bool, str]] = []
    used = {line.via for line in trial.loaded.head.watches}
    trial.reduce_to(missed.table)
    for line in candidates(trial, missed.table):
        if trial.is_late:
            break
        away = distance(trial, line)
        if away is None or trial.places([line], missed.entity).isdisjoint(missed.places):
            continue
        if is_enough(trial, missed.table, [line]):
            # A via that no line uses was written for one that is not there.
            ranked.append((away, line.via in {*used, ""}, trial.naming(line).breadth, bool(line.via), show(line)))
    return min(ranked)[4] if ranked else ""


# A distance at which a column holds keys by chance, if at all.
BY_CHANCE = 2


def distance(trial: Trial, line: Watch) -> int | None:
    """How far a column's values are from the keys that a via takes; None: they are no such keys."""
    table = trial.copy.table(line.table)
    taken = _names_in_use(trial, line.via)
    if domain := table.domain(line.column):
        return 0 if domain in taken else 1 if "" in taken or not taken else None
    rows, values = table.variety(line.column)
    if rows == 1:
        return None  # of one row anything may be a key
    # What is always the same, as a switch, may be the key of something; so may any number where a table says its keys.
    if taken & table.likely_domains(line.column):
        return 0
    query = trial.loaded.vias.get(line.via)
    is_used = query is not None and line.column in query.reads.columns.get(table.name, ())
    is_key = values > 1 and (is_used or not table.foreign_keys)
    return 1 if is_key else BY_CHANCE


def _names_in_use(trial: Trial, via: str) -> set[str]:
    """The tables whose keys a via takes, as its lines show, else as what it reads does; empty for what is unknown."""
    lines = [each for each in trial.loaded.head.watches if each.via == via] if via else [trial.own]
    columns = {(each.table, each.column) for each in lines}
    if not lines:
        reads = trial.loaded.vias[via].reads.columns
        kinds = {name: read for name, read in reads.items() if trial.copy.schema.kind(name) == "table"}
        columns = {(name, column) for name, read in kinds.items() for column in read - {""}}
    tables = [(trial.copy.table(name), column) for name, column in columns]
    likely = set().union(*(table.likely_domains(column) for table, column in tables))
    return {table.domain(column) for table, column in tables} | likely


def candidates(trial: Trial, table: str) -> Iterator[Watch]:
    """The lines that might be said of a table: each column, alone and with each via of the file."""
    vias = ["", *trial.loaded.vias]
    for column in trial.copy.table(table).columns:
        for via in vias:
            yield Watch(0, table, column, via)


def is_enough(trial: Trial, table: str, more: list[Watch]) -> bool:
    """Whether a table's lines with some more name each entity by all rows that matter to it."""
    lines = [*trial.watching(table), *more]
    return all(not trial.is_late and trial.is_same(each, {table: trial.places(lines, each)}) for each in trial.ids)


def show(line: Watch) -> str:
    """A line as the head of a file says it."""
    if not line.column:
        return f"-- everything: {shown_name(line.table)}"
    if line.values:
        values = ", ".join(str(v) if isinstance(v, int) else "'" + v.replace("'", "''") + "'" for v in line.values)
        return f"-- everything: {shown_name(line.table)}.{shown_name(line.column)} in ({values})"
    via = f" via {line.via}" if line.via else ""
    return f"-- watch: {shown_name(line.table)}.{shown_name(line.column)}{via}"


def shown_name(name: str) -> str:
    """A name as a line takes it, in quotes if it must."""
    return name if re.fullmatch(r"[^\s.\",()]+", name) else f'"{name}"'
