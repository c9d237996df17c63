"""What becomes of an item: a line per state."""

import pytest

from saasexport.database.decisions import Decision, Row, decide, decide_gone

HERE, THERE = 1, 2  # the data space in force, and another


def row(status, *, deleted=False, environments=HERE, entity_id=7, feed_hash="same"):
    return Row(1, entity_id, "id", feed_hash, int(deleted), status, "2026-01-02 03:04:05", environments, "{}", None)


# What the row says; then: immediate, immediate by force, legacy, legacy by force.
ALIVE = [
    ("no row", None, "ADD", "ADD", "ADD", "ADD"),
    ("awaiting", row(0), "RESUME", "CHANGE", "SKIP", "CHANGE"),
    ("was not assembled", row(1), "RETRY", "CHANGE", "RETRY", "CHANGE"),
    ("to be retried", row(2), "RETRY", "CHANGE", "RETRY", "CHANGE"),
    ("delivered", row(200), "SKIP", "CHANGE", "SKIP", "CHANGE"),
    ("rejected", row(400), "SKIP", "CHANGE", "SKIP", "CHANGE"),
    ("dropped", row(400, feed_hash=""), "CHANGE", "CHANGE", "CHANGE", "CHANGE"),
    ("awaiting, changed", row(0, feed_hash="other"), "CHANGE", "CHANGE", "CHANGE", "CHANGE"),
    ("was not assembled, changed", row(1, feed_hash=""), "CHANGE", "CHANGE", "CHANGE", "CHANGE"),
    ("to be retried, changed", row(2, feed_hash="other"), "CHANGE", "CHANGE", "CHANGE", "CHANGE"),
    ("delivered, changed", row(200, feed_hash="other"), "CHANGE", "CHANGE", "CHANGE", "CHANGE"),
    ("rejected, changed", row(400, feed_hash="other"), "CHANGE", "CHANGE", "CHANGE", "CHANGE"),
    ("awaiting, of another entity", row(0, entity_id=8), "RETRY", "CHANGE", "RETRY", "CHANGE"),
    ("delivered, of another entity", row(200, entity_id=8), "RETRY", "CHANGE", "RETRY", "CHANGE"),
    ("rejected, of another entity", row(400, entity_id=8), "RETRY", "CHANGE", "RETRY", "CHANGE"),
    ("deletion awaiting", row(0, deleted=True), "CHANGE", "CHANGE", "CHANGE", "CHANGE"),
    ("deletion to be retried", row(2, deleted=True), "CHANGE", "CHANGE", "CHANGE", "CHANGE"),
    ("deletion delivered", row(200, deleted=True), "CHANGE", "CHANGE", "CHANGE", "CHANGE"),
    ("deletion rejected", row(400, deleted=True), "CHANGE", "CHANGE", "CHANGE", "CHANGE"),
]


@pytest.mark.parametrize(("state", "row", "now", "forced", "legacy", "legacy_forced"), ALIVE)
def test_an_item_that_the_shop_has_is_decided_by_its_row(state, row, now, forced, legacy, legacy_forced):
    decided = [
        decide(row, 7, "same", force, is_legacy)
        for is_legacy in (False, True)
        for force in (False, True)
    ]

    assert decided == [getattr(Decision, name) for name in (now, forced, legacy, legacy_forced)]


# What the row says; then: as usual, by force.
GONE = [
    ("awaiting", row(0), "DELETE", "DELETE"),
    ("was not assembled", row(1), "DELETE", "DELETE"),
    ("to be retried", row(2), "DELETE", "DELETE"),
    ("delivered", row(200), "DELETE", "DELETE"),
    ("rejected", row(400), "DELETE", "DELETE"),
    ("dropped", row(400, feed_hash=""), "DELETE", "DELETE"),
    ("delivered, here and elsewhere", row(200, environments=HERE | THERE), "DELETE", "DELETE"),
    ("deletion awaiting", row(0, deleted=True), "RESUME", "RESUME"),
    ("deletion to be retried", row(2, deleted=True), "RESUME", "RESUME"),
    ("deletion delivered", row(200, deleted=True), "SKIP", "RESUME"),
    ("deletion rejected", row(400, deleted=True), "SKIP", "RESUME"),
    ("never sent to anybody", row(1, environments=0), "FORGET", "FORGET"),
    ("awaiting, never sent to anybody", row(0, environments=0), "FORGET", "FORGET"),
    ("deletion awaiting, nobody has it", row(0, deleted=True, environments=0), "FORGET", "FORGET"),
    ("deletion delivered, nobody has it", row(200, deleted=True, environments=0), "SKIP", "FORGET"),
    ("delivered elsewhere", row(200, environments=THERE), "LEAVE_HERE", "LEAVE_HERE"),
    ("deletion awaiting, elsewhere", row(0, deleted=True, environments=THERE), "LEAVE_HERE", "LEAVE_HERE"),
]


@pytest.mark.parametrize(("state", "row", "now", "forced"), GONE)
def test_an_item_that_the_shop_has_no_more_is_decided_by_its_row(state, row, now, forced):
    decisions = [decide_gone(row, HERE, force) for force in (False, True)]
    assert decisions == [getattr(Decision, name) for name in (now, forced)]
