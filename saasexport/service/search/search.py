"""One search: what the phrase finds, what the filter leaves of it, in which order, and the facets beside it."""

import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from heapq import nlargest, nsmallest
from itertools import chain, islice

from saasexport.service.catalog.catalog import Catalog
from saasexport.service.catalog.categories import Category, Tree
from saasexport.service.search.facets import Facets
from saasexport.service.search.filters import Filters
from saasexport.service.search.memory import ViewMemory, bitmap, numbers_of
from saasexport.service.search.merchandising import NOTHING, Merchandise, merchandise
from saasexport.service.search.phrase import MOST_SUGGESTIONS, Hits, PhraseIndex
from saasexport.service.search.query import (
    LONGEST_PART,
    LONGEST_PHRASE,
    MOST_CLAUSES,
    MOST_PER_PAGE,
    MOST_SORTS,
    MOST_VALUES,
    Facet,
    Query,
    Result,
    SearchError,
    Sort,
)
from saasexport.service.search.sorting import Orders
from saasexport.service.search.words import fold, words
from saasexport.service.settings import Settings

# More than any tree has.
MOST_LEVELS = 100

IN_CATEGORY = ("categoryPath", "categories", "categoryIds")

OF_EVERY_SHOP = ("relevance", "price", "name", "position", "inStock", "newest")


