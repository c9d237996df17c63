"""Memory follows the largest item, not the number of large ones."""


import pytest

from saasexport.sync.story import full_sync, resend_failed
from tests.tiny import THINGS, Sender, Tiny, assemble

MB = 1_000_000


class Watched:
    """The feed of things, which notes how many are assembled at once."""

    def __init__(self, folder, monkeypatch, settings=""):
        self.sizes = []
        self.tiny = Tiny(folder, monkeypatch, THINGS.with_fields(assemble=self.assemble), settings=settings)
        self.tiny.shop.execute("delete from thing")
        self.sender = Sender()

    def assemble(self, shop, ids):
        entities = list(assemble(shop, ids))
        self.sizes.append(len(ids))
        return entities

    def sync(self, *lengths):
        """What is delivered of things whose names are so long."""
        things = [(f"c{number}", "x" * length) for number, length in enumerate(lengths)]
        self.tiny.shop.executemany("insert into thing (code, name) values (?, ?)", things)
        full_sync(*self.tiny.work(self.sender), self.tiny.feeds["things"])
        return {item["code"] for item in self.sender.held.values()}


@pytest.fixture
def watched(tmp_path, monkeypatch):
    found = Watched(tmp_path, monkeypatch)
    yield found
    found.tiny.close()


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("lengths", "at_most"),
    [
        ([MB] * 30, 4),
        ([4 * MB] * 5, 1),
        ([300_000] * 40, 13),
        ([100_000] * 100, 41),
        ([10] * 600 + [2 * MB] * 6, 250),
        ([8000] * 600, 163),
    ],
)
def test_large_ones_are_read_a_few_at_a_time(watched, lengths, at_most):
    assert len(watched.sync(*lengths)) == len(lengths)
    assert max(watched.sizes) <= at_most


@pytest.mark.thorough
def test_small_ones_are_soon_read_many_at_a_time(watched):
    watched.sync(*[10] * 1000)
    assert watched.sizes == [16, 64, 250, 250, 250, 170]


@pytest.mark.thorough
def test_after_large_ones_small_ones_are_read_many_at_a_time_again(watched):
    watched.sync(*[10] * 300, *[MB] * 10, *[10] * 1200)
    assert watched.sizes[-2:] == [250, 116]


@pytest.mark.parametrize(
    ("letter", "number", "reason"),
    [
        ("x", 2001, "name: 2003 bytes of an item of 2070, more than [service] max_body"),
        ("x", 50_000, "name: a text of 50000 characters, more than [service] max_body"),
        ("x", 1900, "name: 1902 bytes of an item of 1969, more than [service] max_body"),
        ("é", 950, "name: 1902 bytes of an item of 1969, more than [service] max_body"),
        ("é", 2000, "name: 4002 bytes of an item of 4069, more than [service] max_body"),
        ("é", 40_000, "name: a text of 40000 characters, more than [service] max_body"),
    ],
)
def test_an_item_larger_than_a_body_is_set_aside_with_field_and_size(tmp_path, monkeypatch, letter, number, reason):
    watched = Watched(tmp_path, monkeypatch, settings="max_body = 2000")
    watched.tiny.shop.execute("insert into thing values (100, 'large', ?, 1, null)", (letter * number,))
    assert watched.sync(10, 20) == {"c0", "c1"}
    rows = watched.tiny.ask("select distinct status, errors from cde_things_feed where status <> 200")
    assert rows == [(400, reason)]
    watched.tiny.close()


@pytest.mark.parametrize("letter", ["x", "é", "\n", '"', "🧀"])
def test_an_item_that_was_too_large_is_sent_as_soon_as_it_changes(tmp_path, monkeypatch, letter):
    watched = Watched(tmp_path, monkeypatch, settings="max_body = 2000")
    assert watched.sync(10) == {"c0"}
    statuses = "select distinct status, is_deleted from cde_things_feed"
    for number in (2001, 50_000):
        watched.tiny.shop.execute("update thing set name = ?", (letter * number,))
        full_sync(*watched.tiny.work(watched.sender), watched.tiny.feeds["things"])
        assert watched.tiny.ask(statuses) == [(400, 0)]
    watched.sender.taken()
    # As it was before: what the service has, but nobody knows that any more.
    watched.tiny.shop.execute("update thing set name = ?", ("x" * 10,))
    full_sync(*watched.tiny.work(watched.sender), watched.tiny.feeds["things"])
    assert watched.tiny.ask(statuses) == [(200, 0)]
    assert watched.sender.taken()
    watched.tiny.close()


def test_what_is_too_large_is_told_once_and_not_tried_again(tmp_path, monkeypatch):
    watched = Watched(tmp_path, monkeypatch, settings="max_body = 2000")
    watched.sync(10, 3000)
    del watched.sizes[:]
    work = watched.tiny.work(watched.sender)
    resend_failed(*work, watched.tiny.feeds["things"])
    assert watched.sizes == []
    full_sync(*work, watched.tiny.feeds["things"])
    assert work.lines() == []
    watched.tiny.close()


def test_what_was_collected_is_sent_a_few_at_a_time(tmp_path, monkeypatch):
    tiny = Tiny(tmp_path, monkeypatch, THINGS.with_fields(legacy=True))
    tiny.shop.execute("update thing set name = ?", ("x" * 3 * MB,))
    full_sync(*tiny.work(), tiny.feeds["things"])
    table = tiny.installation.table(tiny.feeds["things"])
    assert [len(table.load_collected(after, 100)) for after in (0, 2, 4)] == [2, 2, 2]
    ids = [row[0] for row in tiny.shop.execute("select thing_id from thing")]
    assert [len(table.load_collected_of(ids, after)) for after in (0, 2, 4, 6)] == [2, 2, 2, 0]
    tiny.close()
