"""The rest of the shelves: as many ordinary simple products as one asks for.

This is where a large shop's time goes.  Products are written a chunk at a time, straight into lists per
table and in the order of the tables' keys, and nothing grows with the number of products.  Each has 20
attributes, some more values for single store views, three images and four categories.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from saasexport.demo.attributes import ATTRIBUTE_SETS, attribute_id
from saasexport.demo.categories import category_id
from saasexport.demo.choices import CHOICES, option, option_list
from saasexport.demo.product import slug
from saasexport.demo.rows import Row, Rows
from saasexport.demo.scopes import (
    BOTH_WEBSITES,
    EVERY_STORE,
    FOOD_REDUCED,
    STORE_FRENCH,
    STORE_VIEWS,
    STORE_WHOLESALE,
    TAXABLE_GOODS,
)
from saasexport.demo.words import SHELVES, Shelf

# Some 45,000 rows: enough that the number of statements no longer matters.
CHUNK = 1000
IMAGES = 3

_GALLERY = "catalog_product_entity_media_gallery"
_BRANDS = tuple(option("brand", brand.label) for brand in CHOICES["brand"])
_PAIRS = {
    code: tuple(
        option_list(code, one.label, other.label)
        for one, other in zip(choices, choices[1:] + choices[:1], strict=True)
    )
    for code, choices in CHOICES.items()
    if code in ("taste_notes", "brew_methods")
}
_ID = {
    code: attribute_id(code)
    for code in (
        "name",
        "meta_title",
        "meta_description",
        "image",
        "small_image",
        "thumbnail",
        "url_key",
        "description",
        "short_description",
        "meta_keyword",
        "taste_notes",
        "brew_methods",
        "status",
        "visibility",
        "tax_class_id",
        "brand",
        "organic",
        "dishwasher_safe",
        "price",
        "weight",
        "news_from_date",
        "special_price",
    )
}


@dataclass(frozen=True)
class Ordinary:
    """What an ordinary product's rows are made from."""

    product_id: int
    sku: str
    shelf: Shelf
    name: str
    french_name: str
    url_key: str
    price: float


def write_ordinary(rows: Rows, first_id: int, count: int, rng: Random) -> None:
    """Write `count` products, from `first_id` on."""
    last = first_id + count
    for start in range(first_id, last, CHUNK):
        products = [
            _describe(product_id, product_id - first_id, rng)
            for product_id in range(start, min(start + CHUNK, last))
        ]
        _write_entities(rows, products)
        _write_texts(rows, products, rng)
        _write_numbers(rows, products, rng)
        _write_images(rows, products)
        _write_stock(rows, products, rng)
        rows.insert()


