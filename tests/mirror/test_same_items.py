"""The items that are exported from a copy are those of the shop itself."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from saasexport.feeds import all_feeds
from tests.mirror.test_mirror_shop import Mirrored
from tests.support import SHARED, Exporter

LUMA = SHARED / "data" / "luma.sqlite"
TIMES = ("modifiedAt", "updatedAt", "lastModifiedAt")


def items_of(exporter):
    """Feed -> its items, without the time of export."""
    held = {}
    for name, feed in all_feeds().items():
        items = [{key: value for key, value in item.items() if key != feed.time_field} for item in exporter.items(name)]
        held[name] = sorted(items, key=repr)
    return held


def up_to_date(path, copy):
    """A copy of a shop whose dates are today's."""
    shutil.copy(path, copy)
    copy.chmod(0o600)
    with closing(sqlite3.connect(copy)) as shop:
        shop.execute("update catalogrule_product_price set rule_date = date('now')")
        shop.execute("update sales_order set updated_at = datetime('now')")
        shop.commit()
    return copy


class Pair:
    """A shop, and the same one in a server: two installations."""

    def __init__(self, path, server, folder, service):
        self.direct = Exporter.on_copy(folder / "direct", path, service)
        (folder / "mirrored").mkdir()
        self.mirrored = Mirrored(server, folder / "mirrored", service)
        server.load(self.mirrored.database, path)
        done = self.mirrored.init()
        assert (done.returncode, done.stderr) == (0, "")

    def sync(self):
        """One run of the mirror, and a tick of each; what each service holds."""
        assert self.mirrored.mirror().returncode == 0
        self.direct.tick(check=False)
        self.mirrored.tick(check=False)
        return items_of(self.direct), items_of(self.mirrored)


@pytest.mark.thorough
def test_the_items_of_the_demo_shop_are_the_same(server, tmp_path, service, flawless_shop_file):
    pair = Pair(flawless_shop_file, server, tmp_path, service)
    direct, mirrored = pair.sync()
    assert sum(map(len, direct.values())) > 300
    for feed in direct:
        assert direct[feed] == mirrored[feed], feed


@pytest.mark.slow
@pytest.mark.skipif(not LUMA.exists(), reason="Luma is not here")
def test_the_items_of_luma_are_the_same(server, tmp_path, service):
    pair = Pair(up_to_date(LUMA, tmp_path / "shop.sqlite"), server, tmp_path, service)
    direct, mirrored = pair.sync()
    assert sum(map(len, direct.values())) > 8000
    for feed in direct:
        assert direct[feed] == mirrored[feed], feed
