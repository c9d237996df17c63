"""One product as a storefront sees it: for one store view and one customer group."""

import base64
import re
from functools import cached_property
from typing import Any, NamedTuple

from saasexport.service.catalog.items import Item
from saasexport.service.catalog.permissions import Permission
from saasexport.service.catalog.prices import Price, Range

COMPLEX = {"configurable", "bundle", "bundle_fixed", "grouped"}

INVISIBLE = "Not Visible Individually"

# Other names of the roles, which the descriptions of the published schema use.
_ROLE_NAMES = {
    "show_on_plp": "visible_in_plp",
    "show_in_plp": "visible_in_plp",
    "show_in_pdp": "visible_in_pdp",
    "show_in_search": "visible_in_search",
}


class AttributeValue(NamedTuple):
    """What a product says of an attribute."""

    name: str
    label: str
    value: Any
    roles: list[str]


class Product:
    """A product in a scope; the expensive parts are worked out when they are asked for."""

    def __init__(self, catalog: Any, item: Item) -> None:
        self.catalog = catalog
        self.item = item
        self.sku: str = item["sku"]
        self.kind: str = item.get("type") or "simple"
        self.options: Any = None  # what can be chosen of it, once somebody asked

    @property
    def is_complex(self) -> bool:
        """Whether it has options to choose from, and a range of prices."""
        return self.kind in COMPLEX

    @property
    def name(self) -> str | None:
        """The name as exported."""
        return self.item.get("name")

    @property
    def visibility(self) -> str:
        """Where it may be shown."""
        return self.item.get("visibility") or INVISIBLE

    @cached_property
    def permission(self) -> Permission:
        """What the customer group may do with it."""
        permission: Permission = self.catalog.permission(self.item)
        return permission

    @property
    def id(self) -> str:
        """An opaque name that is the same in every answer."""
        scope = self.catalog.scope
        parts = (self.sku, scope.view.code, scope.environment, scope.view.store, scope.view.website, "MAGE")
        joined = b"\0".join(base64.b64encode(part.encode()) for part in parts)
        return base64.urlsafe_b64encode(joined).decode().rstrip("=")

    @property
    def in_stock(self) -> bool:
        """Whether it can be had; a set without any part cannot."""
        if not self.item.get("inStock"):
            return False
        return not (self.kind in ("bundle", "bundle_fixed", "grouped") and not self.catalog.parts(self.item))

    @property
    def may_be_bought(self) -> bool:
        """Whether the group may put it into the cart now."""
        return bool(self.item.get("buyable")) and self.in_stock and self.permission.may_buy

    @property
    def url_key(self) -> str:
        """Its key, else the last part of its address, else a slug of its name."""
        if key := self.item.get("urlKey"):
            return str(key)
        last = (self.item.get("url") or "").rstrip("/").rpartition("/")[2]
        if last and "/catalog/product/view" not in (self.item.get("url") or ""):
            return re.sub(r"\.html?$", "", last)
        return re.sub(r"[\W_]+", "-", (self.name or self.sku).lower()).strip("-")

    @property
    def modified_at(self) -> str | None:
        """When it last changed, in ISO 8601."""
        text = self.item.get("updatedAt") or self.item.get("modifiedAt")
        return str(text).replace(" ", "T") + "Z" if text else None

    def attributes(self, roles: list[str] | None = None, names: list[str] | None = None) -> list[AttributeValue]:
        """What is said of it, of attributes that have one of the roles and names; nothing given means all."""
        wanted = {_role(role) for role in roles or () if role}
        return [
            row
            for row in self._attributes
            if (not wanted or wanted & set(row.roles)) and (not names or row.name in names)
        ]

    @cached_property
    def _attributes(self) -> list[AttributeValue]:
        rows = []
        for entry in self.item.get("attributes") or ():
            attribute = self.catalog.attributes.get(entry["attributeCode"])
            values = [value for value in entry.get("value") or () if value is not None]
            if values and attribute and (attribute.is_visible or attribute.code.startswith("ac_")):
                value = values[0] if len(values) == 1 else values
                rows.append(AttributeValue(attribute.code, attribute.label, value, list(attribute.roles)))
        return rows

    def images(self, roles: list[str] | None = None) -> list[dict[str, Any]]:
        """Its images in their order."""
        wanted = {role.lower() for role in roles or () if role}
        rows = []
        for entry in sorted(self.item.get("images") or (), key=_sort_order):
            resource = entry.get("resource") or {}
            named = resource.get("roles") or []
            if resource.get("url") and (not wanted or wanted & {role.lower() for role in named}):
                rows.append({"url": resource["url"], "label": resource.get("label") or "", "roles": named})
        return rows

    def videos(self) -> list[dict[str, Any]]:
        """Its videos that can be played."""
        rows = []
        for entry in sorted(self.item.get("videos") or (), key=_sort_order):
            video = entry.get("video") or {}
            preview = entry.get("preview") or {}
            if video.get("videoUrl"):
                image = {"url": preview["url"], "label": preview.get("label"), "roles": preview.get("roles") or []}
                rows.append(
                    {
                        "url": video["videoUrl"],
                        "title": video.get("videoTitle"),
                        "description": video.get("videoDescription"),
                        "preview": image if preview.get("url") else None,
                    }
                )
        return rows

    def links(self, kinds: list[str] | None = None) -> list[tuple["Product", list[str]]]:
        """The products it is linked with and may be shown, each with the kinds of its links."""
        merged: dict[str, list[str]] = {}
        for link in self.item.get("links") or ():
            if link.get("type") and link["type"] not in merged.setdefault(link["sku"], []):
                merged[link["sku"]].append(link["type"])
        rows = []
        for sku, types in merged.items():
            if kinds and not set(types) & set(kinds):
                continue
            other = self.catalog.product(sku)
            if other and other.visibility != INVISIBLE:
                rows.append((other, types))
        return rows

    def price(self) -> Price | None:
        """What one costs; None of complex products, and where no price was received."""
        price: Price | None = self.catalog.simple_price(self.item)
        return price

    def price_range(self) -> Range | None:
        """What the cheapest and the dearest choice costs."""
        prices: Range | None = self.catalog.price_range(self)
        return prices

    def least_price(self) -> Price | None:
        """What it is sorted and filtered by."""
        if not self.is_complex:
            return self.price()
        prices = self.price_range()
        return prices.minimum if prices else None


def _role(name: str) -> str:
    plain = re.sub(r"\s+", "_", name.strip().lower())
    return _ROLE_NAMES.get(plain, plain)


def _sort_order(entry: Item) -> tuple[float, str]:
    text = str(entry.get("sortOrder") or "0")
    try:
        return float(text), text
    except ValueError:
        return 0.0, text
