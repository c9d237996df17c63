"""From the conditions of a filter to bitmaps."""

from saasexport.service.catalog.catalog import Catalog
from saasexport.service.search.memory import ViewMemory, bitmap
from saasexport.service.search.query import Clause, SearchError
from saasexport.service.search.words import fold

# What is asked of those that every shop has; other attributes take all.
_LISTED = ("eq", "in")
_OPERATORS = {
    **dict.fromkeys(("categoryPath", "categories", "categoryIds", "visibility", "inStock"), _LISTED),
    "price": (*_LISTED, "range"),
    "sku": (*_LISTED, "startsWith", "contains"),
    "name": (*_LISTED, "startsWith", "contains"),
}


class Filters:
    """The conditions that a scope can put."""

    def __init__(self, memory: ViewMemory, catalog: Catalog) -> None:
        self._memory = memory
        self._catalog = catalog
        self.warnings: list[tuple[str, str]] = []

    def bits(self, clause: Clause) -> int:
        """The products that meet a condition."""
        _check_operator(clause, _OPERATORS.get(clause.attribute))
        match clause.attribute:
            case "price":
                return self._numbers(clause)
            case "categoryPath" | "categories":
                self._warn_of_paths(clause)
                return self._categories(self.category_ids(clause))
            case "categoryIds":
                return self._categories(list(clause.values or ()))
            case "visibility":
                return self._any("visibility", clause)
            case "inStock":
                return self._any("stock", clause._replace(values=tuple(v.lower() for v in clause.values or ())))
            case "sku" | "name":
                return self._text(clause)
        return self._attribute(clause)

    def category_ids(self, clause: Clause) -> list[str]:
        """The ids of the categories with these paths, as far as the group may see them."""
        tree = self._catalog.tree
        rows = [tree.by_path.get(path.strip("/")) for path in clause.values or ()]
        return [row.id for row in rows if row]

    def _warn_of_paths(self, clause: Clause) -> None:
        for path in clause.values or ():
            if path.strip("/") not in self._catalog.tree.by_path:
                self.warnings.append(("UNKNOWN_CATEGORY_PATH", f"there is no category {path[:100]!r}"))

    def _categories(self, ids: list[str]) -> int:
        tree = self._catalog.tree
        members = 0
        for name in ids:
            category = tree.by_id.get(name)
            if category is None or self._catalog.shows(category):
                members |= self._memory.bits.get("category", {}).get(name, 0)
        return members

    def _numbers(self, clause: Clause) -> int:
        group = self._catalog.scope.group
        if clause.is_range:
            return self._memory.find_between(clause.attribute, clause.start or 0.0, clause.end, group)
        amounts = set()
        for value in clause.values or ():
            try:
                amounts.add(float(value))
            except ValueError as error:
                raise SearchError(f"{clause.attribute}: {value[:40]!r} is no number") from error
        return self._memory.find_equal(clause.attribute, amounts, group)

    def _any(self, kind: str, clause: Clause) -> int:
        members = 0
        for value in clause.values or ():
            members |= self._memory.bits.get(kind, {}).get(value, 0)
        return members

    def _text(self, clause: Clause) -> int:
        texts = self._memory.names if clause.attribute == "name" else self._memory.skus
        wanted = {fold(value) for value in clause.values or ()}
        start, part = fold(clause.starts_with or ""), fold(clause.contains or "")
        return bitmap(
            number
            for number, text in texts.items()
            if (plain := fold(text)) in wanted or (start and plain.startswith(start)) or (part and part in plain)
        )

    def _attribute(self, clause: Clause) -> int:
        code = clause.attribute
        values = self._memory.bits.get(f"facet:{code}", {})
        attribute = self._catalog.attributes.get(code)
        is_part = clause.starts_with is not None or clause.contains is not None
        if attribute is None and is_part:
            self.warnings.append(("UNKNOWN_ATTRIBUTE", f"no product has an attribute {code[:60]}"))
            return 0
        if attribute is None or not (attribute.is_filterable or attribute.is_filterable_in_search):
            raise SearchError(
                f"{code[:60]} is not filterable: set 'Use in Search Results Layered Navigation' of the attribute"
            )
        if attribute.is_range:
            _check_operator(clause, _OPERATORS["price"])
            return self._numbers(clause)
        if is_part:
            start, part = fold(clause.starts_with or ""), fold(clause.contains or "")
            chosen = [v for v in values if (start and v.startswith(start)) or (part and part in v)]
        elif clause.is_range:
            low, high = clause.start or 0.0, clause.end
            chosen = [v for v in values if _is_within(v, low, high)]
        else:
            chosen = [fold(value) for value in clause.values or ()]
        members = 0
        for value in chosen:
            members |= values.get(value, 0)
        return members


def _check_operator(clause: Clause, operators: tuple[str, ...] | None) -> None:
    if operators and clause.operator not in operators:
        raise SearchError(f"{clause.attribute} is filtered by {', '.join(operators)}, not by {clause.operator}")


def _is_within(value: str, low: float, high: float | None) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    return number >= low and (high is None or number < high)
