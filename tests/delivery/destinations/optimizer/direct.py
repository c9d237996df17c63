"""A tenant of the double without a server between: its answers come by a call."""

import json
import os
import shutil
import sqlite3
import time
from contextlib import closing
from types import SimpleNamespace
from unittest import mock

from saasexport.config import parsing
from saasexport.database.feed_table import Pending
from saasexport.delivery.client import Client
from saasexport.delivery.http_connection import Response
from saasexport.delivery.transport import Settings
from saasexport.errors import ServiceError
from saasexport.jobs import reindex_all_invalid, resend_failed
from saasexport.log import Log
from saasexport.service.optimizer import application
from saasexport.service.optimizer.application import Optimizer
from saasexport.service.optimizer.tenant import Tenant
from saasexport.setup import feed_set, opening
from saasexport.sync import exporter as sync
from tests.delivery.destinations.optimizer import oracle
from tests.support import Exporter

TABLES = {
    "productAttributes": "product_attributes",
    "categories": "categories",
    "products": "products",
    "priceBooks": "price_books",
    "prices": "product_prices",
}


class Killed(BaseException):
    """A job ends with a request under way."""


class Direct:
    """A tenant, and what is between it and a client: the requests that came, and faults that a test wants."""

    def __init__(self, folder, is_kept=False, **options):
        self.application = Optimizer(
            "TENANT", application.Client("me", "secret"), state_file=str(folder / "tenant") if is_kept else ""
        )
        self.application.tenant.clock = lambda: time.time()  # a test may hold it
        self.folder = folder
        self.options = options
        self.requests = []  # path below the catalogue, items
        # "lost": no answer, taken; "late": the same, but taken five minutes later; "down": not taken; or a status.
        self.fault = lambda path, items: ""

    def restart(self):
        """End the double and start it again: what it accepted it still has."""
        self.application.tenant.close()
        self.application.tenant = Tenant(lambda: time.time(), file=str(self.folder / "tenant"))

    def held(self, name):
        """What the tenant holds: identity -> item."""
        return self.application.tenant.items[name]

    def settings(self):
        """The settings of a client."""
        options = {
            "client_id": "me",
            "client_secret": "secret",
            "token_url": "http://127.0.0.1:9/ims",
            "folder": str(self.folder),
            "items_per_minute": 10_000_000,
            "items_per_day": 10_000_000,
        }
        return Settings(
            url="http://tenant",
            environment_id="TENANT",
            timeout=10,
            max_body=4_194_304,
            api_key=None,
            ca_file=None,
            requests_per_second=0,
            rate_limit_file=str(self.folder / "slot"),
            uses_backoff=False,
            destination="optimizer",
            options={**options, **self.options},
        )

    def client(self, ours):
        """The client of a new job."""
        client = Client(self.settings(), ours, lambda feed: "", lambda *_: None)
        return self.attach(client)

    def attach(self, client):
        """Have a client's destination send here."""
        client.destination.token.value = lambda: "a-token"
        client.destination.transport = self
        return client

    def request(self, method, path, headers, body):
        """Answer as the double does, but for the fault that a test wants."""
        below, items = path.removeprefix("/TENANT/v1/catalog/"), json.loads(body)
        self.requests.append((below, items))
        fault = self.fault(below, items)
        if fault == "down":
            raise ServiceError("http://tenant: timed out")
        if isinstance(fault, int):
            return Response(fault, {}, b"<html>")
        self.application.tenant.delay = lambda: 300.0 if fault == "late" else 0.0
        answer = self.application._items(self.application._targets[path], body)
        if fault == "killed":
            raise Killed
        if fault in ("lost", "late"):
            raise ServiceError("http://tenant: timed out")
        return Response(answer.status, {}, answer.body)


def pending(*items):
    """Items as they stand on record, in rows 1, 2 and so on."""
    return [
        Pending(row, (json.dumps(item).encode(),), bool(item.get("deleted"))) for row, item in enumerate(items, start=1)
    ]


