"""Which facets a result has, and how many products stand behind each value."""

import math
from collections.abc import Callable, Iterable
from functools import partial, reduce
from operator import or_
from typing import Any

from saasexport.service.catalog.catalog import Catalog
from saasexport.service.search.memory import LADDER, ViewMemory
from saasexport.service.search.query import Bucket, Clause, Facet
from saasexport.service.search.words import fold
from saasexport.service.settings import FacetSetting

MOST_BUCKETS = 100
MOST_DYNAMIC = 15
MOST_RANGES = 8

# Products that a facet counts: those that obey all conditions but its own.
Counted = Callable[[str], int]


class Facets:
    """The facets of one result."""

    def __init__(self, memory: ViewMemory, catalog: Catalog, counted: Counted, clauses: tuple[Clause, ...]) -> None:
        self._memory = memory
        self._catalog = catalog
        self._counted = counted
        self._clauses = clauses
        self._chosen: dict[str, set[str]] = {}
        for clause in clauses:
            values = (value.strip("/") if clause.attribute == "categories" else value for value in clause.values or ())
            self._chosen.setdefault(clause.attribute, set()).update(map(fold, values))

    def all(self, settings: Iterable[FacetSetting], codes: Iterable[str], parents: list[str] | None) -> list[Facet]:
        """Pinned facets in their order, then those that help most."""
        configured = {setting.attribute: setting for setting in settings}
        pinned = [setting for setting in configured.values() if setting.is_pinned]
        for name in ("price", "categories"):
            if name not in configured:
                pinned.insert(0, FacetSetting(name))
        rows = []
        for setting in pinned:
            facet = self._one(setting, parents, "PINNED")
            rows += [facet] if facet else []
        dynamic = []
        for code in sorted(set(codes) - {setting.attribute for setting in pinned}):
            facet = self._one(configured.get(code, FacetSetting(code)), parents, "INTELLIGENT")
            if facet and self._helps(facet):
                dynamic.append(facet)
        dynamic.sort(key=lambda facet: (-_worth(facet), facet.attribute))
        return rows + dynamic[:MOST_DYNAMIC]

    def _one(self, setting: FacetSetting, parents: list[str] | None, kind: str) -> Facet | None:
        name = setting.attribute
        if name == "categories":
            title, buckets = "Categories", self._categories(parents)
        elif name == "price":
            title, buckets = "Price", self._ranges(setting)
        else:
            attribute = self._catalog.attributes.get(name)
            title = attribute.label if attribute else name
            buckets = self._ranges(setting) if attribute and attribute.is_range else self._scalars(name)
        if any(row.kind != "range" for row in buckets):
            buckets.sort(key=partial(self._key, setting))
        most = setting.values or MOST_BUCKETS
        shown = buckets[:most] + [row for row in buckets[most:] if fold(row.title) in self._chosen.get(name, ())]
        return Facet(name, setting.label or title, kind, shown) if shown else None

    def _key(self, setting: FacetSetting, bucket: Bucket) -> tuple[Any, ...]:
        """What the values of a facet are sorted by."""
        match setting.sort:
            case "alphabetical":
                return fold(bucket.title), bucket.id
            case "catalog" if bucket.category:
                return tuple(bucket.category.order)
            case "catalog":
                return self._memory.place(setting.attribute, fold(bucket.title)), -bucket.products, bucket.title
        return -bucket.products, bucket.title

    def _helps(self, facet: Facet) -> bool:
        total = self._counted(facet.attribute).bit_count()
        return len(facet.buckets) > 1 or facet.buckets[0].products < total or facet.attribute in self._chosen

    def _scalars(self, code: str) -> list[Bucket]:
        within = self._counted(code)
        chosen = self._chosen.get(code, set())
        rows = []
        for value, members in self._memory.bits.get(f"facet:{code}", {}).items():
            count = (members & within).bit_count()
            if count or value in chosen:
                label = self._memory.label(code, value)
                rows.append(Bucket("scalar", label, count, label))
        return rows

    def _categories(self, parents: list[str] | None) -> list[Bucket]:
        within = self._counted("categories")
        tree = self._catalog.tree
        rows = []
        if parents is None:
            shown = tree.by_id.values()
        else:
            tops = [tree.by_path[path] for path in parents if path in tree.by_path]
            shown = {child.id: child for top in tops for child in tree.children.get(top.id, ())}.values()
        for category in shown:
            count = (self._memory.bits.get("category", {}).get(category.id, 0) & within).bit_count()
            is_shown = count or fold(category.url_path) in self._chosen.get("categories", ())
            if category.url_path and is_shown and "active" in category.roles and self._catalog.shows(category):
                kind = "scalar" if parents is None else "category"
                rows.append(Bucket(kind, category.url_path, count, category.id, category=category))
        return rows

    def _ranges(self, setting: FacetSetting) -> list[Bucket]:
        """Ranges that begin where the one before ends; the last has no end."""
        name = setting.attribute
        within = self._counted(name)
        group = self._catalog.scope.group
        if setting.interval:
            edges = [setting.interval * step for step in range(setting.selections or MOST_RANGES)]
            bounds = zip(edges, [*edges[1:], None], strict=True)
            inside = [self._memory.find_between(name, low, high, group) & within for low, high in bounds]
        else:
            edges = list(LADDER)
            inside = [members & within for members in self._memory.rungs(name, group)]
            while sum(map(bool, inside)) > MOST_RANGES:
                edges = edges[::2]
                inside = [reduce(or_, inside[at : at + 2]) for at in range(0, len(inside), 2)]
        rows = [
            _range(low, high, members.bit_count())
            for low, high, members in zip(edges, [*edges[1:], None], inside, strict=True)
            if members
        ]
        if rows and not setting.interval:
            rows[-1] = _range(rows[-1].start, None, rows[-1].products)
        chosen = [clause for clause in self._clauses if clause.attribute == name and clause.is_range]
        for clause in chosen:
            row = _range(clause.start or 0.0, clause.end, 0)
            if not self._memory.find_between(name, row.start, row.end, group) & within:
                rows.append(row)
        return rows


def _range(low: float, high: float | None, products: int) -> Bucket:
    title = f">{low:.1f}" if high is None else f"{low:.1f}-{high:.1f}"
    return Bucket("range", title, products, "", low, high)


def _worth(facet: Facet) -> float:
    """How many products have a value, and how evenly they spread."""
    counts = [bucket.products for bucket in facet.buckets if bucket.products]
    total = sum(counts)
    return total * -sum(count / total * math.log(count / total) for count in counts) if total else 0.0
