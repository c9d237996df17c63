"""Products on the edges: what is off, hidden, half filled in, on sale for a while, short of stock.

The order gives the ids: add at the end.
"""

from datetime import date, timedelta
from typing import Any

from saasexport.demo.product import ABSENT, Product
from saasexport.demo.scopes import BOTH_WEBSITES, WEBSITE_BASE, WEBSITE_WHOLESALE
from saasexport.demo.stock import Stock


def _tool(sku: str, name: str, price: float | None = 10, **more: Any) -> Product:
    about = f"{name}: a plain thing, made well. Lasts."
    usual = {"attribute_set": "Kitchen tools", "categories": ("kitchen-tools",)}
    return Product(sku, name, price, about, **usual | more)


EDGES = (
    _tool("KL-OFF", "Iron Trivet", values={"status": 2}),
    _tool("KL-HIDDEN", "Spare Gasket", values={"visibility": 1}),
    _tool("KL-CATALOG", "Milk Pan", values={"visibility": 2}),
    _tool("KL-SEARCH", "Descaler", values={"visibility": 3}),
    _tool("KL-UNSEEN", "Filter Papers", values={"visibility": ABSENT}),
    # Neither enabled nor disabled: such a product cannot be sent.
    _tool("KL-DRAFT-BARE", "Draft without any value", has_values=False, has_address=False, stock=None),
    _tool("KL-DRAFT-ZERO", "Draft of unknown status", values={"status": 0}),
    # Without a status it counts as disabled.
    _tool("KL-DRAFT-NULL", "Draft without a status", values={"status": ABSENT}),
    _tool("KL-ONLY-BASE", "Stall Tote Bag", websites=(WEBSITE_BASE,), values={"tax_class_id": 77}),
    _tool("KL-ONLY-TRADE", "Knock Box", 22, websites=(WEBSITE_WHOLESALE,), categories=("cafe-supplies",)),
    _tool("KL-NOWHERE", "Old Till", websites=()),
    _tool(
        "KL-NO-SET", "Oddment", attribute_set="gone", values={"tax_class_id": ABSENT, "description": ABSENT}
    ),
    _tool("KL-NO-PRICE", "Price on Request Boiler", None, categories=("cafe-supplies",)),
    _tool(
        "KL-NO-IMAGE",
        "Sugar Tongs",
        images=0,
        values=dict.fromkeys(("image", "small_image", "thumbnail", "swatch_image"), "no_selection"),
    ),
    _tool("KL-STRAY-IMAGE", "Honey Dipper", values={"thumbnail": "/h/o/not-in-the-gallery.jpg"}),
    _tool("KL-NO-ADDRESS", "Cork Mat", has_address=False),
    _tool("KL-NO-KEY", "Twine", has_address=False, values={"url_key": ABSENT}),
    # The second price is of a website that does not sell the product.
    _tool("KL-PRICE-STRAY", "Egg Cup", 6, websites=(WEBSITE_BASE,), wholesale={"price": 5}),
    # Two store views of one website disagree about the price.
    _tool("KL-PRICE-TWICE", "Salt Cellar", 11, english={"price": 11.5}, french={"price": 12}),
    _tool("KL-TIERS", "Paper Cups, sleeve", 4.5, categories=("crockery",)),
    _tool("KL-TIERS-MIXED", "Stirrers, box", 3.9, categories=("crockery",)),
    _tool("KL-RULE", "Moka Pot", 36, categories=("brewing",)),
)


