"""The connected services beside a test, asked as a storefront asks them."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from saasexport.service.catalog.scope import group_hash
from saasexport.service.server import CommerceService
from tests import convergence
from tests.service.conftest import Caller, Reply, until
from tests.support import Exporter

JSON = {"Content-Type": "application/json"}


class Front:
    """One service, and questions to it."""

    def __init__(self, service: CommerceService) -> None:
        self.caller = Caller(service)

    def headers(self, view: str = "default", group: int | None = None, **more: str) -> dict[str, str]:
        """The headers of a scope; a group by its number."""
        scope = {"Magento-Store-View-Code": view} if view else {}
        if group is not None:
            scope["Magento-Customer-Group"] = group_hash(str(group))
        return {**scope, **{name.replace("_", "-"): value for name, value in more.items()}}

    def reply(self, query: str, variables: dict[str, Any] | None = None, **scope: Any) -> Reply:
        """The whole answer to a query that is posted."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        return self.caller.ask("POST", "/graphql", body, JSON | self.headers(**scope))

    def ask(self, query: str, variables: dict[str, Any] | None = None, **scope: Any) -> Any:
        """What a query answers, which has no errors."""
        reply = self.reply(query, variables, **scope)
        assert (reply.status, reply.content.get("errors")) == (200, None)
        return reply.content["data"]

    def errors(self, query: str, variables: dict[str, Any] | None = None, **scope: Any) -> list[str]:
        """The messages of the errors of a query."""
        reply = self.reply(query, variables, **scope)
        assert reply.status == 200
        return [error["message"] for error in reply.content.get("errors", ())]

    def product(self, sku: str, fields: str, **scope: Any) -> Any:
        """Some fields of a product; None if it is not answered."""
        rows = self.ask(f"query ($sku: String) {{ products(skus: [$sku]) {{ {fields} }} }}", {"sku": sku}, **scope)
        return rows["products"][0] if rows["products"] else None

    def search(self, phrase: str = "", fields: str = "", **arguments: Any) -> Any:
        """The answer to a search: total, SKUs in their order, and the fields that are asked for."""
        scope = {name: arguments.pop(name) for name in ("view", "group") if name in arguments}
        names = {"filter": "[SearchClauseInput!]", "sort": "[ProductSearchSortInput!]"}
        given = "".join(f", ${name}: {names.get(name, 'Int')}" for name in arguments)
        used = "".join(f", {name}: ${name}" for name in arguments)
        query = (
            f"query ($phrase: String!{given}) {{ productSearch(phrase: $phrase{used})"
            f" {{ total_count items {{ productView {{ sku }} }} {fields} }} }}"
        )
        answer = self.ask(query, {"phrase": phrase, **arguments}, **scope)["productSearch"]
        answer["skus"] = [item["productView"]["sku"] for item in answer.pop("items")]
        return answer

    def skus(self, phrase: str = "", **arguments: Any) -> list[str]:
        """The SKUs that a search finds, up to 500."""
        found: list[str] = self.search(phrase, page_size=500, **arguments)["skus"]
        return found

    def get(self, path: str, **parameters: Any) -> Reply:
        """GET a path with parameters."""
        query = urlencode({name: value for name, value in parameters.items() if value is not None}, doseq=True)
        return self.caller.get(f"{path}?{query}" if query else path)

    def page(self, path: str = "", **parameters: Any) -> tuple[int, dict[str, str], str]:
        """A page of the preview: status, headers and text."""
        query = urlencode({name: value for name, value in parameters.items() if value is not None}, doseq=True)
        connection = HTTPConnection("127.0.0.1", self.caller.port, timeout=20)
        try:
            connection.request("GET", f"/storefront/{path}" + (f"?{query}" if query else ""))
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read().decode()
        finally:
            connection.close()

    def is_ready(self) -> bool:
        """Whether everything that was received is in the answers."""
        with self.caller.service.store.connect() as db:
            due = "select exists (select 1 from catalog_due) or exists (select 1 from catalog_change)"
            return not db.execute(due).fetchone()[0]


def served(folder: Path, items: Path, **options: Any) -> CommerceService:
    """A service on a copy of what another one received."""
    shutil.copy(items, folder / "served.sqlite")
    return CommerceService(str(folder / "served.sqlite"), **options)


__all__ = ["Front", "front_of", "served", "until"]


@contextmanager
def front_of(shop: Path, folder: Path) -> Iterator[Front]:
    """A storefront's way to a sample shop, all of which was sent; the test is skipped where the shop is missing."""
    if not shop.exists():
        pytest.skip("the sample shop is not here")
    with CommerceService(str(folder / "held.sqlite")) as service:
        convergence.tick(Exporter.on_copy(folder / "shop", shop, url=service.url))
        yield Front(service)
