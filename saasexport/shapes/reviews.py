"""The feeds of product reviews and of the ratings they vote on."""

from saasexport.shapes.words import (
    BASE64,
    INTEGER,
    KEY,
    STRING,
    ListOf,
    feed,
    nullable,
    optional,
    record,
)

RATING = record({"ratingId": nullable(BASE64), "value": nullable(STRING)})

REVIEWS = feed(
    "reviews",
    ("reviewId",),
    {
        "reviewId": KEY,
        "productId": INTEGER,
        "visibility": ListOf(STRING),
        "title": optional(STRING),
        "nickname": optional(STRING),
        "text": optional(STRING),
        "customerId": optional(STRING),
        "ratings": optional(ListOf(RATING)),
    },
)

RATING_VALUE = record({"valueId": nullable(BASE64), "value": nullable(STRING), "position": nullable(INTEGER)})

RATING_METADATA = feed(
    "ratingMetadata",
    ("ratingId", "storeViewCode"),
    {
        "ratingId": BASE64,
        "storeViewCode": KEY,
        "name": STRING,
        # A rating without options has an empty list, which is null as everywhere.
        "values": nullable(ListOf(RATING_VALUE)),
    },
)
