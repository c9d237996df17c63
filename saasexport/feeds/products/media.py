"""Pictures and videos: media_gallery[], images[] and videos[] (feeds.md 3.1.7).

The three lists tell the same files in three shapes, by position and then file
(feeds.md 5).  A product whose store views say nothing of their own about its
files has them told once.
"""

from operator import itemgetter

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.shop import eav, scopes
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import Shared, boolean, media_path, text, whole

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
    Subscription("eav_attribute", "attribute_id", via="gallery"),
)
VIAS = {"media": SQL.via_media, "gallery": SQL.via_gallery}
CONFIGURATION = scopes.MEDIA_SETTINGS


# A file of a gallery with what the default scope says of it:
# product, file, path, media type, label, position, whether it is hidden
File = tuple[int, int, Any, Any, Any, Any, Any]

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
    galleries, own_values = _galleries(shop, batch)
    bases = shop.once(_bases)
    known: dict[tuple[Any, ...], dict[str, Any]] = {}  # the variants of a product mostly share their files
    for product_id, views in batch.views.items():
        files = galleries.get(product_id)
        if files is None:
            fields.common[product_id] = NOTHING
            continue
        own = batch.values.overrides.get(product_id)
        stores = {store_id for store_id, values in own.items() if not _HAS_NO_ROLE(values)} if own else set()
        stores.update(own_values.stores.get(product_id, ()))
        lists: dict[tuple[int, str], dict[str, Any]] = {}
        items: dict[int, dict[str, Any]] = {}
        for view in views:
            key = (view.id if view.id in stores else 0, bases[view.id])
            try:
                if key not in lists:
                    values = batch.values.of(product_id, key[0])
                    given = (*key, *map(values.get, ROLES), *[file[2:] for file in files])
                    if key[0] or own_values.videos or given not in known:
                        known[given] = _describe(files, own_values, _roles(values), *key)
                    lists[key] = known[given]
                items[view.id] = lists[key]
            except InvalidValue as fault:
                fields.fail(product_id, str(fault), view.id)
        fields.split_views(product_id, items)
    return fields


_HAS_NO_ROLE = frozenset(ROLES).isdisjoint


def _roles(values: dict[str, Any]) -> dict[Any, list[str]]:
    """The roles of each file: the attributes that name it."""
    roles: dict[Any, list[str]] = {}
    for code in ROLES:
        if code in values:
            value = values[code]
            roles.setdefault(media_path(value) if type(value) is str else value, []).append(code)
    return roles


# What is made of the same rows.
LISTS = ("images", "videos")


def _describe(
    files: list[File], own_values: Own, roles: dict[Any, list[str]], store_id: int, base: str
) -> dict[str, Any]:
    """The three lists as a store view sees them."""
    seen = []
    for product_id, value_id, path, media_type, label, position, is_hidden in files:
        if store_id and (product_id, value_id, store_id) in own_values.files:
            own = own_values.files[product_id, value_id, store_id]
            label, position, is_hidden = _first(own, (label, position, is_hidden))
        if type(position) is not int:
            position = whole(position, "media_gallery", LISTS) or 0
        if type(path) is not str:
            path = str(text(path, "media_gallery", LISTS))
        path = media_path(path)
        if type(label) is not str:
            label = text(label, "media_gallery", LISTS) or ""
        video = _video(own_values.videos, value_id, store_id, media_type) if own_values.videos else None
        seen.append((position, path, label, is_hidden, media_type, video))
    if len(seen) > 1:
        seen.sort(key=_position_and_path)
    media, images, videos = [], [], []
    for position, path, label, is_hidden, media_type, video in seen:
        url = base + path
        types = roles.get(path)
        one: dict[str, Any] = {"url": url, "label": label, "types": types, "sort_order": position}
        if is_hidden and boolean(is_hidden):
            types = [*(types or ()), HIDDEN]
        resource = {"url": url, "label": label, "roles": types}
        if video:
            one["video_attributes"] = video
        media.append(Shared(one))
        if media_type == "image":
            images.append(Shared({"resource": resource, "sortOrder": str(position)}))
        elif media_type == "external-video":
            video_fields: dict[str, Any] = {"preview": resource, "sortOrder": str(position)}
            if video:
                video_fields["video"] = video
            videos.append(Shared(video_fields))
    return {"media_gallery": media or None, "images": images or None, "videos": videos or None}


_position_and_path = itemgetter(0, 1)


def _first(own: Said, default: Said) -> Said:
    """Column by column the store view's value, else the default's."""
    return tuple(theirs if ours is None else ours for ours, theirs in zip(own, default, strict=True))


def _video(
    videos: dict[tuple[int, int], Said], value_id: int, store_id: int, media_type: Any
) -> dict[str, Any] | None:
    """What is known of a video; None where that is nothing."""
    nothing = (None,) * len(VIDEO_FIELDS)
    video_fields = _first(videos.get((value_id, store_id), nothing), videos.get((value_id, 0), nothing))
    if not any(video_fields):
        return None
    found: dict[str, Any] = {"mediaType": media_type}
    for field, value in zip(VIDEO_FIELDS, video_fields, strict=True):
        found[field] = text(value, field) or None
    return found


def _galleries(shop: Shop, batch: Batch) -> tuple[dict[int, list[File]], Own]:
    """The files by product, those without a name left out, and what store views say of them."""
    galleries: dict[int, list[File]] = {}
    own_values = Own({}, {}, {})
    for row in shop.rows(SQL.files, batch.ids, attribute_id=shop.once(_gallery_attribute)):
        if not row[2]:
            continue
        if row[0] not in galleries:
            galleries[row[0]] = [row]
        elif galleries[row[0]][-1][1] == row[1]:
            galleries[row[0]][-1] = row  # nothing keeps the default scope from speaking twice: the later row counts
        else:
            galleries[row[0]].append(row)
    if shop.once(_has_own_files):
        for product_id, value_id, store_id, *own in shop.rows(SQL.own_files, batch.ids):
            own_values.files[product_id, value_id, store_id] = tuple(own)
            own_values.stores.setdefault(product_id, set()).add(store_id)
    if shop.once(_has_videos):
        owners: dict[int, list[int]] = {}
        for product_id, value_id, *_ in (file for files in galleries.values() for file in files):
            owners.setdefault(value_id, []).append(product_id)
        for value_id, store_id, *video in shop.rows(SQL.videos, owners):
            own_values.videos[value_id, store_id] = tuple(video)
            for product_id in owners[value_id] if store_id else ():
                own_values.stores.setdefault(product_id, set()).add(store_id)
    return galleries, own_values


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
