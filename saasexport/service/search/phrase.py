"""What a typed phrase finds in a store view's index, and how well it fits."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from saasexport.queries import beside
from saasexport.service.search.memory import bitmap
from saasexport.service.search.words import STOP_WORDS, distance, fold, words

SQL = beside(__file__)

# What a hit is worth in keys, name, category, and attributes of the three weights.
WEIGHTS = "10.0, 8.0, 3.0, 6.0, 3.0, 1.0"
FIELDS = ("name", "keys", "category", "strong", "middle", "weak")

PHRASE_BONUS, FIELD_BONUS = 12.0, 4.0

LONGEST_PREFIX = 20
MOST_TERMS = 50

MOST_SUGGESTIONS = 5

# Words of a phrase; a longer one is no question.
MOST_WORDS = 20


class Hits(NamedTuple):
    """The products found, their scores, the synonyms that were used, and what was searched for instead."""

    members: int
    scores: dict[int, float]
    related: tuple[str, ...] = ()
    corrected: str = ""
    terms: tuple[str, ...] = ()


class Synonym(NamedTuple):
    """Words that stand for others."""

    words: tuple[str, ...]
    others: tuple[tuple[str, ...], ...]

    @property
    def key(self) -> tuple[str, ...]:
        """What has to be typed: the words that say something."""
        return tuple(word for word in self.words if word not in STOP_WORDS) or self.words


class Group(NamedTuple):
    """What has to match: one of some word sequences, the last of which may go on where it was typed."""

    typed: list[tuple[str, ...]]
    others: tuple[tuple[str, ...], ...] = ()


class PhraseIndex:
    """The texts of one store view."""

    def __init__(self, db: sqlite3.Connection, view: int, synonyms: Iterable[Synonym] = ()) -> None:
        self._db = db
        self._view = view
        self._synonyms = list(synonyms)

    def find(self, phrase: str, allowed: int, with_scores: bool) -> Hits:
        """What a phrase finds of what is allowed: exactly, else by words that begin so, by parts of SKUs, or with an
        edit a word."""
        groups, related = self._groups(fold(phrase))
        if not groups:
            return Hits(0, {})
        terms = tuple(word for group in groups for choice in (*group.typed, *group.others) for word in choice)
        for scores in self._attempts(groups, phrase, with_scores):
            if members := bitmap(scores) & allowed:
                return Hits(members, scores, related, "", terms)
        repaired = self._correct(groups)
        scores = self._matches(repaired, with_scores) if repaired else {}
        members = bitmap(scores) & allowed
        if not repaired or not members:
            return Hits(0, {}, related)
        corrected = " ".join(" ".join(group.typed[0]) for group in repaired)
        return Hits(members, scores, related, corrected, tuple(corrected.split()))

    def _attempts(self, groups: list[Group], phrase: str, with_scores: bool) -> Iterator[dict[int, float]]:
        yield self._matches(groups, with_scores)
        yield self._matches(self._complete(groups), with_scores)
        yield self._by_part_of_sku(phrase)

    def suggestions(self, phrase: str, allowed: int, is_all: bool) -> list[tuple[int, str]]:
        """Beginnings of names that go on from what was typed, with the number of products that have them."""
        start = " ".join(words(fold(phrase)))
        if len(start) < 2:
            return []
        most = MOST_SUGGESTIONS if is_all else MOST_TERMS
        values = {"view_id": self._view, "first": start, "end": start + "\U0010ffff", "most": most}
        rows = self._db.execute(SQL.suggestions, values).fetchall()
        return [(products, term) for term, products in rows if is_all or self._is_named_so(term, allowed)]

    def _is_named_so(self, term: str, allowed: int) -> bool:
        """Whether one of the allowed products has these words in its name."""
        select = f"select rowid from search_{self._view} where search_{self._view} match ?"
        return any(allowed >> number & 1 for (number,) in self._db.execute(select, (f'name : "{term}"',)))

    def _groups(self, folded: str) -> tuple[list[Group], tuple[str, ...]]:
        """The phrase as what has to match, and the synonyms in it."""
        chunks = [row for part in folded.split()[:MOST_WORDS] if (row := tuple(words(part)))]
        if any(chunk[0] not in STOP_WORDS for chunk in chunks if len(chunk) == 1) or any(len(c) > 1 for c in chunks):
            chunks = [chunk for chunk in chunks if len(chunk) > 1 or chunk[0] not in STOP_WORDS]
        groups: list[Group] = []
        related: list[str] = []
        at = 0
        while at < len(chunks):
            for synonym in self._synonyms:
                size = len(synonym.key)
                if tuple(word for chunk in chunks[at : at + size] for word in chunk) == synonym.key:
                    groups.append(Group([synonym.words], synonym.others))
                    related += [" ".join(other) for other in synonym.others]
                    at += size
                    break
            else:
                chunk = chunks[at]
                groups.append(Group([chunk, ("".join(chunk),)] if len(chunk) > 1 else [chunk]))
                at += 1
        return groups, tuple(related)

    def _matches(self, groups: list[Group], with_scores: bool) -> dict[int, float]:
        query = expression(groups)
        if not query:
            return {}
        if not with_scores:
            select = f"select rowid from search_{self._view} where search_{self._view} match ?"
            return {number: 0.0 for (number,) in self._db.execute(select, (query,))}
        ranked = (
            f"select rowid, round(-bm25(search_{self._view}, {WEIGHTS}), 6) from search_{self._view}"
            f" where search_{self._view} match ?"
        )
        scores: dict[int, float] = dict(self._db.execute(ranked, (query,)))
        if len(groups) > 1 and scores:
            together = Group([tuple(word for group in groups for word in group.typed[0])])
            for bonus, better in (
                (PHRASE_BONUS, expression([together])),
                (FIELD_BONUS, " OR ".join(f"{{{field}}} : ({query})" for field in FIELDS)),
            ):
                select = f"select rowid from search_{self._view} where search_{self._view} match ?"
                for (number,) in self._db.execute(select, (better,)):
                    if number in scores:
                        scores[number] += bonus
        return scores

    def _terms(self, start: str, end: str) -> list[tuple[str, int]]:
        values = {"view_id": self._view, "first": start, "end": end}
        return self._db.execute(SQL.terms, values).fetchall()

    def _complete(self, groups: list[Group]) -> list[Group]:
        """The last word as every word that begins so: the index has stems, which may end before."""
        last = groups[-1].typed[0]
        if len(last) != 1 or len(last[0]) < 2:
            return []
        rows = sorted(self._terms(last[0], last[0] + "\U0010ffff"), key=lambda row: (-row[1], row[0]))[:MOST_TERMS]
        return [*groups[:-1], Group([(term,) for term, _ in rows])] if rows else []

    def _by_part_of_sku(self, phrase: str) -> dict[int, float]:
        """Products whose SKU, without its signs, holds what was typed."""
        typed = "".join(words(fold(phrase)))
        if len(typed) < (3 if re.search("[0-9]", typed) else 4):
            return {}
        rows = self._db.execute(SQL.skus, {"view_id": self._view})
        return {number: 1.0 for number, sku in rows if typed in "".join(words(sku))}

    def _correct(self, groups: list[Group]) -> list[Group] | None:
        """The phrase with each word that nobody writes replaced by the nearest one; None if there is none."""
        repaired: list[Group] = []
        is_changed = False
        for group in groups:
            row = []
            for word in group.typed[0]:
                is_there = self._terms(word, word + "\x00")
                better = word if is_there else self._nearest(word)
                if better is None:
                    return None
                is_changed |= better != word
                row.append(better)
            repaired.append(Group([tuple(row)]))
        return repaired if is_changed else None

    def _nearest(self, word: str) -> str | None:
        if len(word) < 3 or word in STOP_WORDS or any(sign.isdigit() for sign in word):
            return None
        most = 2 if len(word) > 7 else 1
        first = self._terms(word[0], word[0] + "\U0010ffff")
        for candidates in (first, None):
            rows = self._terms("", "\U0010ffff") if candidates is None else candidates
            near = [
                (edits, -documents, term)
                for term, documents in rows
                if term not in STOP_WORDS
                and abs(len(term) - len(word)) <= most
                and (edits := distance(word, term, most)) <= most
            ]
            if near:
                return min(near)[2]
        return None


def expression(groups: list[Group]) -> str:
    """The question in the language of the index; every word is quoted, the last that was typed may go on."""
    parts = []
    for at, group in enumerate(groups):
        is_last = at == len(groups) - 1
        choices = ['"' + " ".join(other) + '"' for other in group.others]
        for choice in group.typed:
            quoted = '"' + " ".join(choice) + '"'
            choices.append(quoted + " *" if is_last and choice and 1 < len(choice[-1]) <= LONGEST_PREFIX else quoted)
        parts.append("(" + " OR ".join(choices) + ")")
    return " AND ".join(parts)
