"""Pictures and videos: media_gallery[], images[] and videos[] (feeds.md 3.1.7).

The three lists tell the same files in three shapes, by position and then file
(feeds.md 5).  A product whose store views say nothing of their own about its
files has them told once.
"""

from operator import itemgetter
from typing import Any, NamedTuple

from saasexport import queries
from saasexport.errors import Unusable
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.shop import eav, scopes
from saasexport.values import boolean, text, whole

SQL = queries.beside(__file__)

ROLES = ("image", "small_image", "thumbnail", "swatch_image")
HIDDEN = "hide_from_pdp"

NOTHING: dict[str, Any] = {"media_gallery": None, "images": None, "videos": None}

# The fields of a video, in the order of the query.
VIDEO_FIELDS = ("videoProvider", "videoUrl", "videoTitle", "videoDescription", "videoMetadata")

SUBSCRIPTIONS = (
    Subscription("catalog_product_entity_media_gallery", "value_id", via="media"),
    Subscription("catalog_product_entity_media_gallery_value", "entity_id"),
    Subscription("catalog_product_entity_media_gallery_value_to_entity", "entity_id"),
    Subscription("catalog_product_entity_media_gallery_value_video", "value_id", via="media"),
)
VIAS = {"media": SQL.via_media}
CONFIGURATION = ("web/unsecure/base_url", "web/unsecure/base_media_url")


class File(NamedTuple):
    """A file of a product's gallery with what the default scope says about it."""

    product_id: int
    value_id: int
    path: Any
    media_type: str
    label: Any
    position: Any
    is_hidden: Any


# What a scope says: label, position, whether it is hidden of a file; provider, url ... of a video.
Said = tuple[Any, ...]


class Own(NamedTuple):
    """What store views, and videos, have of their own; mostly nothing."""

    files: dict[tuple[int, int, int], Said]  # by product, file and store view
    videos: dict[tuple[int, int], Said]  # by file and store, the default one too
    stores: dict[int, set[int]]  # by product: store views that say something of their own


def area(shop: Shop, batch: Batch) -> Fields:
    """`media_gallery`, `images` and `videos`."""
    fields = Fields()
    galleries, said = _galleries(shop, batch)
    bases = shop.once(_bases)
    for product_id, views in batch.views.items():
        files = galleries.get(product_id)
        if files is None:
            fields.common[product_id] = NOTHING
            continue
        stores = said.stores.get(product_id, ())
        own = batch.values.overrides.get(product_id, {})
        known: dict[tuple[int, str], dict[str, Any]] = {}
        items: dict[int, dict[str, Any]] = {}
        for view in views:
            is_own = view.id in stores or (view.id in own and not _NO_ROLES(own[view.id]))
            key = (view.id if is_own else 0, bases[view.id])
            try:
                if key not in known:
                    roles = _roles(batch.values.of(product_id, key[0]))
                    known[key] = _told(files, said, roles, *key)
                items[view.id] = known[key]
            except Unusable as fault:
                fields.fail(product_id, str(fault), view.id)
        fields.set_views(product_id, items)
    return fields


_NO_ROLES = frozenset(ROLES).isdisjoint


def _roles(values: dict[str, Any]) -> dict[Any, list[str]]:
    """The roles of each file: the attributes that name it."""
    roles: dict[Any, list[str]] = {}
    for code in ROLES:
        path = values.get(code)
        if path is not None:
            roles.setdefault(path, []).append(code)
    return roles


