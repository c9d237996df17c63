"""Ratings, and reviews in every state a review can be in."""

from datetime import date, timedelta
from random import Random

from saasexport.demo.rows import Rows
from saasexport.demo.scopes import (
    CUSTOMERS,
    EVERY_STORE,
    STORE_DEFAULT,
    STORE_FRENCH,
    STORE_VIEWS,
    STORE_WHOLESALE,
)

OF_PRODUCT, OF_CATEGORY = 1, 3
APPROVED, PENDING, NOT_APPROVED = 1, 2, 3
TASTE, VALUE, PARCEL = 1, 2, 3

# (rating, code, active, stores, titles)
RATINGS: tuple[tuple[int, str, int, tuple[int, ...], dict[int, str]], ...] = (
    (TASTE, "Taste", 1, (EVERY_STORE, *STORE_VIEWS), {STORE_DEFAULT: "Taste", STORE_FRENCH: "Goût"}),
    (VALUE, "Value", 1, (EVERY_STORE, STORE_DEFAULT, STORE_FRENCH), {STORE_FRENCH: "Rapport qualité-prix"}),
    # No longer asked for.
    (PARCEL, "Parcel", 0, (EVERY_STORE, STORE_DEFAULT), {}),
)
STARS = 5

SAID = (
    ("Sunday in a cup", "We drink nothing else at the weekend.", 5),
    ("Solid", "Does what it says. Quick parcel.", 4),
    ("Too dark for me", "My neighbor loves it, I went back to the light roast.", 2),
    ("A present that came well", "Tied with a ribbon as promised.", 5),
    ("Fine", "Nothing to add.", 3),
    ("Second order already", "The first one did not last a week.", 5),
    ("Smaller than I thought", "Lovely, but measure your shelf.", 3),
    ("The stall holders were right", "Malty, strong, six in the morning.", 5),
)
NICKNAMES = ("ada", "Tom O.", "lucie_m", "the early bird", "Quay Hotel", "nan", "Bram", "cupper22")
REVIEWED = (
    "KL-ESP-HOUSE",
    "KL-TEA-BREAK",
    "KL-GRD-HAND",
    "KL-CUP",
    "KL-KTL-STOVE",
    "KL-SET-MORNING",
    "KL-DL-RECIPES",
)


def write_reviews(rows: Rows, ids: dict[str, int], today: date, rng: Random) -> None:
    """Write ratings and some forty reviews."""
    _write_ratings(rows)
    for number in range(36):
        title, text, stars = SAID[number % len(SAID)]
        stores = (STORE_DEFAULT, STORE_FRENCH)[: 1 + number % 2] if number % 9 else (STORE_WHOLESALE,)
        product_id = ids[rng.choice(REVIEWED)]
        review_id = _write_review(
            rows,
            product_id,
            APPROVED,
            stores,
            title,
            text,
            NICKNAMES[number % len(NICKNAMES)],
            today - timedelta(rng.randrange(3, 300)),
            customer=number % 3 == 0,
        )
        _write_votes(rows, review_id, product_id, {TASTE: stars, VALUE: max(1, stars - number % 2)})
    house = ids["KL-ESP-HOUSE"]
    yesterday = today - timedelta(1)
    for status, title in ((PENDING, "Just opened"), (PENDING, "Hm"), (NOT_APPROVED, "Buy my beans instead")):
        _write_review(
            rows,
            house,
            status,
            (STORE_DEFAULT,),
            title,
            "More on https://blog.example/",
            "passer-by",
            yesterday,
        )
    # Approved but shown in no store view, without votes, and of something that is no product.
    _write_review(rows, house, APPROVED, (), "Old site", "From before the move.", "archive", yesterday)
    _write_review(rows, house, APPROVED, STORE_VIEWS, "No stars, just words", "Good.", "wordy", yesterday)
    _write_review(
        rows, 3, APPROVED, (STORE_DEFAULT,), "Nice section", "All of it.", "browser", yesterday, OF_CATEGORY
    )


def _write_ratings(rows: Rows) -> None:
    kinds = (OF_PRODUCT, "product"), (2, "customer"), (OF_CATEGORY, "category")
    rows.add_all("review_entity", "entity_id, entity_code", kinds)
    states = (APPROVED, "Approved"), (PENDING, "Pending"), (NOT_APPROVED, "Not Approved")
    rows.add_all("review_status", "status_id, status_code", states)
    rated = (1, "product"), (2, "product_review"), (3, "review")
    rows.add_all("rating_entity", "entity_id, entity_code", rated)
    for rating_id, code, active, stores, titles in RATINGS:
        rows.add(
            "rating", rating_id=rating_id, entity_id=1, rating_code=code, is_active=active, position=rating_id
        )
        rows.add_all("rating_store", "rating_id, store_id", ((rating_id, store) for store in stores))
        rows.add_all(
            "rating_title",
            "rating_id, store_id, value",
            ((rating_id, store, title) for store, title in titles.items()),
        )
        rows.add_all(
            "rating_option",
            "option_id, rating_id, code, value, position",
            (
                (_option_id(rating_id, stars), rating_id, str(stars), stars, stars)
                for stars in range(1, STARS + 1)
            ),
        )


def _option_id(rating_id: int, stars: int) -> int:
    return (rating_id - 1) * STARS + stars


def _write_review(
    rows: Rows,
    reviewed_id: int,
    status: int,
    stores: tuple[int, ...],
    title: str,
    text: str,
    nickname: str,
    day: date,
    kind: int = OF_PRODUCT,
    customer: bool = False,
) -> int:
    review_id = rows.next_id("review")
    rows.add(
        "review",
        review_id=review_id,
        created_at=f"{day} 18:{review_id % 60:02}:00",
        entity_id=kind,
        entity_pk_value=reviewed_id,
        status_id=status,
    )
    rows.add(
        "review_detail",
        review_id=review_id,
        store_id=stores[0] if stores else EVERY_STORE,
        title=title,
        detail=text,
        nickname=nickname,
        customer_id=CUSTOMERS[review_id % len(CUSTOMERS)][0] if customer else None,
    )
    rows.add_all(
        "review_store", "review_id, store_id", ((review_id, store) for store in (EVERY_STORE, *stores))
    )
    return review_id


def _write_votes(rows: Rows, review_id: int, reviewed_id: int, stars: dict[int, int]) -> None:
    for rating_id, value in stars.items():
        rows.add(
            "rating_option_vote",
            option_id=_option_id(rating_id, value),
            review_id=review_id,
            entity_pk_value=reviewed_id,
            percent=100 * value // STARS,
            rating_id=rating_id,
            value=value,
            remote_ip="192.0.2.1",
        )