class Installed(Exporter):
    """An installation on a copy of a shop whose jobs run in this process and send to a tenant without a server."""

    def __init__(self, folder, shop, settings="", is_kept=False):
        folder.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        shutil.copy(shop, folder / "shop.sqlite")
        super().__init__(folder, folder / "shop.sqlite", url="http://127.0.0.1:9")
        self.environment = "TENANT"
        secret = folder / "ims.secret"
        secret.write_text("secret")
        secret.chmod(0o600)
        self.write_config(
            "",
            f'destination = "optimizer"\nclient_id = "me"\nclient_secret_file = "{secret}"\n'
            f"requests_per_second = 0\nitems_per_minute = 10000000\nitems_per_day = 10000000\n{settings}",
        )
        self.direct = Direct(folder, is_kept)
        content = self.config.read_bytes()
        opening.set_up(parsing.parse(str(self.config), content, feed_set.names_of), content).close()

    def job(self, module, **options):
        """Run a job; gives what it has to tell."""
        installation = opening.open_installation(str(self.config))
        log = Log(str(self.folder / "var" / "log"), "a test")
        work = sync.Exporter(installation, self.direct.attach(sync.connect(installation, log)), log)
        try:
            module.run(work, sync.Options(**options), SimpleNamespace(feeds=[]))
            return work.lines()
        finally:
            work.close()
            installation.close()

    def tick(self, check=True):
        """One run each of the jobs that send; gives what they have to tell."""
        lines = [*self.job(reindex_all_invalid), *self.job(resend_failed)]
        assert not (check and lines), lines
        return lines

    def sent(self):
        """What was sent since the last call: path, items."""
        requests = list(self.direct.requests)
        self.direct.requests.clear()
        return requests

    def held(self):
        """What the tenant holds: resource -> identity -> item."""
        self.direct.application.tenant.take_effect()
        return {name: dict(items) for name, items in self.direct.application.tenant.items.items()}

    def whole_items(self):
        """The items as the feeds have them, by feed; whole, if they were sent with PERSIST_EXPORTED_FEED."""
        items = {}
        for feed, table in TABLES.items():
            rows = self.ask(f"select feed_data from cde_{table}_feed where is_deleted = 0 and feed_data <> ''")
            items[feed] = [json.loads(data) for (data,) in rows]
        return items

    def of_a_fresh_sync(self, folder):
        """What another tenant holds after a full sync of the shop as it is now, and the items of that, by feed."""
        copy = folder / "now.sqlite"
        with closing(sqlite3.connect(self.shop_file)) as shop:
            shop.execute("vacuum into ?", (str(copy),))
        with closing(sqlite3.connect(copy)) as shop:
            ours = "type = 'trigger' or (type = 'table' and name like '%\\_cl' escape '\\')"
            names = shop.execute(f"select type, name from sqlite_master where {ours} order by type desc").fetchall()
            for kind, name in names:
                shop.execute(f'drop {kind} "{name}"')
            shop.commit()
        fresh = Installed(folder / "fresh", copy, self.settings)
        with mock.patch.dict(os.environ, PERSIST_EXPORTED_FEED="1"):  # the items stay whole on record
            fresh.tick(check=False)
            fresh.tick(check=False)
        return fresh.held(), fresh.whole_items()

    def difference(self, folder):
        """By resource, the identities under which the tenant holds something else than after a fresh sync.

        What that gives is compared with the rules, as it is made by the same program.
        """
        held, (wanted, items) = self.held(), self.of_a_fresh_sync(folder)
        if faults := oracle.unlike(wanted, items):
            return {"rules": faults}
        return {
            name: sorted(key for key in items.keys() | wanted[name].keys() if items.get(key) != wanted[name].get(key))
            for name, items in held.items()
            if items != wanted[name]
        }
