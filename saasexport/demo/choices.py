"""The options of select and multiselect attributes: labels per store view, and swatches."""

from dataclasses import dataclass

from saasexport.demo.attributes import attribute_id
from saasexport.demo.rows import Rows
from saasexport.demo.scopes import EVERY_STORE, STORE_FRENCH, STORE_WHOLESALE

SWATCH_TEXT, SWATCH_COLOR, SWATCH_IMAGE, SWATCH_EMPTY = 0, 1, 2, 3


@dataclass(frozen=True)
class Choice:
    """One option of an attribute."""

    label: str
    french: str | None = None
    wholesale: str | None = None
    swatch: tuple[int, str | None] | None = None
    french_swatch: tuple[int, str | None] | None = None


CHOICES: dict[str, tuple[Choice, ...]] = {
    "brand": (
        Choice("Kettle Lane"),
        Choice("Old Quay Roasters"),
        Choice("Tinsmith & Daughter"),
        Choice("Hill Farm Pottery"),
        Choice("Blue Gate Tea House"),
        Choice("Copper Row"),
    ),
    "roast": (
        Choice("Light", "Claire", swatch=(SWATCH_TEXT, "L"), french_swatch=(SWATCH_TEXT, "C")),
        Choice("Medium", "Moyenne", swatch=(SWATCH_TEXT, "M")),
        Choice(
            "Dark", "Foncée", "Dark (italian)", swatch=(SWATCH_TEXT, "D"), french_swatch=(SWATCH_TEXT, "F")
        ),
    ),
    "grind": (
        Choice("Whole beans", "En grains"),
        Choice("Espresso", "Espresso"),
        Choice("Filter", "Filtre"),
        Choice("Cafetiere", "Cafetière à piston", "French press"),
    ),
    "pack_size": (
        Choice("100 g"),
        Choice("250 g"),
        Choice("500 g"),
        Choice("1 kg"),
        Choice("5 kg sack", "Sac de 5 kg"),
    ),
    "color": (
        Choice("Copper", "Cuivre", swatch=(SWATCH_IMAGE, "/c/o/copper.png")),
        Choice("Cream", "Crème", swatch=(SWATCH_COLOR, "#f4ecd8")),
        Choice(
            "Harbor blue",
            "Bleu port",
            swatch=(SWATCH_COLOR, "#2f4f6f"),
            french_swatch=(SWATCH_COLOR, "#2b4a75"),
        ),
        Choice("Moss", "Mousse", swatch=(SWATCH_COLOR, "#5a6b3b"), french_swatch=(SWATCH_COLOR, None)),
        Choice("Charcoal", swatch=(SWATCH_EMPTY, None)),
    ),
    "glaze": (
        Choice("Speckled", "Moucheté", swatch=(SWATCH_IMAGE, "/s/p/speckled.png")),
        Choice("Celadon", "Céladon", swatch=(SWATCH_IMAGE, "/c/e/celadon.png")),
        Choice("Ash", "Cendre"),
    ),
    "cup_size": (
        Choice("Espresso", swatch=(SWATCH_TEXT, "80 ml")),
        Choice("Cappuccino", swatch=(SWATCH_TEXT, "180 ml")),
        Choice("Breakfast", "Petit-déjeuner", swatch=(SWATCH_TEXT, "300 ml")),
    ),
    "taste_notes": (
        Choice("Chocolate", "Chocolat"),
        Choice("Citrus", "Agrumes"),
        Choice("Hazelnut", "Noisette"),
        Choice("Blackcurrant", "Cassis"),
        Choice("Honey", "Miel"),
        Choice("Malt"),
        Choice("Jasmine", "Jasmin"),
        Choice("Fresh grass", "Herbe fraîche"),
    ),
    "brew_methods": (
        Choice("Espresso machine", "Machine à espresso"),
        Choice("Moka pot", "Cafetière italienne"),
        Choice("Pour-over", "Filtre manuel"),
        Choice("Cafetiere", "Cafetière à piston"),
        Choice("Teapot", "Théière"),
    ),
}

_OPTION_IDS: dict[tuple[str, str], int] = {
    key: option_id
    for option_id, key in enumerate(
        ((code, choice.label) for code, choices in CHOICES.items() for choice in choices), 11
    )
}


def option(code: str, label: str) -> int:
    """The id of an option, by its label in the admin store."""
    return _OPTION_IDS[code, label]


def option_list(code: str, *labels: str) -> str:
    """The value of a multiselect attribute."""
    return ",".join(str(option(code, label)) for label in labels)


def write_choices(rows: Rows) -> None:
    """Write every option, with labels and swatches where it has them."""
    for code, choices in CHOICES.items():
        for position, choice in enumerate(choices, 1):
            # Sorted against the order of ids, so that one cannot be taken for the other.
            _write_choice(rows, code, choice, sort_order=len(choices) - position)


def _write_choice(rows: Rows, code: str, choice: Choice, sort_order: int) -> None:
    option_id = option(code, choice.label)
    rows.add(
        "eav_attribute_option", option_id=option_id, attribute_id=attribute_id(code), sort_order=sort_order
    )
    labels = ((EVERY_STORE, choice.label), (STORE_FRENCH, choice.french), (STORE_WHOLESALE, choice.wholesale))
    rows.add_all(
        "eav_attribute_option_value",
        "option_id, store_id, value",
        ((option_id, store_id, label) for store_id, label in labels if label is not None),
    )
    swatches = ((EVERY_STORE, choice.swatch), (STORE_FRENCH, choice.french_swatch))
    rows.add_all(
        "eav_attribute_option_swatch",
        "option_id, store_id, type, value",
        ((option_id, store_id, *swatch) for store_id, swatch in swatches if swatch is not None),
    )
