"""The page of a search or of a category: what it finds, and the facets to narrow it by."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from saasexport.service.catalog.categories import Category
from saasexport.service.connected import Answers
from saasexport.service.search.query import Bucket, Facet, Result
from saasexport.service.storefront import pages
from saasexport.service.storefront.answers import Parameters, query_of
from saasexport.service.storefront.pages import CURRENT, Addresses
from saasexport.web import templates
from saasexport.web.templates import Markup

HTML = templates.beside(__file__)

PAGE_SIZE = 24

# Values of a facet on the page.
MOST_VALUES = 12


class Listing:
    """One page of what is found."""

    def __init__(self, answers: Answers, parameters: Parameters) -> None:
        self._answers = answers
        self._parameters = parameters
        self._addresses = Addresses(parameters)
        self._filters = parameters.all("filter")
        self._path = parameters.one("category").strip("/")
        self._category: Category | None = answers.catalog.tree.by_path.get(self._path) if self._path else None

    def page(self) -> Markup:
        """The whole page."""
        result = self._answers.search(query_of(self._parameters, PAGE_SIZE))
        phrase = self._parameters.one("q")
        title = f"Search for {phrase}" if phrase else "All products"
        if self._category:
            title = self._category.name if not phrase else f"{title} in {self._category.name}"
        cards = [pages.card(product, self._addresses) for product in self._answers.products(result.skus)]
        body = HTML.page(
            trail=self._trail(),
            title=title,
            total=f"{result.total:,} {'product' if result.total == 1 else 'products'}",
            notes=[HTML.note(text=f"{text[:1].upper()}{text[1:]}.") for _, text in result.warnings],
            children=[self._suggestions(result), self._children()],
            facets=[self._facet(facet) for facet in result.facets],
            cards=pages.HTML.cards(cards=cards) if cards else pages.HTML.mark(text="Nothing was found."),
            paging=self._paging(result),
        )
        form = pages.form(self._answers, self._parameters, result.suggestions, ("category", "filter"))
        return pages.frame(title, body, self._addresses, form, self._answers.scope.environment)

    def _here(self, **changes: Any) -> str:
        """The address of this page with something changed; another page begins at its first part."""
        now = {
            "q": self._parameters.one("q"),
            "category": self._path,
            "filter": self._filters,
            "sort": self._parameters.one("sort"),
        }
        return self._addresses.listing(**{**now, **changes})

    def _trail(self) -> Markup | str:
        if not self._category:
            return ""
        above = [row for row in self._answers.catalog.tree.parents(self._category) if row.url_path]
        links = [pages.HTML.link(href=self._addresses.listing(), text="All products")]
        links += [
            pages.HTML.link(href=self._addresses.listing(category=row.url_path), text=row.name) for row in above
        ]
        return HTML.trail(links=templates.join(links, " / "))

    def _children(self) -> Markup | str:
        """The categories below, or the menu."""
        catalog = self._answers.catalog
        tree = catalog.tree
        tops = [self._category] if self._category else [row for row in tree.by_id.values() if not row.url_path]
        rows = [child for top in tops for child in tree.children.get(top.id, ())]
        links = [
            pages.HTML.row_link(href=self._addresses.listing(category=row.url_path), text=row.name, current="")
            for row in rows
            if "active" in row.roles and row.url_path and catalog.shows(row)
        ]
        return pages.HTML.row(label="Categories", heading="", links=links) if links else ""

    def _suggestions(self, result: Result) -> Markup | str:
        phrase = self._parameters.one("q").casefold()
        others = [text for text in (*result.suggestions, *result.related) if text != phrase]
        links = [pages.HTML.row_link(href=self._here(q=text), text=text, current="") for text in others]
        return pages.HTML.row(label="Suggestions", heading="", links=links) if links else ""

    def _facet(self, facet: Facet) -> Markup:
        shown = facet.buckets[:MOST_VALUES]
        names = Counter(row.category.name for row in shown if row.category)
        return HTML.facet(title=facet.title, values=[self._value(facet, row, names) for row in shown])

    def _name(self, category: Category, names: Mapping[str, int]) -> str:
        """A category's name, with those above it where others have the same."""
        if names[category.name] == 1:
            return category.name
        above = [row.name for row in self._answers.catalog.tree.parents(category) if row.url_path]
        return " / ".join([*above, category.name])

    def _value(self, facet: Facet, bucket: Bucket, names: Mapping[str, int]) -> Markup:
        """A value, which chooses it, or takes it away again."""
        title = bucket.title
        if facet.attribute == "categories":
            href, is_chosen = self._here(category=bucket.title), bucket.title == self._path
            title = self._name(bucket.category, names) if bucket.category else title
        else:
            written = f"{facet.attribute}:{bucket.title}"
            if bucket.kind == "range":
                written = f"{facet.attribute}:{bucket.start:g}..{'' if bucket.end is None else f'{bucket.end:g}'}"
            is_chosen = written in self._filters
            # Of ranges one is chosen, of other facets as many values as one likes.
            replaced = [
                one for one in self._filters if bucket.kind == "range" and one.startswith(f"{facet.attribute}:")
            ]
            others = [one for one in self._filters if one != written and one not in replaced]
            href = self._here(filter=others if is_chosen else [*others, written])
        current = CURRENT if is_chosen else ""
        return HTML.value(href=href, title=title, count=bucket.products, current=current)

    def _paging(self, result: Result) -> Markup | str:
        if result.pages < 2:
            return ""
        near = range(max(1, result.page - 3), min(result.pages, result.page + 3) + 1)
        numbers = sorted({1, *near, result.pages})
        links = [
            pages.HTML.row_link(
                href=self._here(page=number if number > 1 else None),
                text=str(number),
                current=Markup(' aria-current="page"') if number == result.page else "",
            )
            for number in numbers
        ]
        return HTML.paging(links=links)
