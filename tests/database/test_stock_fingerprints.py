"""What an entity last said of its stock is kept beside what is staged of it, and with nothing else."""

from contextlib import closing

import pytest

from saasexport.database import db, stock_fingerprints
from saasexport.feed import Shop
from tests.tiny import THINGS, tiny_shop


@pytest.fixture
def ours(tmp_path):
    """Our database, which knows what three entities said."""
    with closing(db.connect_ours(str(tmp_path / "ours.sqlite"), create=True)) as ours:
        db.install(ours)
        stock_fingerprints.keep(ours, THINGS, [1, 2, 3], {1: "5 in stock", 2: "none", 3: "9 in stock"})
        yield ours


@pytest.mark.parametrize(
    ("ids", "said", "kept"),
    [
        ([], {}, [(1, "5 in stock"), (2, "none"), (3, "9 in stock")]),
        ([1], {1: "4 in stock"}, [(1, "4 in stock"), (2, "none"), (3, "9 in stock")]),
        ([1], {}, [(2, "none"), (3, "9 in stock")]),  # staged beside no reading of the stock: not known any more
        ([1, 2, 3], {2: "1 in stock"}, [(2, "1 in stock")]),
        ([4], {4: "7 in stock"}, [(1, "5 in stock"), (2, "none"), (3, "9 in stock"), (4, "7 in stock")]),
    ],
)
def test_what_is_staged_without_a_fingerprint_has_none_any_more(ours, ids, said, kept):
    stock_fingerprints.keep(ours, THINGS, ids, said)

    assert ours.execute("select entity_id, said from entity_fingerprint order by entity_id").fetchall() == kept


def test_what_says_something_else_or_was_never_heard_has_changed(ours, tmp_path):
    feed = THINGS.with_fields(fingerprint=lambda shop, ids: {1: "5 in stock", 2: "1 in stock"})
    with closing(tiny_shop(tmp_path / "shop.sqlite")) as shop:
        changed = stock_fingerprints.select_changed(Shop(shop), ours, feed, [1, 2, 3, 4])

    assert sorted(changed) == [2, 3, 4]
