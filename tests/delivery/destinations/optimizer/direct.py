"""A tenant of the double without a server between: its answers come by a call."""

import json

from saasexport.database.feed_table import Pending
from saasexport.delivery.client import Client
from saasexport.delivery.http_connection import Response
from saasexport.delivery.transport import Settings
from saasexport.errors import ServiceError
from saasexport.service.optimizer import application
from saasexport.service.optimizer.application import Optimizer


class Direct:
    """A tenant, and what is between it and a client: the requests that came, and faults that a test wants."""

    def __init__(self, folder, **options):
        self.application = Optimizer("TENANT", application.Client("me", "secret"))
        self.folder = folder
        self.options = options
        self.requests = []  # path below the catalogue, items
        self.fault = lambda path, items: ""  # "lost": no answer, taken; "down": no answer, not taken; a status

    def held(self, name):
        """What the tenant holds: identity -> item."""
        return self.application.tenant.items[name]

    def settings(self):
        """The settings of a client."""
        options = {
            "client_id": "me",
            "client_secret": "secret",
            "token_url": "http://127.0.0.1:9/ims",
            "token_file": str(self.folder / "token"),
            "quota_file": str(self.folder / "quota"),
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
        answer = self.application._items(self.application._targets[path], body)
        if fault == "lost":
            raise ServiceError("http://tenant: timed out")
        return Response(answer.status, {}, answer.body)


def pending(*items):
    """Items as they stand on record, in rows 1, 2 and so on."""
    return [
        Pending(row, (json.dumps(item).encode(),), bool(item.get("deleted"))) for row, item in enumerate(items, start=1)
    ]
