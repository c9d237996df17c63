"""The attributes[] of a product: what the shop's admin has defined, in words (feeds.md 3.1.4).

An entry is worked out once per pass and option.  A product whose values and
labels are the same in all its store views has one list.
"""

from collections.abc import Callable
from operator import itemgetter

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.shop import eav
from saasexport.stdlib import Any
from saasexport.values import Shared, number, split_list, text

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

Entry = Shared

# the attribute's id, the entry, and what it is in store views with labels of their own
Told = tuple[int, Entry, dict[int, Entry]]

NONE: dict[Any, Any] = {}

_attribute_id = itemgetter(0)

# Entries kept per attribute: a multiselect may have a combination for every product.
KNOWN = 2_000


def area(shop: Shop, batch: Batch) -> Fields:
    """`attributes`: an entry per attribute that has a row in the default scope or the store view's."""
    fields = Fields()
    listed = shop.once(_load_listed)
    for product_id in batch.products:
        try:
            default = _describe(shop, listed, batch.values.defaults[product_id])
        except InvalidValue:
            default = None  # a store view may have it right
        own = batch.values.overrides.get(product_id, NONE)
        is_same = default is not None and all(map(listed.keys().isdisjoint, own.values()))
        if default is None or not is_same or any(local for _, _, local in default):
            _by_view(shop, batch, product_id, fields, default)
        else:
            fields.common[product_id] = {"attributes": [entry for _, entry, _ in default] or None}
    return fields


def _by_view(shop: Shop, batch: Batch, product_id: int, fields: Fields, default: "list[Told] | None") -> None:
    """The lists of a product whose store views have values or labels of their own."""
    listed = shop.once(_load_listed)
    items: dict[int, dict[str, Any]] = {}
    shared = {"attributes": [entry for _, entry, _ in default or ()] or None}
    for view in batch.views[product_id]:
        own = batch.values.overrides.get(product_id, NONE).get(view.id, NONE)
        try:
            if default is None or not listed.keys().isdisjoint(own):
                found = _describe(shop, listed, batch.values.of(product_id, view.id))
            elif any(view.id in local for _, _, local in default):
                found = default
            else:
                items[view.id] = shared
                continue
            items[view.id] = {"attributes": [local.get(view.id, entry) for _, entry, local in found] or None}
        except InvalidValue as fault:
            fields.fail(product_id, str(fault), view.id)
    fields.set_views(product_id, items)


def _describe(shop: Shop, listed: dict[str, "Attribute"], values: dict[str, Any]) -> list[Told]:
    """What is told of some values, in the order of the attributes' ids."""
    found = []
    for code, value in values.items():
        if code in listed:
            attribute = listed[code]
            if value in attribute.known:
                found.append(attribute.known[value])
            else:
                if not attribute.is_ready:
                    attribute.prepare(shop)
                found.append(attribute.tell(value))
    found.sort(key=_attribute_id)
    return found


class Attribute:
    """How the values of one attribute are told."""

    def __init__(self, attribute: eav.Attribute) -> None:
        self.known: dict[Any, Told] = {}  # by value
        self.is_ready = False
        self._attribute = attribute
        self._field = f"attributes.{attribute.code}"
        self._write: Callable[[Any], str] = self._text
        self._labels: dict[int, dict[str, str]] = {}  # store id -> option id -> label

    def prepare(self, shop: Shop) -> None:
        """Read the attribute's options, when the first value is met."""
        self.is_ready = True
        options = shop.rows(SQL.options, attribute_id=self._attribute.id)
        if self._attribute.source_model == BOOLEAN:
            self._labels = {0: BOOLEAN_LABELS}
        elif options:
            self._labels = {0: {}}
            for option_id, store_id, label in options:
                if label is not None:
                    self._labels.setdefault(store_id, {})[str(option_id)] = label
        elif self._attribute.backend_type == "decimal":
            scale = shop.once(_decimal_scale)
            self._write = lambda value: f"{number(value, self._field):.{scale}f}"
        elif self._attribute.backend_type == "int":
            self._write = lambda value: str(number(value, self._field))

    def tell(self, value: Any) -> Told:
        """The entries for a value; those of options are made once."""
        attribute_id, code = self._attribute[:2]
        if value is None:
            return attribute_id, Shared({"attributeCode": code}), NONE
        if not self._labels:
            return attribute_id, Shared({"attributeCode": code, "value": [self._write(value)]}), NONE
        ids = split_list(self._text(value))
        default = self._labels[0]
        local = {}
        for store_id, labels in self._labels.items():
            if not labels.keys().isdisjoint(ids) and store_id != 0:
                own_labels = [labels.get(each, default.get(each, each)) for each in ids]
                local[store_id] = Shared({"attributeCode": code, "value": own_labels})
        entry = attribute_id, Shared({"attributeCode": code, "value": [default.get(each, each) for each in ids]}), local
        if len(self.known) >= KNOWN:
            self.known.clear()
        self.known[value] = entry
        return entry

    def _text(self, value: Any) -> str:
        return value if type(value) is str else str(text(value, self._field))


def _load_listed(shop: Shop) -> dict[str, Attribute]:
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