def _told(files: list[File], said: Own, roles: dict[Any, list[str]], store_id: int, base: str) -> dict[str, Any]:
    """The three lists as a store view sees them."""
    media, images, videos = [], [], []
    for position, path, label, is_hidden, file in sorted(
        [_seen(file, said, store_id) for file in files], key=_position_and_path
    ):
        types = roles.get(path)
        one: dict[str, Any] = {"url": base + path, "label": label, "types": types, "sort_order": position}
        media.append(one)
        resource = {"url": one["url"], "label": label, "roles": [*(types or ()), HIDDEN] if is_hidden else types}
        video = _video(said.videos, file, store_id) if said.videos else None
        if video:
            one["video_attributes"] = video
        if file.media_type == "image":
            images.append({"resource": resource, "sortOrder": str(position)})
        elif file.media_type == "external-video":
            told: dict[str, Any] = {"preview": resource, "sortOrder": str(position)}
            if video:
                told["video"] = video
            videos.append(told)
    return {"media_gallery": media or None, "images": images or None, "videos": videos or None}


def _seen(file: File, said: Own, store_id: int) -> tuple[int, str, str, bool, File]:
    """A file as a store view sees it: position, path, label, whether it is hidden; column by column."""
    path, label, position, is_hidden = file.path, file.label, file.position, file.is_hidden
    if store_id and said.files:
        own = said.files.get((file.product_id, file.value_id, store_id))
        if own is not None:
            label, position, is_hidden = _first(own, (label, position, is_hidden))
    if type(position) is not int:
        position = whole(position, "media_gallery") or 0
    if type(label) is not str:
        label = text(label, "media_gallery") or ""
    if type(path) is not str:
        path = text(path, "media_gallery") or ""
    return position, path, label, bool(boolean(is_hidden)), file


_position_and_path = itemgetter(0, 1)


def _first(own: Said, default: Said) -> Said:
    """Column by column the store view's value, else the default's."""
    return tuple(theirs if ours is None else ours for ours, theirs in zip(own, default, strict=True))


def _video(videos: dict[tuple[int, int], Said], file: File, store_id: int) -> dict[str, Any] | None:
    """What is known of a video; None where that is nothing."""
    nothing = (None,) * len(VIDEO_FIELDS)
    told = _first(videos.get((file.value_id, store_id), nothing), videos.get((file.value_id, 0), nothing))
    if not any(told):
        return None
    found: dict[str, Any] = {"mediaType": file.media_type}
    for field, value in zip(VIDEO_FIELDS, told, strict=True):
        found[field] = text(value, field) or None
    return found


def _galleries(shop: Shop, batch: Batch) -> tuple[dict[int, list[File]], Own]:
    """The files by product, those without a name left out, and what store views say of them."""
    galleries: dict[int, list[File]] = {}
    said = Own({}, {}, {})
    for row in shop.rows(SQL.files, batch.products, attribute_id=shop.once(_gallery_attribute)):
        if row[2]:
            files = galleries.setdefault(row[0], [])
            if files and files[-1].value_id == row[1]:
                files.pop()  # nothing keeps the default scope from speaking twice: the later row counts
            files.append(File(*row))
    if shop.once(_has_own_files):
        for product_id, value_id, store_id, *own in shop.rows(SQL.own_files, batch.products):
            said.files[product_id, value_id, store_id] = tuple(own)
            said.stores.setdefault(product_id, set()).add(store_id)
    if shop.once(_has_videos):
        owners: dict[int, list[int]] = {}
        for file in (file for files in galleries.values() for file in files):
            owners.setdefault(file.value_id, []).append(file.product_id)
        for value_id, store_id, *video in shop.rows(SQL.videos, owners):
            said.videos[value_id, store_id] = tuple(video)
            for product_id in owners[value_id] if store_id else ():
                said.stores.setdefault(product_id, set()).add(store_id)
    return galleries, said


def _has_own_files(shop: Shop) -> bool:
    return bool(shop.rows(SQL.any_own_file))


def _gallery_attribute(shop: Shop) -> int:
    attributes = eav.product_attributes(shop).values()
    return next((attribute.id for attribute in attributes if attribute.code == "media_gallery"), 0)


def _has_videos(shop: Shop) -> bool:
    return bool(shop.rows(SQL.any_video))


def _bases(shop: Shop) -> dict[int, str]:
    """Where the files of products are, by store view."""
    return {view.id: scopes.media_url(shop, view) + "catalog/product" for view in scopes.store_views(shop)}
