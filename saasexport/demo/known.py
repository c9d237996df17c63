"""What the shop is known for, and an example of each kind of product that has no parts.

Here are values of every kind of attribute, and of what may differ between store views.

The order gives the ids, and the story in shop.py knows the first and the third by theirs: add at the end.
"""

from saasexport.demo.choices import option, option_list
from saasexport.demo.product import Product
from saasexport.demo.rows import Value
from saasexport.demo.scopes import TAXABLE_GOODS, WEBSITE_BASE
from saasexport.demo.stock import ENDLESS, Stock

_FILTER = ("filter-coffee", "by-the-sack")


def _coffee(roast: str, *tastes: str) -> dict[str, Value]:
    """The shop's own attributes of a coffee."""
    return {
        "brand": option("brand", "Old Quay Roasters"),
        "roast": option("roast", roast),
        "grind": option("grind", "Whole beans"),
        "pack_size": option("pack_size", "250 g"),
        "taste_notes": option_list("taste_notes", *tastes),
        "weight": 0.55,
        "organic": 1,
    }


KNOWN = (
    Product(
        "KL-ESP-HOUSE",
        "House Espresso",
        14.5,
        "Chocolate and hazelnut, thick as Sunday. Roasted every Tuesday.",
        categories=("espresso", "dark-roasts", "market-stall", "by-the-sack"),
        values=_coffee("Dark", "Chocolate", "Hazelnut")
        | {
            "brew_methods": option_list("brew_methods", "Espresso machine", "Moka pot"),
            "dishwasher_safe": 0,
            "storage_hint": "Cool, dark, closed",
            "care_notes": "Keep it closed.\nNot in the fridge.",
            "caffeine": 63.5,
            "harvested_on": "2025-10-14 00:00:00",
            "altitude": 1450,
            "origin_country": "BR",
            "deposit": 0,
            "news_from_date": "2025-11-01 00:00:00",
            "news_to_date": None,
            "cost": 6.2,
            "small_image_label": "House Espresso, small",
            "thumbnail_label": "House Espresso, tiny",
            "swatch_image": "/k/l/kl-esp-house-swatch.jpg",
            "description": '<p>Our first blend. <img src="{{media url=wysiwyg/roaster.jpg}}" alt=""/> '
            '<a href="{{store url=espresso.html}}">All espresso</a></p>',
        },
        english={"storage_hint": "Cool, dark, closed. Not in the fridge"},
        french={
            "name": "Espresso maison",
            "url_key": "espresso-maison",
            "meta_title": "Espresso maison | Kettle Lane",
            "short_description": "Chocolat et noisette.",
            "care_notes": None,
            "image_label": "Espresso maison",
            "image": "/k/l/kl-esp-house-bag.jpg",
        },
        wholesale={"price": 11.9, "name": "House Espresso (trade)"},
        images=2,
    ),
    Product(
        "KL-TEA-BREAK",
        "Market Breakfast Tea",
        7.2,
        "Strong, malty and quick. What the stall holders drink at six.",
        attribute_set="Tea",
        categories=("black-tea", "staff-picks-tea", "by-the-chest"),
        values={
            "brand": option("brand", "Blue Gate Tea House"),
            "weight": 0.3,
            "organic": 0,
            "steeping_time": "4",
            "taste_notes": option_list("taste_notes", "Malt"),
            "origin_country": "IN",
        },
        french={"name": "Thé du marché", "description": "<p>Corsé et malté.</p>"},
        wholesale={"price": 5.4},
    ),
    Product(
        "KL-MUG-CHIPPED",
        "Chipped Enamel Mug",
        4,
        "One left, chipped at the rim. Still holds tea.",
        attribute_set="Tableware",
        categories=("clearance",),
        values={"color": option("color", "Cream"), "weight": 0.4, "dishwasher_safe": 1},
        stock=Stock((("default", 1, 1),)),
    ),
    # A store row that holds NULL hides the default text.
    Product(
        "KL-ESP-NIGHT",
        "Night Ferry Espresso",
        15.2,
        "For the late crossing. Blackcurrant and dark sugar.",
        categories=("espresso", "dark-roasts"),
        values=_coffee("Dark", "Blackcurrant"),
        french={"name": "Espresso du ferry", "description": None, "meta_title": None},
    ),
    # Switched off in one store view, and on in one only.
    Product(
        "KL-FIL-DAWN",
        "Dawn Chorus Filter",
        12.8,
        "Citrus at first light. A lively cup.",
        categories=_FILTER,
        values=_coffee("Light", "Citrus", "Jasmine"),
        french={"status": 2},
    ),
    Product(
        "KL-FIL-TRADE",
        "Canteen Filter",
        9.5,
        "By the sack for big urns.",
        categories=_FILTER,
        values=_coffee("Medium") | {"status": 2},
        wholesale={"status": 1, "visibility": 2},
    ),
    # A select value whose option was removed, a NULL, and an empty text.
    Product(
        "KL-FIL-MEADOW",
        "Meadow Light Roast",
        13.4,
        "Honey and hay. Soft.",
        categories=("single-origin",),
        values=_coffee("Light", "Honey") | {"grind": 9999, "origin_country": None, "storage_hint": ""},
    ),
    Product(
        "KL-TEA-SENCHA",
        "First Pick Sencha",
        11.6,
        "Steamed on the day of picking. Green as it gets.",
        attribute_set="Tea",
        categories=("green-tea", "by-the-chest"),
        values={
            "taste_notes": option_list("taste_notes", "Fresh grass", "Honey"),
            "steeping_time": "2",
            "weight": 0.25,
            "brand": option("brand", "Blue Gate Tea House"),
        },
    ),
    Product(
        "KL-MAT-STONE",
        "Stone Ground Matcha",
        24,
        "Two hours on granite for thirty grams. Whisk it hot.",
        attribute_set="Tea",
        categories=("matcha", "gifts"),
        values={"weight": 0.1},
        images=3,
    ),
    Product(
        "KL-KTL-STOVE",
        "Stove Top Kettle",
        46,
        "Two liters, and it sings. Copper bottom.",
        attribute_set="Kitchen tools",
        categories=("kettles", "cafe-supplies"),
        images=1,
        values={"color": option("color", "Copper"), "weight": 2.6, "dishwasher_safe": 0},
        french={"name": "Bouilloire à sifflet"},
        wholesale={"price": 38},
    ),
    Product(
        "KL-GRD-HAND",
        "Hand Grinder",
        58,
        "Steel burrs, walnut handle. Twenty turns a cup.",
        attribute_set="Kitchen tools",
        categories=("grinders", "gifts", "cafe-supplies"),
        values={"weight": 1.2, "brand": option("brand", "Tinsmith & Daughter")},
        wholesale={"price": 46.5},
    ),
    Product(
        "KL-DRP-CLAY",
        "Clay Dripper",
        29,
        "Thrown on the hill, fired twice.",
        attribute_set="Tableware",
        categories=("pour-over",),
        values={"glaze": option("glaze", "Speckled"), "weight": 0.9},
    ),
    Product(
        "KL-KNF-BREAD",
        "Bread Knife",
        39,
        "Cuts crust, spares crumb.",
        attribute_set="Kitchen tools",
        categories=("knives",),
        values={"weight": 0.5, "tax_class_id": TAXABLE_GOODS},
    ),
    Product(
        "KL-PAN-OMELET",
        "Omelet Pan",
        44,
        "Carbon steel, seasoned with flax.",
        attribute_set="Kitchen tools",
        categories=("pans", "cafe-supplies"),
        values={"weight": 2.9},
    ),
    Product(
        "KL-TIN-LARGE",
        "Tea Tin, large",
        8.5,
        "Keeps half a pound.",
        attribute_set="Tableware",
        categories=("gifts",),
        values={"weight": 0.3},
    ),
    Product(
        "KL-CDB-JAR",
        "Cold Brew Jar",
        27,
        "For the summer market. Sleeps overnight.",
        attribute_set="Kitchen tools",
        categories=("cold-brew", "cold-brew-kits"),
        values={"weight": 1.9},
        has_options=True,
    ),
    # Custom options and everything a shopper may type in: options.py.
    Product(
        "KL-BOX-HAMPER",
        "Market Hamper",
        49,
        "A wooden box, filled as you like. Tied with a ribbon.",
        attribute_set="Default",
        categories=("gifts", "market-stall"),
        values={"weight": 4.4},
        has_options=True,
    ),
)

