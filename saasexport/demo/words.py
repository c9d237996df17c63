"""The words that the ordinary products are named with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shelf:
    """Products of one kind: how they are called, what they cost and weigh, where they stand."""

    code: str
    attribute_set: str
    categories: tuple[tuple[str, str, str, str], ...]
    firsts: tuple[str, ...]
    seconds: tuple[tuple[str, str], ...]  # English, French
    nouns: tuple[tuple[str, str], ...]
    price: tuple[float, float]
    weight: tuple[float, float]
    multiselect: str  # the attribute that tells one from the other
    sentences: tuple[str, ...]


SHELVES = (
    Shelf(
        "COF",
        "Coffee",
        (
            ("coffee", "espresso", "dark-roasts", "by-the-sack"),
            ("coffee", "filter-coffee", "single-origin", "by-the-sack"),
            ("coffee", "filter-coffee", "market-stall", "by-the-sack"),
        ),
        (
            "Sidamo",
            "Huila",
            "Antigua",
            "Kirinyaga",
            "Minas",
            "Tarrazu",
            "Gayo",
            "Nyeri",
            "Cauca",
            "Yirga",
            "Kivu",
            "Marcala",
        ),
        (
            ("Washed", "lavé"),
            ("Natural", "nature"),
            ("Honey", "honey"),
            ("Sun Dried", "séché au soleil"),
            ("Harbor", "du port"),
            ("Market", "du marché"),
            ("Winter", "d'hiver"),
            ("Early", "du matin"),
        ),
        (
            ("Espresso", "Espresso"),
            ("Filter", "Café filtre"),
            ("Beans", "Grains"),
            ("Blend", "Mélange"),
            ("Dark Roast", "Torréfaction foncée"),
        ),
        (8, 22),
        (0.3, 2.4),
        "taste_notes",
        (
            "Roasted on Tuesday, sent on Wednesday.",
            "Good black, better with a little milk.",
            "The farm is small and the harvest was late.",
            "We cup every sack before we open it.",
            "Chocolate first, then something like ripe plums.",
            "Grind it right before you brew.",
        ),
    ),
    Shelf(
        "TEA",
        "Tea",
        (
            ("tea", "black-tea", "gifts", "by-the-chest"),
            ("tea", "green-tea", "matcha", "by-the-chest"),
            ("tea", "infusions", "market-stall", "by-the-chest"),
        ),
        (
            "Assam",
            "Uva",
            "Nilgiri",
            "Kyushu",
            "Fujian",
            "Anhui",
            "Dooars",
            "Shizuoka",
            "Meadow",
            "Orchard",
            "Garden",
        ),
        (
            ("Spring", "de printemps"),
            ("Morning", "du matin"),
            ("Evening", "du soir"),
            ("Smoky", "fumé"),
            ("Golden", "doré"),
            ("Rolled", "roulé"),
            ("Misty", "des brumes"),
        ),
        (
            ("Leaf", "Feuilles de thé"),
            ("Tips", "Bourgeons"),
            ("Breakfast Tea", "Thé du petit-déjeuner"),
            ("Infusion", "Infusion"),
            ("Pearls", "Perles"),
        ),
        (4, 26),
        (0.1, 0.9),
        "brew_methods",
        (
            "Three minutes, not a second more.",
            "Lovely cold, with a slice of lemon.",
            "Picked by hand above the clouds.",
            "A second and a third pot are in every spoon.",
            "Keep the tin closed and away from the pepper.",
            "Malty at first, flowery at the end.",
        ),
    ),
    Shelf(
        "BRW",
        "Kitchen tools",
        (
            ("brewing", "kettles", "gifts", "cafe-supplies"),
            ("brewing", "pour-over", "market-stall", "cafe-supplies"),
            ("brewing", "grinders", "clearance", "cafe-supplies"),
        ),
        ("Copper", "Steel", "Walnut", "Enamel", "Glass", "Cast Iron", "Brass", "Stoneware", "Cork", "Tin"),
        (
            ("Daily", "de tous les jours"),
            ("Traveler's", "de voyage"),
            ("Grand", "grand format"),
            ("Little", "petit format"),
            ("Stacking", "empilable"),
            ("Slow", "lent"),
            ("Sunday", "du dimanche"),
        ),
        (
            ("Kettle", "Bouilloire"),
            ("Dripper", "Porte-filtre"),
            ("Grinder", "Moulin"),
            ("Press", "Cafetière"),
            ("Scale", "Balance"),
            ("Server", "Verseuse"),
        ),
        (12, 140),
        (0.4, 6),
        "brew_methods",
        (
            "Made by two sisters in a shed behind the market.",
            "Spare parts are kept for ten years.",
            "Pours without a drip, which is rarer than you think.",
            "Feels heavier than it looks.",
            "Rinse it, dry it, use it tomorrow.",
            "The handle stays cool.",
        ),
    ),
    Shelf(
        "KIT",
        "Kitchen tools",
        (
            ("kitchen-tools", "knives", "gifts", "cafe-supplies"),
            ("kitchen-tools", "pans", "market-stall", "cafe-supplies"),
            ("kitchen-tools", "pans", "clearance", "cafe-supplies"),
        ),
        ("Olive", "Beech", "Carbon", "Linen", "Slate", "Maple", "Forged", "Hammered", "Waxed", "Smith's"),
        (
            ("Long", "long"),
            ("Short", "court"),
            ("Folding", "pliant"),
            ("Heavy", "lourd"),
            ("Farmhouse", "de ferme"),
            ("Fisherman's", "du pêcheur"),
        ),
        (
            ("Knife", "Couteau"),
            ("Board", "Planche"),
            ("Pan", "Poêle"),
            ("Ladle", "Louche"),
            ("Spoon", "Cuillère"),
            ("Apron", "Tablier"),
            ("Towel", "Torchon"),
        ),
        (6, 95),
        (0.2, 5),
        "brew_methods",
        (
            "Sharp on arrival.",
            "Gets better with every year in the kitchen.",
            "Oil it once a month.",
            "The same pattern as a hundred years ago.",
            "Fits the drawer and the hand.",
            "Not for the dishwasher, please.",
        ),
    ),
    Shelf(
        "TBL",
        "Tableware",
        (
            ("market-stall", "cups", "gifts", "crockery"),
            ("market-stall", "cups", "clearance", "crockery"),
            ("brewing", "teapots", "gifts", "crockery"),
        ),
        ("Speckled", "Celadon", "Ash", "Cream", "Harbor", "Moss", "Chalk", "Rust", "Dune"),
        (
            ("Hill Farm", "de la ferme"),
            ("Lane", "de la ruelle"),
            ("Quay", "du quai"),
            ("Fair", "de la foire"),
            ("Winter", "d'hiver"),
            ("Two Handed", "à deux anses"),
        ),
        (
            ("Mug", "Grande tasse"),
            ("Cup", "Tasse"),
            ("Bowl", "Bol"),
            ("Saucer", "Soucoupe"),
            ("Teapot", "Théière"),
            ("Jar", "Pot"),
        ),
        (5, 60),
        (0.3, 3),
        "brew_methods",
        (
            "No two are alike.",
            "Thrown on the hill, glazed by the sea.",
            "Stacks with its sisters.",
            "Warm it first.",
            "Holds what a good morning needs.",
            "Seconds are sold at the stall on Fridays.",
        ),
    ),
)
