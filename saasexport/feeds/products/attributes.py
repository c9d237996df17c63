"""The attributes[] of a product: what the shop's admin has defined, in words (feeds.md 3.1.4).

An entry is worked out once per pass and option.  A product whose values and
labels are the same in all its store views has one list.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from saasexport import queries
from saasexport.errors import Unusable
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.shop import eav
from saasexport.values import number, text

SQL = queries.beside(__file__)

BOOLEAN = "Magento\\Eav\\Model\\Entity\\Attribute\\Source\\Boolean"
BOOLEAN_LABELS = {"0": "no", "1": "yes"}

# System attributes that are listed all the same.
LISTED = ("news_from_date", "news_to_date")

SUBSCRIPTIONS = (
    Subscription("eav_attribute", "attribute_id", via="attribute"),
    Subscription("eav_attribute_option", "attribute_id", via="attribute"),
    Subscription("eav_attribute_option_value", "option_id", via="option"),
)
VIAS = {"attribute": SQL.via_attribute, "option": SQL.via_option}
CONFIGURATION: tuple[str, ...] = ()

Entry = dict[str, Any]

# Entries kept per attribute: a multiselect may have a combination for every product.
KNOWN = 2_000


def area(shop: Shop, batch: Batch) -> Fields:
    """`attributes`: an entry per attribute that has a row in the default scope or the store view's."""
    fields = Fields()
    listed = shop.once(_listed)
    codes = listed.keys()
    for product_id in batch.products:
        own = batch.values.overrides.get(product_id)
        if own is None or all(codes.isdisjoint(values) for values in own.values()):
            try:
                entries, is_local = _entries(shop, listed, batch.values.defaults[product_id], 0)
            except Unusable as fault:
                fields.fail(product_id, str(fault))
                continue
            if not is_local:
                fields.common[product_id] = {"attributes": entries}
                continue
        _by_view(shop, batch, product_id, fields)
    return fields


def _by_view(shop: Shop, batch: Batch, product_id: int, fields: Fields) -> None:
    """The lists of a product whose store views have values or labels of their own."""
    listed = shop.once(_listed)
    lists: dict[int, list[Entry] | None] = {}
    for view in batch.views[product_id]:
        try:
            lists[view.id], _ = _entries(shop, listed, batch.values.of(product_id, view.id), view.id)
        except Unusable as fault:
            fields.fail(product_id, str(fault), view.id)
    fields.set_views(product_id, {store_id: {"attributes": entries} for store_id, entries in lists.items()})


def _entries(
    shop: Shop, listed: dict[str, "Attribute"], values: dict[str, Any], store_id: int
) -> tuple[list[Entry] | None, bool]:
    """The entries in the order of the attributes' ids, and whether store views have labels of their own."""
    found: list[tuple[int, Entry]] = []
    is_local = False
    for code, value in values.items():
        if code not in listed:
            continue
        attribute = listed[code]
        if value in attribute.known:
            found.append((attribute.id, attribute.known[value]))
            continue
        if not attribute.is_ready:
            attribute.prepare(shop)
        if attribute.local:
            is_local = True
        found.append((attribute.id, attribute.entry(value, store_id)))
    found.sort(key=_id)
    return [entry for _, entry in found] or None, is_local


_id = itemgetter(0)


class Attribute:
    """How the values of one attribute are told."""

    def __init__(self, attribute: eav.Attribute) -> None:
        self.id = attribute.id
        self.code = attribute.code
        self.local: set[int] = set()  # store views with labels of their own
        self.is_ready = False
        self._attribute = attribute
        self._write: Callable[[Any], str] = self._text
        self._labels: dict[int, dict[str, str]] = {}  # store id -> option id -> label
        self.known: dict[Any, Entry] = {}  # what is the same in all store views, by value

    def prepare(self, shop: Shop) -> None:
        """Read the attribute's options, when the first value is met."""
        self.is_ready = True
        options = shop.rows(SQL.options, attribute_id=self.id)
        if self._attribute.source_model == BOOLEAN:
            self._labels = {0: BOOLEAN_LABELS}
        elif options:
            self._labels = {0: {}}
            for option_id, store_id, label in options:
                if label is not None:
                    self._labels.setdefault(store_id, {})[str(option_id)] = label
            self.local = {store_id for store_id in self._labels if store_id != 0}
        elif self._attribute.backend_type == "decimal":
            scale = shop.once(_decimal_scale)
            self._write = lambda value: f"{number(value, self._field):.{scale}f}"
        elif self._attribute.backend_type == "int":
            self._write = lambda value: str(number(value, self._field))

    def entry(self, value: Any, store_id: int) -> Entry:
        """The entry for a value in a store view; for an option without labels of its own the same object again."""
        if not self._labels:
            if value is None:
                return {"attributeCode": self.code}
            return {"attributeCode": self.code, "value": [self._write(value)]}
        entry = self._labelled(value, store_id)
        if not self.local:
            if len(self.known) >= KNOWN:
                self.known.clear()
            self.known[value] = entry
        return entry

    def _labelled(self, value: Any, store_id: int) -> Entry:
        """Ids as labels: the store view's, else admin's, else the id itself."""
        if value is None:
            return {"attributeCode": self.code}
        default, local = self._labels[0], self._labels.get(store_id, {})
        ids = self._text(value).split(",")
        return {"attributeCode": self.code, "value": [local.get(each, default.get(each, each)) for each in ids]}

    def _text(self, value: Any) -> str:
        return value if type(value) is str else str(text(value, self._field))

    @property
    def _field(self) -> str:
        return f"attributes.{self.code}"


def _listed(shop: Shop) -> dict[str, Attribute]:
    """The attributes that are listed, by code."""
    return {
        attribute.code: Attribute(attribute)
        for attribute in eav.product_attributes(shop).values()
        if attribute.backend_type != "static" and (attribute.is_user_defined or attribute.code in LISTED)
    }


def _decimal_scale(shop: Shop) -> int:
    """How many places decimals print with: what the column is declared with (feeds.md 4)."""
    declared = shop.rows(SQL.decimal_type)
    digits = declared[0][0].rpartition(",")[2].strip(" )") if declared else ""
    return int(digits) if digits.isdigit() else 6
