"""After any change of the shop, one round of the jobs leaves the service where a fresh full sync would.

The changes are drawn at random over every table that a feed watches, so that a
table or key that somebody forgot to watch is found without being named here.
"""

import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saasexport.commands import main
from saasexport.demo.shop import create_shop
from tests.convergence import differences, tick
from tests.random_changes import Changer
from tests.support import Exporter

STEPS = 4
CHANGES = 8

SETTINGS = """
[export]
deletion_guard = 0    # what vanishes at random here is meant to vanish
[feeds.orders]
look_back_days = 0
"""


def converges(seed, service):
    """Change a shop at random, several times, and compare after each round."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop.sqlite"
        create_shop(shop, products=100)
        exporter = Exporter(folder, shop, service, settings=SETTINGS)
        with redirect_stdout(StringIO()):
            assert main(["--config", str(exporter.config), "init", "--shop", str(shop)]) == 0
        tick(exporter)
        changer = Changer(shop, Random(seed))
        assert differences(exporter) == []
        for _ in range(STEPS):
            made = changer.change(CHANGES)
            tick(exporter)
            assert differences(exporter) == [], made


@pytest.mark.thorough
@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**9))
def test_the_service_is_where_a_fresh_full_sync_would_leave_it(service, seed):
    converges(seed, service)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**9))
def test_the_service_is_where_a_fresh_full_sync_would_leave_it_many_times(service, seed):
    converges(seed, service)