class Search:
    """Answers the questions of one scope."""

    def __init__(
        self, db: sqlite3.Connection, view: int, memory: ViewMemory, catalog: Catalog, settings: Settings
    ) -> None:
        self._db = db
        self._view = view
        self._memory = memory
        self._catalog = catalog
        self._settings = settings
        self._filters = Filters(memory, catalog)
        self._index = PhraseIndex(db, view, settings.synonyms_of(catalog.scope.view.code))

    def answer(self, query: Query) -> Result:
        """The answer; SearchError if it is no question."""
        phrase = query.phrase.replace("\0", "").strip()
        _check(query, phrase)
        warnings: list[tuple[str, str]] = []
        sorts = self._sorts(query, phrase, warnings)
        shown = self._memory.of_group("shown", "", self._catalog.scope.group)
        hits = self._index.find(phrase, shown, with_scores=not sorts) if phrase else Hits(shown, {})
        if hits.corrected:
            warnings.append(("CORRECTED_PHRASE", f"nothing was found for {phrase!r}, so {hits.corrected!r} is shown"))
        within = hits.members
        conditions = [(clause.attribute, self._filters.bits(clause)) for clause in query.clauses]
        rules = self._merchandise(query, phrase, sorts, conditions)
        within = within & ~rules.hidden | rules.at_places
        members = within
        for _, bits in conditions:
            members &= bits
        page = self._page(query, members, hits, sorts, rules)
        total = members.bit_count()
        if query.page > max(1, -(-total // query.size)):
            raise SearchError(f"current_page {query.page} is beyond the last page, {max(1, -(-total // query.size))}")
        skus = self._memory.skus
        return Result(
            total,
            [skus[number] for number in page],
            query.page,
            query.size,
            self._facets(query, within, conditions, phrase) if query.with_facets else [],
            self._suggestions(phrase, shown, hits),
            list(hits.related),
            [*warnings, *self._filters.warnings],
            hits.terms,
            {skus[number]: rule for number, rule in rules.applied.items() if number in skus},
        )

    def _suggestions(self, phrase: str, shown: int, hits: Hits) -> list[str]:
        """How names of products and of categories go on, those of most products first; before all what was meant."""
        rows = self._index.suggestions(phrase, shown, shown == self._memory.every)
        start = " ".join(words(fold(phrase)))
        for category, name in _names_of(self._catalog.tree) if len(start) > 1 else ():
            if name.startswith(start) and "active" in category.roles and self._catalog.shows(category):
                count = (self._members_below(category) & shown).bit_count()
                rows += [(count, name)] if count else []
        ranked = dict.fromkeys(term for _, term in sorted(rows, key=lambda row: (-row[0], len(row[1]), row[1])))
        return list(dict.fromkeys([*([hits.corrected] if hits.corrected else ()), *ranked]))[:MOST_SUGGESTIONS]

    def _members_below(self, category: Category) -> int:
        """The products of a category and those below it: not every one has the products of those below."""
        members = 0
        for row in self._catalog.tree.below(category, MOST_LEVELS):
            members |= self._memory.bits.get("category", {}).get(row.id, 0)
        return members

    def _merchandise(
        self, query: Query, phrase: str, sorts: tuple[Sort, ...], conditions: list[tuple[str, int]]
    ) -> Merchandise:
        """What the rules do, which is nothing under another order than the default one."""
        if any(sort.attribute != "position" for sort in sorts):
            return NOTHING
        rules = self._settings.rules(phrase, self._category(query), self._catalog.scope.view.code)
        allowed = self._memory.of_group("shown", "", self._catalog.scope.group)
        for _, bits in conditions:
            allowed &= bits
        return merchandise(rules, self._numbers, allowed) if rules else NOTHING

    def _page(
        self, query: Query, members: int, hits: Hits, sorts: tuple[Sort, ...], rules: Merchandise
    ) -> list[int]:
        """The products of a page; pins take their places before the pages are cut."""
        rest = members & ~rules.at_places
        parts = [rest & rules.boosted, rest & ~rules.boosted & ~rules.buried, rest & rules.buried]
        orders = Orders(self._memory, self._catalog.scope.group, self._positions(query, sorts))
        first = (query.page - 1) * query.size
        wanted = first + query.size
        ordered = chain.from_iterable(
            orders.sort(part, sorts or (Sort("newest"),))
            if sorts or not hits.scores
            else self._by_relevance(part, hits.scores, wanted)
            for part in parts
            if part
        )
        if not rules.pinned:
            return list(islice(ordered, first, wanted))
        rows: list[int] = []
        late = sorted(rules.pinned.items())
        while len(rows) < wanted:
            if late and (late[0][0] <= len(rows) + 1):
                rows.append(late.pop(0)[1])
                continue
            following = next(ordered, None)
            if following is None:
                rows += [number for _, number in late]
                break
            rows.append(following)
        return rows[first:wanted]

    def _by_relevance(self, members: int, scores: dict[int, float], wanted: int) -> Iterator[int]:
        """The best first, as many as are wanted; what cannot be had comes last."""
        stock = self._memory.bits.get("stock", {}).get("true", 0)
        left = wanted
        for part in (members & stock, members & ~stock):
            best = self._best(list(numbers_of(part)), scores, left)
            yield from best
            left -= len(best)

    def _best(self, numbers: list[int], scores: dict[int, float], wanted: int) -> list[int]:
        """The first ones of an order in which the SKU decides between equal scores."""
        if wanted <= 0:
            return []
        if len(numbers) > wanted:
            # Only a page is looked at: to sort the rest would be most of the work.
            least = nlargest(wanted, map(scores.__getitem__, numbers))[-1]
            numbers = [number for number in numbers if scores[number] >= least]
        skus = self._memory.skus
        return nsmallest(wanted, numbers, key=lambda number: (-scores[number], skus[number]))

    def _sorts(self, query: Query, phrase: str, warnings: list[tuple[str, str]]) -> tuple[Sort, ...]:
        rows = []
        for sort in query.sorts:
            attribute = self._catalog.attributes.get(sort.attribute)
            if sort.attribute not in OF_EVERY_SHOP and not (attribute and attribute.is_sortable):
                raise SearchError(f"{sort.attribute[:60]} is not sortable: set 'Used for Sorting in Product Listing'")
            if sort.attribute == "position" and not self._categories(query):
                warnings.append(("EMPTY_CATEGORY_PATH", "position needs a filter on categoryPath, and was ignored"))
            elif sort.attribute != "relevance":
                rows.append(sort)
        if not rows and not phrase and self._categories(query):
            rows.append(Sort("position"))
        return tuple(rows)

    def _categories(self, query: Query) -> list[str]:
        """The one category that a filter names, if it is one."""
        for clause in query.clauses:
            if clause.attribute in IN_CATEGORY and len(clause.values or ()) == 1:
                is_id = clause.attribute == "categoryIds"
                return list(clause.values or ()) if is_id else self._filters.category_ids(clause) or ["?"]
        return []

    def _category(self, query: Query) -> str | None:
        ids = self._categories(query)
        category = self._catalog.tree.by_id.get(ids[0]) if ids else None
        return category.url_path if category else None

    def _positions(self, query: Query, sorts: tuple[Sort, ...]) -> dict[int, int] | None:
        if not any(sort.attribute == "position" for sort in sorts):
            return None
        select = "select document, position from catalog_place where view_id = ? and category_id = ?"
        return dict(self._db.execute(select, (self._view, self._categories(query)[0])))

    def _numbers(self, sku: str) -> int:
        select = "select document from catalog_product where view_id = ? and folded = ? and body is not null"
        return bitmap(number for (number,) in self._db.execute(select, (self._view, sku.casefold())))

    def _facets(self, query: Query, within: int, conditions: list[tuple[str, int]], phrase: str) -> list[Facet]:
        def count(attribute: str) -> int:
            members = within
            for name, bits in conditions:
                if name != attribute:
                    members &= bits
            return members

        paths = [clause.values or () for clause in query.clauses if clause.attribute == "categoryPath"]
        parents = [path.strip("/") for values in paths for path in values]
        in_category = any(clause.attribute in IN_CATEGORY for clause in query.clauses)
        codes = [
            attribute.code
            for attribute in self._catalog.attributes.values()
            if attribute.is_facet
            and (attribute.is_filterable_in_search or (attribute.is_filterable and (in_category or not phrase)))
        ]
        facets = Facets(self._memory, self._catalog, count, query.clauses)
        return facets.all(self._settings.facets, codes, parents or None)


@lru_cache(8)
def _names_of(tree: Tree) -> list[tuple[Category, str]]:
    """The categories, and their names as they are compared with what is typed."""
    return [(row, " ".join(words(fold(row.name)))) for row in tree.by_id.values() if row.url_path]


def _check(query: Query, phrase: str) -> None:
    if len(phrase) > LONGEST_PHRASE:
        raise SearchError(f"the phrase has more than {LONGEST_PHRASE} characters")
    if query.page < 1:
        raise SearchError("current_page: expected a number from 1 on")
    if not 1 <= query.size <= MOST_PER_PAGE:
        raise SearchError(f"page_size: expected a number from 1 to {MOST_PER_PAGE}")
    if len(query.clauses) > MOST_CLAUSES or any(len(row.values or ()) > MOST_VALUES for row in query.clauses):
        raise SearchError(f"filter: at most {MOST_CLAUSES} conditions with {MOST_VALUES} values each")
    if any(len(row.starts_with or row.contains or "") > LONGEST_PART for row in query.clauses):
        raise SearchError(f"filter: startsWith and contains take at most {LONGEST_PART} characters")
    if len(query.sorts) > MOST_SORTS:
        raise SearchError(f"sort: at most {MOST_SORTS} attributes")
