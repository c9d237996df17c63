"""Images and videos in the galleries of products."""

from collections.abc import Iterable

from saasexport.demo.attributes import attribute_id
from saasexport.demo.rows import Rows, Value
from saasexport.demo.scopes import EVERY_STORE, STORE_FRENCH, STORE_WHOLESALE

_GALLERY = "catalog_product_entity_media_gallery"


def write_images(rows: Rows, product_id: int, paths: Iterable[str]) -> None:
    """Write plain images, in this order."""
    for position, path in enumerate(paths, 1):
        write_image(rows, product_id, path, {EVERY_STORE: (None, position, 0)})


def write_image(
    rows: Rows,
    product_id: int,
    path: str,
    by_store: dict[int, tuple[Value, Value, int]],
    media_type: str = "image",
) -> int:
    """Write one entry of a gallery with label, position and "hidden" for some stores; tell its id."""
    value_id = rows.next_id(_GALLERY)
    rows.add(
        _GALLERY,
        value_id=value_id,
        attribute_id=attribute_id("media_gallery"),
        value=path,
        media_type=media_type,
    )
    rows.add(f"{_GALLERY}_value_to_entity", value_id=value_id, entity_id=product_id)
    rows.add_all(
        f"{_GALLERY}_value",
        "value_id, store_id, entity_id, label, position, disabled",
        ((value_id, store_id, product_id, *shown) for store_id, shown in by_store.items()),
    )
    return value_id


def write_video(rows: Rows, product_id: int, path: str, position: int, titles: dict[int, str]) -> None:
    """Write a video; `titles` by store, none at all for a preview whose video was never entered."""
    value_id = write_image(
        rows, product_id, path, {EVERY_STORE: ("See it made", position, 0)}, "external-video"
    )
    for store_id, title in titles.items():
        rows.add(
            f"{_GALLERY}_value_video",
            value_id=value_id,
            store_id=store_id,
            provider="vimeo" if store_id == EVERY_STORE else None,
            url=f"https://video.example/{product_id}" if store_id == EVERY_STORE else None,
            title=title,
            description="Two minutes at the roaster." if store_id == EVERY_STORE else None,
        )


def write_media_examples(rows: Rows, ids: dict[str, int]) -> None:
    """Write labels, positions and hidden images per store view, and videos."""
    house = ids["KL-ESP-HOUSE"]
    write_image(
        rows,
        house,
        "/k/l/kl-esp-house-bag.jpg",
        {
            EVERY_STORE: ("The bag", 3, 0),
            STORE_FRENCH: ("Le sachet", 1, 0),
            STORE_WHOLESALE: (None, None, 0),
        },
    )
    # Hidden from the page everywhere, and in one store view only.
    write_image(rows, house, "/k/l/kl-esp-house-label.jpg", {EVERY_STORE: ("The label", 4, 1)})
    write_image(
        rows,
        house,
        "/k/l/kl-esp-house-sack.jpg",
        {
            EVERY_STORE: ("The sack", 5, 0),
            STORE_WHOLESALE: ("The sack, 30 kg", 5, 1),
        },
    )
    # The same position twice, and an image that no store row describes.
    write_image(rows, house, "/k/l/kl-esp-house-cup.jpg", {EVERY_STORE: ("In the cup", 5, 0)})
    write_image(rows, house, "/k/l/kl-esp-house-beans.jpg", {})
    write_image(rows, house, "/k/l/kl-esp-house-swatch.jpg", {EVERY_STORE: (None, 7, 1)})
    write_video(
        rows,
        house,
        "/k/l/kl-esp-house-video.jpg",
        6,
        {
            EVERY_STORE: "From sack to cup",
            STORE_FRENCH: "Du sac à la tasse",
        },
    )
    write_video(rows, ids["KL-KTL-STOVE"], "/k/l/kl-ktl-stove-video.jpg", 2, {})
