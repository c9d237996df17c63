"""Feeds for known shops, a folder of SQL files each, and by which tables and columns a shop is known.

The files are no part of the engine: they are copied into a shop's folder of feeds, and are its own from then on.
"""

from typing import NamedTuple


class Preset(NamedTuple):
    """The feeds of one kind of shop."""

    name: str  # the folder's
    shop: str  # as its makers write it
    version: str  # that the files were made for; empty: there are none
    tables: dict[str, tuple[str, ...]]  # a shop that has all of these tables and columns is of this kind

    @property
    def title(self) -> str:
        """The shop and its version, for people."""
        return f"{self.shop} {self.version}".strip()


PRESETS = (
    Preset(
        name="oscar",
        shop="django-oscar",
        version="4.2",
        tables={
            "catalogue_product": ("structure", "upc", "title", "slug", "is_public", "product_class_id", "parent_id"),
            "catalogue_category": ("path", "depth", "slug", "ancestors_are_public"),
            "partner_stockrecord": ("partner_sku", "price", "price_currency", "num_in_stock", "num_allocated"),
            "order_order": ("number", "total_incl_tax", "date_placed"),
        },
    ),
    Preset(
        name="vendure",
        shop="Vendure",
        version="3.7",
        tables={
            "product": ("enabled", "deletedAt", "featuredAssetId"),
            "product_variant": ("sku", "trackInventory", "useGlobalOutOfStockThreshold", "productId"),
            "product_variant_price": ("currencyCode", "channelId", "price", "variantId"),
            "collection_closure": ("id_ancestor", "id_descendant"),
            "channel": ("defaultLanguageCode", "availableLanguageCodes", "defaultCurrencyCode", "trackInventory"),
        },
    ),
    Preset(
        name="simple",
        shop="a shop of one table",
        version="",
        tables={"product": ("sku", "name", "description", "price", "quantity", "image", "category")},
    ),
)
