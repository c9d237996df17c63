"""Two feeds that watch the tiny shop, and what their triggers wrote."""


from saasexport.feed import Subscription
from tests.tiny import THINGS

ID = "0123456789abcdef"

# Another feed that watches the same table by another key.
SHELVES = THINGS.with_fields(
    name="shelves",
    indexer="shelf_data_exporter",
    view="cde_shelves_feed",
    table="cde_shelves_feed",
    entity=("shelf", "shelf_id"),
    count="select count(*) from shelf",
    subscriptions=(Subscription("thing", "shelf_id"), Subscription("shelf", "shelf_id")),
    vias={},
    settings=(),
)


def written(shop, name="cde_things_feed_cl"):
    """What the triggers wrote, and nothing of it is left."""
    rows = shop.execute(f"select entity_id, via from {name} order by version_id").fetchall()
    shop.execute(f"delete from {name}")
    return rows


def master(shop):
    """The schema, byte for byte, without the table SQLite keeps of autoincrement keys."""
    query = "select type, name, tbl_name, sql from sqlite_master where name <> 'sqlite_sequence' order by name, type"
    return shop.execute(query).fetchall()
