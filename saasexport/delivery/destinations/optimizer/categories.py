"""Categories as the Optimizer takes them: the tree is in the slug."""

from collections.abc import Mapping

from saasexport.delivery.destinations.optimizer import words
from saasexport.delivery.destinations.optimizer.words import LeftOut, NoTranslation, drop_empty, require, source
from saasexport.stdlib import Any

MOST_NAME = 128


def identity(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a category is deleted by."""
    return {"slug": _slug(item), "source": {"locale": item["storeViewCode"]}}


def translate(item: Mapping[str, Any]) -> dict[str, Any]:
    """The category; an inactive one is in no menu, as there is no flag for it."""
    made = _slug(item)
    name = require(item, "name")
    if len(name) > MOST_NAME:
        raise NoTranslation(f"name has {len(name)} characters, {MOST_NAME} are allowed")
    image = item.get("image")
    return drop_empty(
        {
            "slug": made,
            "source": source(item),
            "name": name,
            "description": item.get("description"),
            "families": ["top_menu"] if item.get("isActive") and item.get("includeInMenu") else [],
            "position": item.get("position"),
            "metaTags": words.meta_tags(item.get("metaTitle"), item.get("metaDescription"), item.get("metaKeywords")),
            "images": [{"url": image, "roles": ["BASE"]}] if image else [],
        }
    )


def _slug(item: Mapping[str, Any]) -> str:
    if not item.get("urlPath"):
        raise LeftOut("the root of a store has no address")
    return words.path(item["urlPath"])