def on_sale(today: date) -> tuple[Product, ...]:
    """Special prices: for now, over, not yet, without dates, switched off for a website by NULL."""
    return (
        _tool(
            "KL-SALE-NOW",
            "Tamper",
            32,
            categories=("clearance",),
            values={
                "special_price": 24,
                "special_from_date": _day(today, -3),
                "special_to_date": _day(today, 4),
            },
            wholesale={"price": 27, "special_price": 21.5},
        ),
        _tool(
            "KL-SALE-OVER",
            "Milk Jug",
            18,
            values={
                "special_price": 12,
                "special_from_date": _day(today, -40),
                "special_to_date": _day(today, -10),
            },
        ),
        _tool(
            "KL-SALE-SOON",
            "Bean Scoop",
            9,
            values={
                "special_price": 6,
                "special_from_date": _day(today, 5),
                "special_to_date": _day(today, 12),
            },
        ),
        _tool("KL-SALE-OPEN", "Tea Strainer", 7, values={"special_price": 5.5}),
        _tool(
            "KL-SALE-NULL",
            "Butter Dish",
            19,
            values={"special_price": 15},
            wholesale={"price": None, "special_price": None},
        ),
    )


def _day(today: date, offset: int) -> str:
    return f"{today + timedelta(offset)} 00:00:00"


def _kept_tool(sku: str, name: str, stock: Stock | None, websites: tuple[int, ...] = BOTH_WEBSITES) -> Product:
    return _tool(sku, name, 15, stock=stock, websites=websites, categories=("kitchen-tools", "cafe-supplies"))


STOCKED = (
    _kept_tool("KL-STK-OUT", "Sold Out Thermometer", Stock((("default", 0, 0), ("harbour", 0, 0)))),
    _kept_tool("KL-STK-DEFAULT", "Back Room Scale", Stock((("default", 9, 1),)), (WEBSITE_BASE,)),
    _kept_tool("KL-STK-TRADE", "Warehouse Urn", Stock((("harbour", 7, 1), ("hill", 5.5, 1)))),
    _kept_tool("KL-STK-SHUT", "Shut Away Sieve", Stock((("hill", 5, 0), ("default", 8, 0)))),
    _kept_tool("KL-STK-ATTIC", "Attic Coffee Mill", Stock((("attic", 30, 1),))),
    _kept_tool("KL-STK-NONE", "Unlisted Ladle", None),
    _kept_tool(
        "KL-STK-FREE",
        "Advice Leaflet",
        Stock((("default", 0, 1), ("harbour", 0, 1)), {"manage_stock": 0, "use_config_manage_stock": 0}),
    ),
    _kept_tool(
        "KL-STK-BACK",
        "Enamel Pot",
        Stock(
            (("default", 0, 1), ("harbour", 2, 1)),
            {"backorders": 1, "use_config_backorders": 0, "min_qty": 0, "use_config_min_qty": 0},
        ),
    ),
    _kept_tool(
        "KL-STK-NOTIFY",
        "Roasting Tin",
        Stock(
            (("default", 0, 1),),
            {"backorders": 2, "use_config_backorders": 0, "min_qty": -5, "use_config_min_qty": 0},
        ),
    ),
    _kept_tool(
        "KL-STK-FLOOR",
        "Bread Bin",
        Stock((("default", 3, 1), ("harbour", 4, 1)), {"min_qty": 4, "use_config_min_qty": 0}),
    ),
    _kept_tool("KL-STK-LOW", "Whisk", Stock((("default", 4, 1), ("harbour", 19, 1)))),
    _kept_tool("KL-STK-OVER", "Promised Twice Pan", Stock((("default", 2, 1), ("harbour", 3, 1)))),
    _kept_tool(
        "KL-STK-CART",
        "Napkins by the Dozen",
        Stock(
            item={
                "min_sale_qty": 12,
                "use_config_min_sale_qty": 0,
                "max_sale_qty": 144,
                "use_config_max_sale_qty": 0,
                "qty_increments": 12,
                "use_config_qty_increments": 0,
                "enable_qty_increments": 1,
                "use_config_enable_qty_inc": 0,
            }
        ),
    ),
    # A stock item of one website: the other has no settings to send.
    _kept_tool("KL-STK-SITE", "Half Listed Board", Stock(item={"website_id": WEBSITE_BASE})),
)
