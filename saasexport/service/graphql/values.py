"""Products, options and prices as the schema has them; what costs something is a function that is called when asked."""

import base64
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from saasexport.service.catalog.categories import Category
from saasexport.service.catalog.items import Item
from saasexport.service.catalog.options import Option, Refined, Value, options_of
from saasexport.service.catalog.prices import Price, Range, round_amount
from saasexport.service.catalog.product import Product

Values: TypeAlias = dict[str, Any]

# Whether a currency is one of the schema's.
IsCurrency = Callable[[str], bool]


class Views:
    """Makes values of what the catalogue says."""

    def __init__(self, is_currency: IsCurrency, spend: Callable[[], None]) -> None:
        self._is_currency = is_currency
        self._spend = spend

    def product(self, product: Product, kind: str | None = None, place: int | None = None) -> Values:
        """A product."""
        self._spend()
        item = product.item
        value = {
            **{name: item.get(name) for name in _AS_IN_THE_ITEM},
            "__typename": "ComplexProductView" if product.is_complex else "SimpleProductView",
            "id": product.id,
            "sku": product.sku,
            "externalId": str(item["productId"]) if item.get("productId") is not None else None,
            "name": product.name,
            "urlKey": product.url_key,
            "inStock": lambda info: product.in_stock,
            "addToCartAllowed": lambda info: product.may_be_bought,
            "visibility": product.visibility,
            "queryType": kind,
            "rank": place,
            "lastModifiedAt": product.modified_at,
            "attributes": lambda info, roles=None, names=None: [
                row._asdict() for row in product.attributes(roles, names)
            ],
            "images": lambda info, roles=None: product.images(roles),
            "videos": lambda info: product.videos(),
            "inputOptions": lambda info: input_options(product),
            "links": lambda info, linkTypes=None: [
                {"product": self.product(other), "linkTypes": kinds} for other, kinds in product.links(linkTypes)
            ],
            "categories": lambda info, family=None: [
                self.category_of_product(product, row) for row in product.catalog.categories_of(product)
            ],
        }
        if product.is_complex:
            value["options"] = lambda info: self.options(options_of(product))
            value["priceRange"] = lambda info: self.price_range(product, product.price_range())
        else:
            value["price"] = lambda info: self.price(product, product.price())
        return value

    def refine(self, answer: Product | Refined | None) -> Values | None:
        """What is left of a product once something is chosen."""
        if answer is None or isinstance(answer, Product):
            return self.product(answer) if answer else None
        value = self.product(answer.parent)
        value["options"] = lambda info: self.options(answer.options())
        value["priceRange"] = lambda info: self.price_range(answer.parent, answer.price_range())
        return value

    def options(self, options: Iterable[Option]) -> list[Values]:
        """The options of a product."""
        return [
            {
                "id": option.id,
                "title": option.title,
                "required": option.is_required,
                "multi": option.is_multiple,
                "values": [self._option_value(value) for value in option.values],
            }
            for option in options
        ]

    def _option_value(self, value: Value) -> Values:
        row: Values = {
            "__typename": f"ProductViewOptionValue{value.kind}",
            "id": value.id,
            "title": value.title,
            "inStock": value.in_stock,
        }
        if value.swatch:
            row |= {"type": value.swatch[0], "value": value.swatch[1]}
        part = value.product
        if part:
            row |= {
                "isDefault": value.is_default,
                "quantity": value.quantity,
                "canEditQuantity": value.may_edit_quantity,
                # The schema has a simple product here.
                "product": lambda info: None if part.is_complex else self.product(part),
            }
        return row

    def price_range(self, product: Product, prices: Range | None) -> Values | None:
        """What the choices cost."""
        if prices is None:
            return None
        return {"minimum": self.price(product, prices.minimum), "maximum": self.price(product, prices.maximum)}

    def price(self, product: Product, price: Price | None) -> Values | None:
        """What a product costs; amounts that the group may not see are left out."""
        if price is None:
            return None
        is_shown = product.permission.shows_price
        return {
            "regular": self._amount(product, price, price.regular),
            "final": self._amount(product, price, price.final),
            "roles": ["visible" if is_shown else "hidden"],
            "tiers": self._tiers(product, price) if is_shown else [],
        }

    def _amount(self, product: Product, price: Price, amount: Any) -> Values:
        value = round_amount(amount) if product.permission.shows_price else None
        return {"amount": {"value": value, "currency": self._currency(product)}, "adjustments": []}

    def _tiers(self, product: Product, price: Price) -> list[Values]:
        rows = []
        ends = [quantity for quantity, _ in price.tiers[1:]]
        for (quantity, amount), end in zip(price.tiers, [*ends, None], strict=False):
            condition = {"__typename": "ProductViewTierRangeCondition", "gte": quantity, "lt": end}
            rows.append({"tier": self._amount(product, price, amount), "quantity": [condition]})
        return rows

    def category_of_product(self, product: Product, category: Category) -> Values:
        """A category of a product, with those above it."""
        tree = product.catalog.tree

        def plain(row: Category) -> Values:
            return {"__typename": "CategoryProductView", "slug": row.url_path, "name": row.name, "level": row.level}

        return {**plain(category), "parents": [{**plain(row), "parents": []} for row in tree.parents(category)]}

    def old_product(self, product: Product) -> Values:
        """The product of a search as Commerce itself has it."""
        item = product.item
        prices = product.price_range() if product.is_complex else None
        price = product.price() if not product.is_complex else None
        least, most = (prices.minimum, prices.maximum) if prices else (price, price)
        number = item.get("productId")
        return {
            "__typename": _OLD_TYPES.get(product.kind, "SimpleProduct"),
            "id": number,
            "uid": base64.b64encode(str(number).encode()).decode(),
            "sku": product.sku,
            "name": product.name,
            "add_to_cart_allowed": product.may_be_bought,
            "canonical_url": item.get("url"),
            "description": {"html": item.get("description") or ""},
            "short_description": {"html": item.get("shortDescription") or ""},
            "image": _old_image(item.get("image")),
            "small_image": _old_image(item.get("smallImage")),
            "thumbnail": _old_image(item.get("thumbnail")),
            "price_range": {
                "minimum_price": self._old_price(product, least),
                "maximum_price": self._old_price(product, most),
            },
        }

    def _old_price(self, product: Product, price: Price | None) -> Values:
        is_shown = product.permission.shows_price
        regular = round_amount(price.regular) if price and is_shown else None
        final = round_amount(price.final) if price and is_shown else None
        off = None if regular is None or final is None else round(regular - final, 4)
        percent = round(100 * off / regular, 2) if off and regular else 0.0
        known = self._currency(product)
        return {
            "regular_price": {"value": regular, "currency": known},
            "final_price": {"value": final, "currency": known},
            "discount": None if off is None else {"amount_off": off, "percent_off": percent},
            "fixed_product_taxes": [],
        }

    def _currency(self, product: Product) -> Any:
        """The currency of a product, if the schema has it."""
        currency = product.item.get("currency")
        return currency if currency and currency != "NONE" and self._is_currency(currency) else None


