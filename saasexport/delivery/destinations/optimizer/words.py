"""What the translations of all feeds share: slugs, what an item lacks, and what has no place there."""

import unicodedata
from collections.abc import Mapping

from saasexport.stdlib import Any

# The longest slug and name of a category.
MOST_SLUG = 1024

# Stock and weight have no fields of a product there: they travel as one attribute, which needs metadata as any other.
EXTRA_ATTRIBUTE = "aco_ac_attributes"


class NoTranslation(ValueError):
    """An item that the Optimizer cannot take, and why; nothing of it is sent."""


class LeftOut(ValueError):
    """An item that has no place at the Optimizer, and why: nothing is missing there without it."""


def require(item: Mapping[str, Any], name: str) -> str:
    """A field without which an item cannot be sent."""
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise NoTranslation(f"{name} is missing")
    return value


def source(item: Mapping[str, Any]) -> dict[str, str]:
    """The store view, which is the locale there."""
    return {"locale": require(item, "storeViewCode")}


def slug(text: str) -> str:
    """One part of a slug: letters without their marks, digits and hyphens; empty if nothing is left."""
    plain = "".join(
        character for character in unicodedata.normalize("NFKD", text).lower() if not unicodedata.combining(character)
    )
    kept = "".join(character if character in "abcdefghijklmnopqrstuvwxyz0123456789" else " " for character in plain)
    return "-".join(kept.split())


def path(text: str) -> str:
    """The slug of a category's path, the same for the category and for a product's route to it."""
    parts = [slug(part) for part in text.split("/")]
    made = "/".join(parts)
    if not all(parts) or len(made) > MOST_SLUG:
        raise NoTranslation(f"{text!r} cannot be written in a-z, 0-9 and hyphens")
    return made


def drop_empty(item: Mapping[str, Any]) -> dict[str, Any]:
    """Without what has no value: a field that is left out is cleared there."""
    return {name: value for name, value in item.items() if value is not None}


def meta_tags(title: Any, description: Any, keywords: Any) -> dict[str, Any] | None:
    """The tags for search engines; keywords stand between commas or line ends."""
    words = [word.strip() for word in str(keywords or "").replace("\n", ",").split(",")]
    tags = {"title": title or None, "description": description or None, "keywords": [word for word in words if word]}
    made = drop_empty({name: value for name, value in tags.items() if value})
    return made or None
