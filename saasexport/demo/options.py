"""Custom options: what a shopper picks from a list, and what they type in or upload."""

from dataclasses import dataclass

from saasexport.demo.attributes import attribute_id
from saasexport.demo.rows import Rows, Value
from saasexport.demo.scopes import EVERY_STORE, STORE_FRENCH, STORE_WHOLESALE

Prices = dict[int, tuple[float, str]]  # by store: amount, and "fixed" or "percent"
_OPTION = "catalog_product_option"


@dataclass(frozen=True)
class Pick:
    """One value of an option that is picked."""

    titles: dict[int, str]
    prices: Prices
    sku: str | None = None


PICKED: tuple[tuple[str, str, dict[int, str], tuple[Pick, ...]], ...] = (
    (
        "KL-BOX-HAMPER",
        "drop_down",
        {EVERY_STORE: "Ribbon", STORE_FRENCH: "Ruban"},
        (
            Pick(
                {EVERY_STORE: "Linen", STORE_FRENCH: "Lin"},
                {EVERY_STORE: (0, "fixed"), STORE_FRENCH: (1.5, "fixed")},
                "RIB-LINEN",
            ),
            # A price of a store view counts where the title is the store view's own, too.
            Pick(
                {EVERY_STORE: "Silk"}, {EVERY_STORE: (4, "fixed"), STORE_WHOLESALE: (3, "fixed")}, "RIB-SILK"
            ),
            # Without a title for every store there is no value.
            Pick({STORE_FRENCH: "Raphia"}, {EVERY_STORE: (2, "fixed")}),
        ),
    ),
    (
        "KL-BOX-HAMPER",
        "radio",
        {EVERY_STORE: "Size"},
        (
            Pick({EVERY_STORE: "Small"}, {EVERY_STORE: (0, "fixed")}),
            Pick({EVERY_STORE: "Large"}, {EVERY_STORE: (25, "percent")}),
        ),
    ),
    (
        "KL-BOX-HAMPER",
        "checkbox",
        {EVERY_STORE: "Extras"},
        (
            Pick({EVERY_STORE: "Biscuits"}, {EVERY_STORE: (5.5, "fixed")}, "EXT-BISCUITS"),
            Pick({EVERY_STORE: "Jam"}, {}),
        ),
    ),
    (
        "KL-BOX-HAMPER",
        "multiple",
        {EVERY_STORE: "Teas"},
        (
            Pick({EVERY_STORE: "Black"}, {EVERY_STORE: (3, "fixed")}),
            Pick({EVERY_STORE: "Green"}, {EVERY_STORE: (3, "fixed")}),
        ),
    ),
    # Nothing to pick from, and no title for every store: neither may spoil the product.
    ("KL-CDB-JAR", "drop_down", {EVERY_STORE: "Tap"}, ()),
    ("KL-CDB-JAR", "radio", {STORE_FRENCH: "Couvercle"}, (Pick({EVERY_STORE: "Cork"}, {}),)),
)

# (type, titles, prices, columns of the option)
TYPED: tuple[tuple[str, dict[int, str], Prices, dict[str, Value]], ...] = (
    (
        "field",
        {EVERY_STORE: "Name on the tag", STORE_FRENCH: "Nom sur l'étiquette"},
        {EVERY_STORE: (2, "fixed"), STORE_FRENCH: (2.5, "fixed")},
        {"max_characters": 20, "is_require": 1},
    ),
    (
        "area",
        {EVERY_STORE: "Your message"},
        {EVERY_STORE: (10, "percent"), STORE_FRENCH: (9, "fixed")},
        {"max_characters": 400},
    ),
    (
        "file",
        {EVERY_STORE: "A picture for the lid"},
        {EVERY_STORE: (6, "fixed")},
        {"file_extension": "png, jpg", "image_size_x": 1200, "image_size_y": 900, "sku": "LID"},
    ),
    ("date", {EVERY_STORE: "Day of delivery"}, {}, {}),
    ("date_time", {EVERY_STORE: "Picked up at"}, {}, {}),
    ("time", {EVERY_STORE: "Not before"}, {EVERY_STORE: (0, "fixed")}, {}),
)


def write_options(rows: Rows, ids: dict[str, int]) -> None:
    """Write every kind of custom option."""
    for position, (sku, kind, titles, picks) in enumerate(PICKED):
        option_id = rows.next_id(_OPTION)
        _write_option(rows, option_id, ids[sku], kind, titles, {}, sort_order=10 - position, is_require=1)
        for number, pick in enumerate(picks):
            _write_pick(rows, option_id, number, pick)
    for position, (kind, titles, prices, columns) in enumerate(TYPED, 20):
        given = {"is_require": 0, "sort_order": position} | columns
        _write_option(rows, rows.next_id(_OPTION), ids["KL-BOX-HAMPER"], kind, titles, prices, **given)
    # The same id as the attribute that the cup is chosen by.
    color = attribute_id("color")
    _write_option(rows, color, ids["KL-CUP"], "radio", {EVERY_STORE: "Wrapped"}, {}, is_require=0)
    _write_pick(rows, color, 0, Pick({EVERY_STORE: "In paper"}, {EVERY_STORE: (1, "fixed")}))


def _write_option(
    rows: Rows,
    option_id: int,
    product_id: int,
    kind: str,
    titles: dict[int, str],
    prices: Prices,
    **columns: Value,
) -> None:
    rows.add(_OPTION, option_id=option_id, product_id=product_id, type=kind, **columns)
    rows.add_all(
        f"{_OPTION}_title",
        "option_id, store_id, title",
        ((option_id, store, title) for store, title in titles.items()),
    )
    rows.add_all(
        f"{_OPTION}_price",
        "option_id, store_id, price, price_type",
        ((option_id, store, *price) for store, price in prices.items()),
    )


def _write_pick(rows: Rows, option_id: int, position: int, pick: Pick) -> None:
    value_id = rows.next_id(f"{_OPTION}_type_value")
    rows.add(
        f"{_OPTION}_type_value",
        option_type_id=value_id,
        option_id=option_id,
        sku=pick.sku,
        sort_order=position,
    )
    rows.add_all(
        f"{_OPTION}_type_title",
        "option_type_id, store_id, title",
        ((value_id, store, title) for store, title in pick.titles.items()),
    )
    rows.add_all(
        f"{_OPTION}_type_price",
        "option_type_id, store_id, price, price_type",
        ((value_id, store, *price) for store, price in pick.prices.items()),
    )
