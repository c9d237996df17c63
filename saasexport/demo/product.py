"""One example product, described in a few lines, and the dozens of rows it is made of."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from saasexport.demo.attributes import ATTRIBUTE_SETS, PRODUCT_ATTRIBUTES
from saasexport.demo.categories import category_id
from saasexport.demo.media import write_images
from saasexport.demo.rows import Rows, Value
from saasexport.demo.scopes import (
    BOTH_WEBSITES,
    EVERY_STORE,
    FOOD_REDUCED,
    OPENED,
    STORE_DEFAULT,
    STORE_FRENCH,
    STORE_WHOLESALE,
    TAXABLE_GOODS,
    WEBSITE_BASE,
    WEBSITE_WHOLESALE,
)
from saasexport.demo.stock import USUAL_STOCK, Stock, write_stock

Values = Mapping[str, Value]
# In `values`: the product has no row of this attribute.  None is a row that holds NULL.
ABSENT = "(absent)"


@dataclass(frozen=True)
class Product:
    """A product of the catalogue; whatever is not said is as usual."""

    sku: str
    name: str
    price: float | None = None
    about: str = ""
    type_id: str = "simple"
    attribute_set: str = "Coffee"
    websites: tuple[int, ...] = BOTH_WEBSITES
    categories: tuple[str, ...] = ()
    values: Values = field(default_factory=dict)  # for every store view, by attribute code
    english: Values = field(default_factory=dict)  # for one store view
    french: Values = field(default_factory=dict)
    wholesale: Values = field(default_factory=dict)
    images: int = 1
    stock: Stock | None = USUAL_STOCK
    has_options: bool = False  # custom options
    has_address: bool = True  # URL rewrites
    has_values: bool = True


def slug(text: str) -> str:
    """A text as it stands in a URL."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def image_path(sku: str, number: int = 1) -> str:
    """Where the gallery keeps an image of a product, in folders of one letter as Magento does."""
    name = f"{slug(sku)}-{number}.jpg"
    return f"/{name[0]}/{name[1]}/{name}"


def write_product(rows: Rows, product_id: int, product: Product) -> None:
    """Write a product with its values, websites, categories, images, stock and addresses."""
    created_at = OPENED.replace("08:00", f"{8 + product_id % 10:02}:{product_id % 60:02}")
    has_options = product.has_options or product.type_id in ("configurable", "bundle")
    rows.add(
        "catalog_product_entity",
        entity_id=product_id,
        # A set that does not exist has no name to send.
        attribute_set_id=ATTRIBUTE_SETS.get(product.attribute_set, 99),
        type_id=product.type_id,
        sku=product.sku,
        has_options=int(has_options),
        required_options=int(has_options),
        created_at=created_at,
        updated_at=created_at,
    )
    rows.add_all(
        "catalog_product_website",
        "product_id, website_id",
        ((product_id, website) for website in product.websites),
    )
    rows.add_all(
        "catalog_category_product",
        "category_id, product_id, position",
        ((category_id(key), product_id, product_id % 20) for key in product.categories),
    )
    if product.has_values:
        write_values(rows, product_id, EVERY_STORE, _usual_values(product) | dict(product.values))
        write_values(rows, product_id, STORE_DEFAULT, product.english)
        write_values(rows, product_id, STORE_FRENCH, product.french)
        write_values(rows, product_id, STORE_WHOLESALE, product.wholesale)
        write_images(
            rows, product_id, [image_path(product.sku, number + 1) for number in range(product.images)]
        )
    if product.stock is not None:
        write_stock(rows, product_id, product.sku, product.stock)
    if product.has_address:
        _write_addresses(rows, product_id, product)


def _usual_values(product: Product) -> dict[str, Value]:
    is_food = product.attribute_set in ("Coffee", "Tea")
    values: dict[str, Value] = {
        "name": product.name,
        "description": f"<p>{product.about}</p>",
        "short_description": product.about.split(". ")[0].rstrip(".") + ".",
        "meta_title": f"{product.name} | Kettle Lane",
        "meta_keyword": slug(product.name).replace("-", ", "),
        "meta_description": product.about,
        "url_key": slug(product.name),
        "status": 1,
        "visibility": 4,
        "tax_class_id": FOOD_REDUCED if is_food else TAXABLE_GOODS,
    }
    if product.price is not None:
        values["price"] = product.price
    if product.images:
        values |= dict.fromkeys(("image", "small_image", "thumbnail"), image_path(product.sku))
        values["image_label"] = product.name
    return values


def write_values(rows: Rows, product_id: int, store_id: int, values: Values) -> None:
    """Write attribute values of a product into the tables of their types."""
    for code, value in values.items():
        if value != ABSENT:
            attribute_id, attribute = PRODUCT_ATTRIBUTES[code]
            rows.add_all(
                f"catalog_product_entity_{attribute.backend_type}",
                "attribute_id, store_id, entity_id, value",
                [(attribute_id, store_id, product_id, value)],
            )


def _write_addresses(rows: Rows, product_id: int, product: Product) -> None:
    stores = {WEBSITE_BASE: (STORE_DEFAULT, STORE_FRENCH), WEBSITE_WHOLESALE: (STORE_WHOLESALE,)}
    for website in product.websites:
        for store_id in stores[website]:
            own = product.french if store_id == STORE_FRENCH else {}
            url_key = own.get("url_key") or product.values.get("url_key") or slug(product.name)
            rows.add(
                "url_rewrite",
                entity_type="product",
                entity_id=product_id,
                request_path=f"{url_key}.html",
                target_path=f"catalog/product/view/id/{product_id}",
                redirect_type=0,
                store_id=store_id,
                is_autogenerated=1,
            )
