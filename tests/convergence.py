"""The invariant of many tests: the service is where a fresh full sync would leave it."""

import json
from contextlib import redirect_stderr
from io import StringIO

from saasexport import jobs
from saasexport.feeds import all_feeds
from tests.oracle import expected_items, plain
from tests.support import TICK


def tick(exporter, jobs_of_a_tick=TICK[:3]):
    """One round, in this process: the scripts themselves are tested elsewhere."""
    with redirect_stderr(StringIO()) as printed:
        for job in jobs_of_a_tick:
            jobs.main(job, ["--config", str(exporter.config)])
    assert "Traceback" not in printed.getvalue()


def differences(exporter):
    """Where the service is not where a fresh full sync would leave it, a line each."""
    identity = exporter.ask("select shop_identity from installation")[0][0]
    gone = {row[0] for row in exporter.ask("select feed from view_state where unavailable is not null")}
    names = [name for name in all_feeds() if name not in gone]
    items, _ = expected_items(exporter.shop_file, identity, names)
    wrong = []
    for feed in map(all_feeds().get, names):
        query = f"select status, feed_data, errors from {feed.table} where status in (1, 400)"
        set_aside = exporter.ask(query)
        wrong += [f"{feed.name}: rejected: {data}: {error}" for status, data, error in set_aside if status == 400]
        stuck = {key_of(feed, json.loads(data)) for _, data, _ in set_aside}
        want = items[feed.name]
        got = {key_of(feed, item): plain(item) for item in exporter.items(feed.name)}
        for key in sorted({*want, *got} - stuck, key=str):
            if want.get(key) != got.get(key):
                wrong.append(f"{feed.name} {key}: should be {want.get(key)}, is {got.get(key)}")
    return wrong


def key_of(feed, item):
    """An item's identity."""
    return tuple(item.get(name) for name in feed.identity)