def _describe(product_id: int, number: int, rng: Random) -> Ordinary:
    """Name a product: each combination of words once, then each again as another lot."""
    shelf = SHELVES[number % len(SHELVES)]
    rest, first = divmod(number // len(SHELVES), len(shelf.firsts))
    rest, second = divmod(rest, len(shelf.seconds))
    lot, noun = divmod(rest, len(shelf.nouns))
    # A step aside for each word keeps neighbors from being called alike; no combination is left out by it.
    second = (second + first) % len(shelf.seconds)
    noun = (noun + first + second) % len(shelf.nouns)
    english_second, french_second = shelf.seconds[second]
    english_noun, french_noun = shelf.nouns[noun]
    suffix = f", lot {lot + 1}" if lot else ""
    name = f"{shelf.firsts[first]} {english_second} {english_noun}{suffix}"
    low, high = shelf.price
    return Ordinary(
        product_id,
        f"KL-{shelf.code}-{product_id:06}",
        shelf,
        name,
        f"{french_noun} {shelf.firsts[first]} {french_second}{suffix}",
        slug(name),
        int(low + (high - low) * rng.random() ** 2) + rng.choice((0.2, 0.5, 0.9)),
    )


def _write_entities(rows: Rows, products: list[Ordinary]) -> None:
    rows.add_all(
        "catalog_product_entity",
        "entity_id, attribute_set_id, type_id, sku, created_at, updated_at",
        (
            (
                one.product_id,
                ATTRIBUTE_SETS[one.shelf.attribute_set],
                "simple",
                one.sku,
                *2 * (_created_at(one),),
            )
            for one in products
        ),
    )
    rows.add_all(
        "catalog_product_website",
        "product_id, website_id",
        ((one.product_id, website) for one in products for website in BOTH_WEBSITES),
    )
    rows.add_all(
        "catalog_category_product",
        "category_id, product_id, position",
        (
            (category_id(key), one.product_id, one.product_id % 50)
            for one in products
            for key in one.shelf.categories[one.product_id % len(one.shelf.categories)]
        ),
    )
    rows.add_all(
        "url_rewrite",
        "entity_type, entity_id, request_path, target_path, redirect_type, store_id, is_autogenerated",
        (
            ("product", one.product_id, path, target, 0, store_id, 1)
            for one in products
            for path, target in ((f"{one.url_key}.html", f"catalog/product/view/id/{one.product_id}"),)
            for store_id in STORE_VIEWS
        ),
    )


def _created_at(one: Ordinary) -> str:
    number = one.product_id
    return f"2024-{3 + number % 9:02}-{1 + number % 28:02} {8 + number % 10:02}:{number % 60:02}:00"


def _paths(one: Ordinary) -> list[str]:
    start = f"/{one.url_key[0]}/{one.url_key[1]}/{one.sku.lower()}"
    return [f"{start}-{number}.jpg" for number in range(1, IMAGES + 1)]


def _write_texts(rows: Rows, products: list[Ordinary], rng: Random) -> None:
    columns = "entity_id, attribute_id, store_id, value"
    varchar: list[Row] = []
    text: list[Row] = []
    for one in products:
        sentences = rng.sample(one.shelf.sentences, 4)
        about = " ".join(sentences[:3])
        image = _paths(one)[0]
        varchar += (
            (one.product_id, _ID["name"], EVERY_STORE, one.name),
            (one.product_id, _ID["name"], STORE_FRENCH, one.french_name),
            (one.product_id, _ID["meta_title"], EVERY_STORE, f"{one.name} | Kettle Lane"),
            (one.product_id, _ID["meta_description"], EVERY_STORE, f"{one.name}: {sentences[0]}"),
            (one.product_id, _ID["image"], EVERY_STORE, image),
            (one.product_id, _ID["small_image"], EVERY_STORE, image),
            (one.product_id, _ID["thumbnail"], EVERY_STORE, image),
            (one.product_id, _ID["url_key"], EVERY_STORE, one.url_key),
        )
        several = _PAIRS[one.shelf.multiselect]
        text += (
            (one.product_id, _ID["description"], EVERY_STORE, f"<p>{one.name}. {about}</p><p>{sentences[3]}</p>"),
            (one.product_id, _ID["short_description"], EVERY_STORE, sentences[1]),
            (one.product_id, _ID["short_description"], STORE_FRENCH, f"{one.french_name}, choisi au marché."),
            (one.product_id, _ID["meta_keyword"], EVERY_STORE, one.url_key.replace("-", ", ")),
        )
        chosen = (
            one.product_id,
            _ID[one.shelf.multiselect],
            EVERY_STORE,
            several[one.product_id % len(several)],
        )
        (text if one.shelf.multiselect == "taste_notes" else varchar).append(chosen)
    rows.add_all("catalog_product_entity_varchar", columns, varchar)
    rows.add_all("catalog_product_entity_text", columns, text)


def _write_numbers(rows: Rows, products: list[Ordinary], rng: Random) -> None:
    columns = "entity_id, attribute_id, store_id, value"
    whole: list[Row] = []
    decimal: list[Row] = []
    for one in products:
        number = one.product_id
        is_food = one.shelf.attribute_set in ("Coffee", "Tea")
        whole += (
            (number, _ID["status"], EVERY_STORE, 2 if number % 40 == 0 else 1),
            (number, _ID["visibility"], EVERY_STORE, 4),
            (number, _ID["tax_class_id"], EVERY_STORE, FOOD_REDUCED if is_food else TAXABLE_GOODS),
            (number, _ID["brand"], EVERY_STORE, _BRANDS[number % len(_BRANDS)]),
            (number, _ID["organic"], EVERY_STORE, number % 2),
            (number, _ID["dishwasher_safe"], EVERY_STORE, number % 3 // 2),
        )
        low, high = one.shelf.weight
        decimal += (
            (number, _ID["price"], EVERY_STORE, one.price),
            (number, _ID["weight"], EVERY_STORE, round(low + (high - low) * rng.random(), 2)),
        )
        if number % 2:
            decimal.append((number, _ID["price"], STORE_WHOLESALE, round(one.price * 0.8, 2)))
        if number % 10 == 0:
            decimal.append((number, _ID["special_price"], EVERY_STORE, round(one.price * 0.9, 2)))
    rows.add_all("catalog_product_entity_int", columns, whole)
    rows.add_all("catalog_product_entity_decimal", columns, decimal)
    rows.add_all(
        "catalog_product_entity_datetime",
        columns,
        (
            (one.product_id, _ID["news_from_date"], EVERY_STORE, f"{_created_at(one)[:10]} 00:00:00")
            for one in products
        ),
    )


def _write_images(rows: Rows, products: list[Ordinary]) -> None:
    gallery_id = attribute_id("media_gallery")
    images = [
        (rows.next_id(_GALLERY), one, path, position)
        for one in products
        for position, path in enumerate(_paths(one), 1)
    ]
    rows.add_all(
        _GALLERY, "value_id, attribute_id, value", ((value, gallery_id, path) for value, _, path, _ in images)
    )
    rows.add_all(
        f"{_GALLERY}_value_to_entity",
        "value_id, entity_id",
        ((value, one.product_id) for value, one, *_ in images),
    )
    rows.add_all(
        f"{_GALLERY}_value",
        "value_id, store_id, entity_id, label, position",
        (
            (value, EVERY_STORE, one.product_id, one.name if position == 1 else None, position)
            for value, one, _, position in images
        ),
    )


def _write_stock(rows: Rows, products: list[Ordinary], rng: Random) -> None:
    quantities = [(one, rng.randrange(0, 90), rng.randrange(0, 400)) for one in products]
    rows.add_all(
        "cataloginventory_stock_item",
        "product_id, stock_id, qty, is_in_stock, manage_stock, max_sale_qty, qty_increments",
        ((one.product_id, 1, in_shop, int(in_shop > 0), 1, 10000, 1) for one, in_shop, _ in quantities),
    )
    rows.add_all("inventory_source_item", "source_code, sku, quantity, status", _source_items(quantities))


def _source_items(quantities: list[tuple[Ordinary, int, int]]) -> Iterator[Row]:
    for one, in_shop, in_harbour in quantities:
        yield "default", one.sku, in_shop, int(in_shop > 0)
        yield "harbour", one.sku, in_harbour, int(in_harbour > 0)
