"""The small shop of `catalogue` with the attributes of a product's page, and categories to list products in.

Attributes are named by code here, and land in the table of their backend type.
"""

from tests.feeds.catalogue import Catalogue

# Code -> id and backend type; those of `catalogue` are there already.
PRODUCT = {
    "name": (73, "varchar"),
    "status": (97, "int"),
    "tax_class_id": (132, "int"),
    "links_purchased_separately": (127, "int"),
    "visibility": (99, "int"),
    "description": (75, "text"),
    "short_description": (76, "text"),
    "price": (77, "decimal"),
    "weight": (82, "decimal"),
    "meta_title": (84, "varchar"),
    "meta_keyword": (85, "text"),
    "meta_description": (86, "varchar"),
    "image": (87, "varchar"),
    "small_image": (88, "varchar"),
    "thumbnail": (89, "varchar"),
    "swatch_image": (131, "varchar"),
    "image_label": (109, "varchar"),
    "small_image_label": (110, "varchar"),
    "thumbnail_label": (111, "varchar"),
    "media_gallery": (90, "static"),
    "url_key": (119, "varchar"),
    "price_type": (122, "int"),
    "price_view": (125, "int"),
    "weight_type": (124, "int"),
    "news_from_date": (95, "datetime"),
}
CATEGORY = {
    "name": (45, "varchar"),
    "is_active": (46, "int"),
    "description": (47, "text"),
    "image": (48, "varchar"),
    "meta_title": (49, "text"),
    "meta_keywords": (50, "text"),
    "meta_description": (51, "text"),
    "display_mode": (52, "varchar"),
    "is_anchor": (54, "int"),
    "available_sort_by": (67, "text"),
    "default_sort_by": (68, "varchar"),
    "include_in_menu": (69, "int"),
    "url_key": (117, "varchar"),
}
MADE = "2026-01-10 09:00:00"


class Storefront(Catalogue):
    """A shop in a file, its rows added in few words."""

    def __init__(self, path):
        super().__init__(path)
        self.db.execute("begin")
        known = {row[0] for row in self.db.execute("select attribute_id from eav_attribute")}
        for code, (attribute_id, backend_type) in PRODUCT.items():
            if attribute_id not in known:
                self.attribute(attribute_id, code, backend_type, is_user_defined=0)
        for code, (attribute_id, backend_type) in CATEGORY.items():
            self.attribute(attribute_id, code, backend_type, entity_type_id=3, is_user_defined=0)
        self.db.execute(
            "update catalog_eav_attribute set is_html_allowed_on_front = 1 where attribute_id in (47, 75, 76)"
        )
        self.codes = dict(PRODUCT)
        self.category(1, "1", level=0, url_key=None)
        self.category(2, "1/2", url_key=None, name="Default Category")
        self.db.execute("commit")

    def attribute(self, attribute_id, code, backend_type, entity_type_id=4, is_user_defined=1, **more):
        """An attribute; of products and made by the shop's admin unless told otherwise."""
        self.add(
            "eav_attribute",
            attribute_id=attribute_id,
            entity_type_id=entity_type_id,
            attribute_code=code,
            backend_type=backend_type,
            is_user_defined=is_user_defined,
            **more,
        )
        self.add("catalog_eav_attribute", attribute_id=attribute_id)
        if entity_type_id == 4 and is_user_defined:
            self.codes[code] = (attribute_id, backend_type)

    def option(self, option_id, attribute_id, label, **labels):
        """An option with its label for admin, and those of store views: `store_3="Rouge"`."""
        self.add("eav_attribute_option", option_id=option_id, attribute_id=attribute_id)
        for store_id, value in {0: label, **{int(name[6:]): own for name, own in labels.items()}}.items():
            self.add("eav_attribute_option_value", option_id=option_id, store_id=store_id, value=value)

    def say(self, product_id, store_id=0, **values):
        """Attribute values of a product, by code."""
        for code, value in values.items():
            attribute_id, backend_type = self.codes[code]
            self.value(product_id, attribute_id, value, store_id, backend_type)

    def bare(self, product_id, sku, type_id="simple", websites=(1,), created_at=MADE, updated_at=MADE):
        """A product without any attribute value."""
        self.add(
            "catalog_product_entity",
            entity_id=product_id,
            sku=sku,
            type_id=type_id,
            attribute_set_id=4,
            created_at=created_at,
            updated_at=updated_at,
        )
        for website_id in websites:
            self.add("catalog_product_website", product_id=product_id, website_id=website_id)

    def category(self, category_id, path, position=0, level=None, url_key="", **values):
        """A category, active and in the menu; `url_key=""` makes one of its id, None leaves it out."""
        ids = path.split("/")
        self.add(
            "catalog_category_entity",
            entity_id=category_id,
            parent_id=int(ids[-2]) if len(ids) > 1 else 0,
            path=path,
            position=position,
            level=len(ids) - 1 if level is None else level,
            children_count=0,
            created_at=MADE,
            updated_at=MADE,
        )
        if url_key is not None:
            values["url_key"] = url_key or f"c{category_id}"
        self.describe(category_id, **{"is_active": 1, "include_in_menu": 1, **values})

    def describe(self, category_id, store_id=0, **values):
        """Attribute values of a category, by code; "absent" leaves one out."""
        for code, value in values.items():
            attribute_id, backend_type = CATEGORY[code]
            if value != "absent":
                self.add(
                    f"catalog_category_entity_{backend_type}",
                    entity_id=category_id,
                    attribute_id=attribute_id,
                    store_id=store_id,
                    value=value,
                )

    def list_in(self, category_id, product_id, position=0):
        """Put a product into a category."""
        self.add(
            "catalog_category_product", category_id=category_id, product_id=product_id, position=position
        )
