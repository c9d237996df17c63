"""The reviews and rating metadata feeds: rules 3.8 of feeds.md."""

import pytest

from saasexport.feeds.rating_metadata import FEED as RATINGS
from saasexport.feeds.reviews import FEED as REVIEWS
from tests.feeds.sales_shop import SalesShop


@pytest.fixture
def shop(tmp_path):
    found = SalesShop(tmp_path / "shop.sqlite")
    found.product(5, "mug")
    return found


def review(shop, review_id, status=1, stores=(0, 1), customer=None, kind=1):
    shop.add("review", review_id=review_id, entity_id=kind, entity_pk_value=5, status_id=status)
    shop.add(
        "review_detail",
        review_id=review_id,
        title=f"Title {review_id}",
        detail=f"Text {review_id}",
        nickname="Ann",
        customer_id=customer,
    )
    for store_id in stores:
        shop.add("review_store", review_id=review_id, store_id=store_id)


def rating(shop, rating_id, code, stores=(0, 1, 3), active=1, options=2):
    shop.add("rating", rating_id=rating_id, entity_id=1, rating_code=code, is_active=active)
    for store_id in stores:
        shop.add("rating_store", rating_id=rating_id, store_id=store_id)
    for value in range(1, options + 1):
        shop.add(
            "rating_option",
            option_id=10 * rating_id + value,
            rating_id=rating_id,
            code=str(value),
            value=value,
            position=value,
        )


def vote(shop, review_id, rating_id, value):
    shop.add(
        "rating_option_vote",
        option_id=10 * rating_id + value,
        review_id=review_id,
        rating_id=rating_id,
        remote_ip="127.0.0.1",
    )


def test_an_approved_review_has_an_item(shop):
    shop.run("insert into customer_entity (entity_id, email) values (9, 'ann@example.com')")
    review(shop, 1, stores=(0, 3, 1), customer=9)
    rating(shop, 1, "Quality")
    rating(shop, 2, "Price")
    vote(shop, 1, 1, 2)
    vote(shop, 1, 2, 1)

    expected = {
        "reviewId": "1",
        "productId": 5,
        "visibility": ["default", "french"],
        "title": "Title 1",
        "nickname": "Ann",
        "text": "Text 1",
        "customerId": "9",
        # base64 of "1" and "2"
        "ratings": [{"ratingId": "MQ==", "value": "2"}, {"ratingId": "Mg==", "value": "1"}],
    }
    assert {"1": expected} == shop.items(REVIEWS)
    assert shop.count(REVIEWS) == 1


def test_without_votes_or_a_customer_those_fields_are_absent(shop):
    review(shop, 1)
    expected = {"reviewId", "productId", "visibility", "title", "nickname", "text"}
    assert expected == shop.items(REVIEWS)["1"].keys()


def test_pending_hidden_and_other_reviews_have_no_item(shop):
    review(shop, 1, status=2)
    review(shop, 2, status=3)
    review(shop, 3, stores=(0,))
    review(shop, 4, kind=2)
    assert shop.items(REVIEWS) == {}
    assert shop.count(REVIEWS) == 0


def test_an_unusable_review_is_set_aside(shop):
    review(shop, 1)
    shop.db.execute("update review set entity_pk_value = 'mug'")
    assert shop.failed(REVIEWS) == [({"reviewId": "1"}, "productId: 'mug' is not a number")]


def test_every_table_leads_to_its_review(shop):
    review(shop, 1)
    review(shop, 2, stores=(0, 3))
    rating(shop, 1, "Quality")
    vote(shop, 2, 1, 1)
    assert {1} == shop.touched(REVIEWS, "update review set status_id = 2 where review_id = 1")
    assert {2} == shop.touched(REVIEWS, "update review_detail set title = 'x' where review_id = 2")
    assert {1} == shop.touched(REVIEWS, "delete from review_store where review_id = 1 and store_id = 1")
    assert {2} == shop.touched(REVIEWS, "update rating_option set value = 5 where option_id = 11")
    assert set() == shop.touched(REVIEWS, "update rating_option set value = 5 where option_id = 12")
    assert {2} == shop.touched(REVIEWS, "delete from rating_option_vote")
    assert {2} == shop.touched(REVIEWS, "update store set code = 'fr' where store_id = 3")


def test_an_active_rating_has_an_item_per_store_view_with_its_title(shop):
    rating(shop, 1, "Quality")
    shop.add("rating_title", rating_id=1, store_id=3, value="Qualité")

    values = [
        # base64 of "11" and "12"
        {"valueId": "MTE=", "value": "1", "position": 1},
        {"valueId": "MTI=", "value": "2", "position": 2},
    ]
    expected = {
        "MQ==/default": {"ratingId": "MQ==", "storeViewCode": "default", "name": "Quality", "values": values},
        "MQ==/french": {"ratingId": "MQ==", "storeViewCode": "french", "name": "Qualité", "values": values},
    }
    assert expected == shop.items(RATINGS)
    assert shop.count(RATINGS) == 2


def test_a_rating_that_is_not_active_has_no_item(shop):
    rating(shop, 1, "Quality", active=0)
    assert shop.items(RATINGS) == {}
    assert shop.count(RATINGS) == 0


def test_a_rating_without_options_has_no_values(shop):
    rating(shop, 1, "Quality", stores=(1,), options=0)
    assert shop.items(RATINGS)["MQ==/default"]["values"] is None


def test_an_unusable_option_sets_the_rating_aside(shop):
    rating(shop, 1, "Quality", stores=(1,))
    shop.db.execute("update rating_option set position = 'first' where option_id = 11")
    expected = [({"ratingId": "MQ==", "storeViewCode": "default"}, "values.position: 'first' is not a number")]
    assert expected == shop.failed(RATINGS)


def test_every_table_leads_to_its_rating(shop):
    rating(shop, 1, "Quality")
    rating(shop, 2, "Price", stores=(1,))
    assert {1} == shop.touched(RATINGS, "update rating set is_active = 0 where rating_id = 1")
    assert {2} == shop.touched(RATINGS, "insert into rating_title values (2, 1, 'Prix')")
    assert {2} == shop.touched(RATINGS, "delete from rating_option where option_id = 22")
    assert {1} == shop.touched(RATINGS, "delete from rating_store where rating_id = 1 and store_id = 1")
    assert {1} == shop.touched(RATINGS, "update store set code = 'fr' where store_id = 3")