# Virtual, downloadable and gift card products.
WITHOUT_PARTS = (
    Product(
        "KL-WSH-LATTE",
        "Latte Art Workshop",
        65,
        "A Saturday morning, forty liters of milk.",
        "virtual",
        "Default",
        (WEBSITE_BASE,),
        ("latte-art",),
        {"tax_class_id": TAXABLE_GOODS},
        stock=Stock((("default", 12, 1),)),
    ),
    Product(
        "KL-WSH-ONLINE",
        "Cupping, online",
        25,
        "We send the beans, you slurp.",
        "virtual",
        "Default",
        categories=("workshops",),
        stock=ENDLESS,
        values={"tax_class_id": 0},
    ),
    Product(
        "KL-DL-RECIPES",
        "Kettle Lane Recipes",
        9,
        "Sixty recipes to print.",
        "downloadable",
        "Default",
        categories=("gifts",),
        stock=ENDLESS,
        french={"links_title": "Chapitres"},
        values={"links_title": "Chapters", "samples_title": "A taste", "links_purchased_separately": 1},
    ),
    # Downloadable, with nothing to download yet.
    Product(
        "KL-DL-ALMANAC",
        "Tea Almanac",
        5,
        "Appears in spring.",
        "downloadable",
        "Default",
        stock=ENDLESS,
        values={"links_title": "Months", "links_purchased_separately": 0},
    ),
    Product(
        "KL-GIFT-CARD",
        "Gift Card",
        None,
        "For any stall in the lane.",
        "giftcard",
        "Default",
        categories=("gifts",),
        stock=ENDLESS,
        values={"giftcard_type": 0, "is_redeemable": 1, "allow_message": 1},
    ),
)
