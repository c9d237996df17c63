"""Which facets a result has, and how many products stand behind each value."""

import math
from collections.abc import Callable, Iterable

from saasexport.service.catalog.catalog import Catalog
from saasexport.service.search.memory import LADDER, ViewMemory
from saasexport.service.search.query import Bucket, Facet
from saasexport.service.settings import FacetSetting

MOST_BUCKETS = 100
MOST_DYNAMIC = 15
MOST_RANGES = 8

# Products that a facet counts: those that obey all conditions but its own.
Counted = Callable[[str], int]


class Facets:
    """The facets of one result."""

    def __init__(self, memory: ViewMemory, catalog: Catalog, counted: Counted, chosen: dict[str, set[str]]) -> None:
        self._memory = memory
        self._catalog = catalog
        self._counted = counted
        self._chosen = chosen

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
            title, buckets = "Price", self._prices(setting)
        else:
            attribute = self._catalog.attributes.get(name)
            title, buckets = attribute.label if attribute else name, self._scalars(name)
        if name != "price":
            key = (lambda row: (row.title.casefold(), row.id)) if setting.sort == "alphabetical" else None
            buckets.sort(key=key or (lambda row: (-row.products, row.title)))
        shown = buckets[: setting.values or MOST_BUCKETS]
        return Facet(name, setting.label or title, kind, shown) if shown else None

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
            if category.url_path and count and "active" in category.roles and self._catalog.shows(category):
                kind = "scalar" if parents is None else "category"
                rows.append(Bucket(kind, category.url_path, count, category.id, category=category))
        return rows

    def _prices(self, setting: FacetSetting) -> list[Bucket]:
        within = self._counted("price")
        group = self._catalog.scope.group
        if setting.interval:
            edges = [setting.interval * step for step in range(setting.selections or MOST_RANGES)]
            counts = [
                (self._memory.find_priced(low, high, group) & within).bit_count()
                for low, high in zip(edges, [*edges[1:], None], strict=True)
            ]
        else:
            edges = list(LADDER)
            rungs = (self._memory.of_group("price", str(rung), group) for rung in range(len(LADDER)))
            counts = [(members & within).bit_count() for members in rungs]
            while sum(map(bool, counts)) > MOST_RANGES:
                edges = edges[::2]
                counts = [sum(counts[at : at + 2]) for at in range(0, len(counts), 2)]
        ranges = [
            (low, high, count) for low, high, count in zip(edges, [*edges[1:], None], counts, strict=True) if count
        ]
        if not ranges:
            return []
        *closed, (last, _, count) = ranges
        rows = [Bucket("range", f"{low:.1f}-{high:.1f}", number, "", low, high) for low, high, number in closed if high]
        # Nothing costs more, so that the last one may be open.
        return [*rows, Bucket("range", f">{last:.1f}", count, "", last, None)]


def _worth(facet: Facet) -> float:
    """How many products have a value, and how evenly they spread."""
    counts = [bucket.products for bucket in facet.buckets if bucket.products]
    total = sum(counts)
    return total * -sum(count / total * math.log(count / total) for count in counts) if total else 0.0