# Fields of a product that are answered as its item has them.
_AS_IN_THE_ITEM = (
    "url", "description", "shortDescription", "metaTitle", "metaDescription", "metaKeyword", "lowStock"
)  # fmt: skip


def _old_image(resource: Values | None) -> Values | None:
    """An image of an item as Commerce itself has it: its address begins with //."""
    url = (resource or {}).get("url")
    plain = url.partition(":")[2] if url and "://" in url else url
    return {"url": plain, "label": (resource or {}).get("label")} if url else None


_OLD_TYPES = {
    "configurable": "ConfigurableProduct",
    "bundle": "BundleProduct",
    "bundle_fixed": "BundleProduct",
    "grouped": "GroupedProduct",
    "virtual": "VirtualProduct",
    "downloadable": "DownloadableProduct",
    "giftcard": "GiftCardProduct",
}


def input_options(product: Product) -> list[Values]:
    """What a shopper may enter, and customizable options, one entry each."""
    rows = [_input(entry) for entry in product.item.get("shopperInputOptions") or ()]
    custom = [entry for entry in product.item.get("optionsV2") or () if entry["type"] == "custom_option"]
    rows += [_input({**entry, "values": None}) for entry in custom]
    return sorted(rows, key=lambda row: row["sortOrder"] or 0)


def _input(entry: Item) -> Values:
    limits = entry.get("range") or {}
    width, height = entry.get("imageSizeX"), entry.get("imageSizeY")
    return {
        "id": entry["id"],
        "title": entry.get("label"),
        "required": entry.get("required"),
        "type": entry.get("renderType"),
        "markupAmount": entry.get("price"),
        "suffix": entry.get("sku"),
        "sortOrder": entry.get("sortOrder"),
        "range": {"from": limits.get("from"), "to": limits.get("to")} if limits else None,
        "imageSize": {"width": width, "height": height} if width or height else None,
        "fileExtensions": entry.get("fileExtension"),
    }
