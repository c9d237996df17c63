"""The categories feed: one item per category and store view that sells from its root.

An item is identified by its URL path, which is made from the URL keys of all
categories above: a rename or a move changes the identity of everything below
(feeds.md 3.3).
"""

from collections.abc import Iterable, Sequence

from saasexport import queries
from saasexport.feed import EVERYTHING, EntityItems, Feed, Items, Shop, Subscription
from saasexport.shop import eav, per_view, scopes
from saasexport.shop.category_tree import Branch, category_tree
from saasexport.shop.directives import fill
from saasexport.shop.scopes import StoreView, configuration, link_url, media_url, store_views
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import boolean, date_time, split_list, text, whole

SQL = queries.beside(__file__)

TEXTS = (
    ("name", "name"),
    ("metaTitle", "meta_title"),
    ("metaKeywords", "meta_keywords"),
    ("metaDescription", "meta_description"),
    ("displayMode", "display_mode"),
    ("urlKey", "url_key"),
)

# What categories can be sorted by without being told (feeds.md 3.3.3).
POSITION = "position"

# The setting that a store view sorts by unless a category says otherwise.
_SORT_BY = "catalog/frontend/default_sort_by"

# Folders of the shop that its media address stands for.
MEDIA_FOLDERS = ("/media/", "/pub/media/", "media/", "pub/media/")


class Settings(NamedTuple):
    """What the shop says about all categories."""

    sortable: tuple[str, ...]  # what a category may be sorted by
    is_plain_text: bool  # descriptions hold no HTML
    link_urls: dict[int, str]  # by store view
    media_urls: dict[int, str]
    sort_by: dict[int, str]  # what a store view sorts by unless a category says otherwise


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of some categories, one per store view whose root is or holds the category (feeds.md 3.3.1)."""
    settings = shop.once(_settings)
    branches = category_tree(shop).branches
    values = eav.category_values(shop, ids)
    for row in shop.rows(SQL.categories, ids):
        category_id = row[0]
        views = [view for view in store_views(shop) if branches[view.id].contains(category_id)]
        if not views:
            continue
        items = Items()
        for view in views:
            branch = branches[view.id]
            identity = {"urlPath": branch.url_path(category_id), "storeViewCode": view.code}
            items.add(identity, _item, row, values.of(category_id, view.id), settings, view, branch)
        yield per_view.entity(category_id, items)


def _item(
    row: tuple[Any, ...], values: dict[str, Any], settings: Settings, view: StoreView, branch: Branch
) -> dict[str, Any]:
    """The fields of a category in a store view."""
    return {**_own(row), **_of_values(values, settings, view), **_in_tree(branch, row[0])}


def _own(row: tuple[Any, ...]) -> dict[str, Any]:
    """The fields from the category's own row."""
    category_id, parent_id, path, level, position, created_at, updated_at = row
    return {
        "categoryId": str(category_id),
        "parentId": str(parent_id),
        "path": path,
        "level": whole(level, "level"),
        "position": whole(position, "position"),
        "createdAt": date_time(created_at, "createdAt"),
        "updatedAt": date_time(updated_at, "updatedAt"),
    }


def _of_values(values: dict[str, Any], settings: Settings, view: StoreView) -> dict[str, Any]:
    """The fields from attribute values; what is NULL is left out (feeds.md 3.3.3)."""
    fields: dict[str, Any] = {"storeCode": view.store_code, "websiteCode": view.website_code}
    for field, code in TEXTS:
        value = text(values.get(code), field)
        if value is not None:
            fields[field] = value
    for field, code in (("isAnchor", "is_anchor"), ("includeInMenu", "include_in_menu"), ("isActive", "is_active")):
        number = whole(values.get(code), field)
        if number is not None:
            fields[field] = number
    description = text(values.get("description"), "description")
    if description is not None:
        html = _escape(description) if settings.is_plain_text else description
        fields["description"] = fill(html, settings.link_urls[view.id], settings.media_urls[view.id])
    fields["image"] = _image(text(values.get("image"), "image"), settings.media_urls[view.id])
    available = text(values.get("available_sort_by"), "availableSortBy")
    fields["availableSortBy"] = split_list(available) if available else None
    sort_by = text(values.get("default_sort_by"), "defaultSortBy") or settings.sort_by[view.id]
    fields["defaultSortBy"] = _sort_by(sort_by, fields["availableSortBy"] or (), settings.sortable)
    return fields


def _in_tree(branch: Branch, category_id: int) -> dict[str, Any]:
    """The children, and what categories above say about being active and in the menu (feeds.md 5)."""
    fields: dict[str, Any] = {"children": branch.children(category_id) or None}
    if branch.is_below_inactive(category_id):
        fields["isActive"] = 0
    if branch.is_below_hidden(category_id):
        fields["includeInMenu"] = 0
    return fields


def _sort_by(wanted: str, available: Sequence[str], sortable: tuple[str, ...]) -> str:
    allowed = [code for code in available if code in sortable] or sortable
    return wanted if wanted in allowed else allowed[0]


def _image(value: str | None, media: str) -> str | None:
    """The address of the category's image (feeds.md 3.3.3)."""
    if not value:
        return None
    for folder in MEDIA_FOLDERS:
        if value.startswith(folder):
            return media + value[len(folder) :]
    if value.startswith("/"):
        return value
    return f"{media}catalog/category/{value.rpartition('/')[2]}"


def _escape(description: str) -> str:
    """Text of an attribute that may not hold HTML, as a page shows it."""
    for plain, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#039;")):
        description = description.replace(plain, escaped)
    return description.replace("\n", "<br />\n")


def _settings(shop: Shop) -> Settings:
    views = store_views(shop)
    configured = {view.id: configuration(shop).value(_SORT_BY, view) for view in views}
    allowed = shop.rows(SQL.is_html_allowed)
    return Settings(
        (POSITION, *(code for (code,) in shop.rows(SQL.sortable))),
        bool(allowed) and not boolean(allowed[0][0]),
        {view.id: link_url(shop, view) for view in views},
        {view.id: media_url(shop, view) for view in views},
        {view_id: sort_by or POSITION for view_id, sort_by in configured.items()},
    )


FEED = Feed(
    name="categories",
    indexer="catalog_data_exporter_categories",
    title="Category Feed",
    identity=("urlPath", "storeViewCode"),
    minimal=("websiteCode", "storeCode", "categoryId"),
    entity=("catalog_category_entity", "entity_id"),
    sql=SQL,
    subscriptions=(
        Subscription("catalog_category_entity", via="family"),
        Subscription("catalog_category_entity", "path", via="parent"),  # the old parent and the new one
        Subscription("catalog_category_entity_int", via="family"),
        Subscription("catalog_category_entity_varchar", via="family"),
        Subscription("catalog_category_entity_text"),
        Subscription("catalog_category_entity_decimal"),
        Subscription("catalog_category_entity_datetime"),
        Subscription("eav_attribute", "attribute_id", via=EVERYTHING),
        Subscription("catalog_eav_attribute", "attribute_id", via=EVERYTHING),
        Subscription("eav_entity_type", "entity_type_id", via=EVERYTHING),
        *scopes.SUBSCRIPTIONS,
    ),
    assemble=assemble,
    settings=(scopes.settings(_SORT_BY, *scopes.LINK_SETTINGS, *scopes.MEDIA_SETTINGS),),
    varying=("storeCode", "websiteCode", "urlPath", "children"),
)
