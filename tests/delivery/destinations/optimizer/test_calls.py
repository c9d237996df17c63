"""What a batch comes to: which item an answer means, and what is sent of the others."""

import itertools
from types import SimpleNamespace

import pytest

from saasexport.config import settings
from saasexport.database import db
from saasexport.feeds.categories import FEED as CATEGORIES
from saasexport.setup import feed_set
from saasexport.sync.exporter import service_settings
from tests.delivery.destinations.optimizer.direct import Direct, pending


@pytest.fixture
def ours(tmp_path):
    """Our database."""
    made = db.connect_ours(str(tmp_path / "ours.sqlite"), create=True)
    db.install(made)
    yield made
    made.close()


def category(path, **more):
    """A category of the default store view."""
    return {"urlPath": path, "storeViewCode": "default", "name": path, "isActive": True, "includeInMenu": True, **more}


@pytest.mark.parametrize("order", [*itertools.permutations(("gear/bags/small", "gear/bags", "gear"))])
@pytest.mark.parametrize("bad", ["gear", "gear/bags", "gear/bags/small"])
def test_the_item_that_an_answer_names_is_the_one_that_is_refused(ours, tmp_path, order, bad):
    # A position that is no whole number of 32 bits is found out by the tenant only.
    items = [category(path, position=2**31 if path == bad else 1) for path in order]
    direct = Direct(tmp_path)
    client = direct.client(ours)
    outcomes = client.deliver(CATEGORIES, pending(*items))
    client.close()
    assert {order[each.pending.row_id - 1]: each.status for each in outcomes} == {
        path: 400 if path == bad else 200 for path in order
    }
    assert sorted(slug for slug, _ in direct.held("categories")) == sorted({*order} - {bad})


@pytest.mark.parametrize(
    ("destination", "given", "expected"),
    [
        ("optimizer", "", 2),
        ("optimizer", "requests_per_second = 5", 5),
        ("optimizer", "requests_per_second = 0", 0),
        ("commerce", "", 0),
        ("commerce", "requests_per_second = 3.5", 3.5),
    ],
)
def test_requests_keep_to_the_pace_of_adobes_connector_unless_another_is_given(tmp_path, destination, given, expected):
    secret = tmp_path / "ims.secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    more = f'client_id = "me"\nclient_secret_file = "{secret}"' if destination == "optimizer" else ""
    file = tmp_path / "saasexport.toml"
    file.write_text(
        f'[shop]\ndatabase = "shop.sqlite"\n[service]\nurl = "http://127.0.0.1:9"\nenvironment_id = "T"\n'
        f'destination = "{destination}"\n{more}\n{given}\n'
    )
    config = settings.load(str(file), feed_set.names_of)
    installation = SimpleNamespace(config=config, lock_file=lambda name: str(tmp_path / name))
    assert service_settings(installation).requests_per_second == expected
