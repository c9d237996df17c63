"""Walk through what only Adobe's own service can settle, and print what it answers.  Run by hand, on a sandbox.

    .venv/bin/python tests/optimizer_sandbox.py --url https://na1-sandbox.api.commerce.adobe.com --tenant XdAHsRLZ
        --client-id 0123456789abcdef --client-secret-file ims.secret [--view UUID --wait 600]

What it makes has names that begin with saasexport-probe, in the catalog source of that name, and is deleted at the end.
With --view, a catalog view of that source and of the price book saasexport-probe, it also reads back what is seen.
With --org, the id of an organisation (1234ABCD@AdobeOrg), it asks Cloud Manager whether the tenant is that one's.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
import threading
import time
from contextlib import closing
from typing import Any, NamedTuple

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))

from saasexport.config.secret import read_key
from saasexport.delivery.destinations.optimizer.token import Token
from saasexport.delivery.http_connection import Connection, Response
from saasexport.errors import SaasExportError

PROBE = "saasexport-probe"
SOURCE = {"locale": PROBE}
PRODUCT = {"source": SOURCE, "name": "Probe", "slug": PROBE, "status": "ENABLED", "visibleIn": ["CATALOG", "SEARCH"]}
BOOK = {"priceBookId": PROBE, "name": "Probe", "currency": "USD"}
CODES = ("sku", "name", "description", "shortDescription", "price")
AMOUNTS = "price { final { amount { value } } regular { amount { value } } }"
QUERY = f"query ($skus: [String]) {{ products(skus: $skus) {{ sku name ... on SimpleProductView {{ {AMOUNTS} }} }} }}"

PRODUCTS, METADATA, BOOKS = "products", "products/metadata", "price-books"
PRICES = "products/prices"


class Sandbox(NamedTuple):
    """A tenant, and the ways to it."""

    url: str
    tenant: str
    token: Token
    view: str = ""
    wait: float = 0
    manager: str = ""
    org: str = ""  # whose tenant it is to be; empty: not asked

    def send(self, path: str, items: Any, packs: bool = False) -> Response:
        """Post items; each request has a connection of its own."""
        body = json.dumps(items).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token.value()}"}
        if packs:
            headers["Content-Encoding"], body = "gzip", gzip.compress(body)
        connection = Connection(self.url, 60, None)
        try:
            return connection.post(f"/{self.tenant}/v1/catalog/{path}", headers, body)
        finally:
            connection.close()

    def owner(self) -> str:
        """What Cloud Manager says of the tenant's owner."""
        if not self.org:
            return "not asked: no --org"
        path = f"/api/v1/tenants/{self.tenant}/owner/{self.org}"
        with closing(Connection(self.manager, 60, None)) as connection:
            return brief(connection.get(path, {"Authorization": f"Bearer {self.token.value()}"}))

    def ask(self, skus: list[str]) -> str:
        """What a storefront sees of products, after a while."""
        if not self.view:
            return "not read back: no --view"
        time.sleep(self.wait)
        headers = {"Content-Type": "application/json", "AC-View-ID": self.view, "AC-Source-Locale": PROBE}
        body = json.dumps({"query": QUERY, "variables": {"skus": skus}}).encode()
        connection = Connection(self.url, 60, None)
        try:
            answer = connection.post(f"/{self.tenant}/graphql", {**headers, "AC-Price-Book-ID": PROBE}, body)
        finally:
            connection.close()
        return brief(answer)


def brief(response: Response) -> str:
    """An answer in a line."""
    return f"{response.status} {' '.join(response.body[:300].decode('utf-8', 'replace').split())}"


def product(sku: str, **more: Any) -> dict[str, Any]:
    """A product of the probe."""
    return {**PRODUCT, "sku": f"{PROBE}-{sku}", **more}


def identity(item: dict[str, Any]) -> dict[str, Any]:
    """What a product is deleted by."""
    return {"sku": item["sku"], "source": SOURCE}


def explore(sandbox: Sandbox) -> None:
    """Ask everything, a line for each answer."""
    send = sandbox.send

    def say(question: str, answer: Response | str) -> None:
        print(f"{question}: {answer if isinstance(answer, str) else brief(answer)}", flush=True)

    say("the owner at Cloud Manager", sandbox.owner())
    metadata = [{"code": code, "source": SOURCE, "label": code, "dataType": "TEXT"} for code in CODES]
    say("the five codes of metadata", send(METADATA, metadata))
    say("an empty list", send(PRODUCTS, []))
    say("an empty list, compressed", send(PRODUCTS, [], packs=True))
    say("deletion of a product that is not there", send(f"{PRODUCTS}/delete", [identity(product("absent"))]))
    many = [product(str(number)) for number in range(101)]
    say("101 products", send(PRODUCTS, many))
    say("501 prices", send(PRICES, [{"sku": f"{PROBE}-{n}", "priceBookId": PROBE, "regular": 1} for n in range(501)]))
    say("dataType OBJECT", send(METADATA, [{**metadata[0], "code": PROBE, "dataType": "OBJECT"}]))
    say("one product twice", send(PRODUCTS, [product("twice", name="first"), product("twice", name="second")]))
    for name in ("sku", "name", "slug"):
        say(f"an empty {name}", send(PRODUCTS, [{**product("empty"), name: ""}]))
    say("a product of 201 KB", send(PRODUCTS, [product("large", description="x" * 201_000)]))
    for megabytes in (1, 4, 16):
        size = megabytes * 10_000
        large = [product(str(number), description="x" * size) for number in range(100)]
        say(f"a body of {megabytes} MB", send(PRODUCTS, large))
    _race(sandbox)
    say("a new price book", send(BOOKS, [BOOK]))
    price = {"priceBookId": PROBE, "regular": 100, "discounts": [{"code": "special_price", "price": 30}]}
    say("its price at once, regular 100, discount price 30", send(PRICES, [{**price, "sku": f"{PROBE}-1"}]))
    say("what is seen: is it 30 or 70, is the price there, which of first and second, of 0 to 9", sandbox.ask(
        [f"{PROBE}-1", f"{PROBE}-twice", f"{PROBE}-race"]
    ))  # fmt: skip


def _race(sandbox: Sandbox) -> None:
    """Ten states of a product at once: which one stays is seen at the end."""
    threads = [
        threading.Thread(target=sandbox.send, args=(PRODUCTS, [product("race", name=str(number))]))
        for number in range(10)
    ]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()


def clean_up(sandbox: Sandbox) -> None:
    """Delete what was made."""
    skus = [*map(str, range(101)), "twice", "large", "race", "empty"]
    for start in range(0, len(skus), 100):
        some = [identity(product(sku)) for sku in skus[start : start + 100]]
        print(f"deleted: {brief(sandbox.send(f'{PRODUCTS}/delete', some))}")
    sandbox.send(f"{PRODUCTS}/delete", [{"sku": "", "source": SOURCE}])
    sandbox.send(f"{BOOKS}/delete", [{"priceBookId": PROBE}])
    sandbox.send(f"{METADATA}/delete", [{"code": code, "source": SOURCE} for code in (*CODES, PROBE)])


def main(argv: list[str] | None = None) -> int:
    """Explore a tenant; gives the exit status."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("url", "tenant", "client-id", "client-secret-file"):
        options.add_argument(f"--{name}", required=True)
    options.add_argument("--token-url", default="https://ims-na1.adobelogin.com/ims/token/v3")
    options.add_argument("--view", default="", help="the id of a catalog view, to read back")
    options.add_argument("--org", default="", help="the id of an organisation: is the tenant that one's?")
    options.add_argument("--manager-url", default="https://ccm.api.commerce.adobe.com")
    options.add_argument("--wait", type=float, default=600, help="seconds before reading back (default: %(default)s)")
    given = options.parse_args(argv)
    try:
        secret = read_key(given.client_secret_file, "--client-secret-file")
        with tempfile.TemporaryDirectory() as folder:
            login = Connection(given.token_url, 60, None)
            token = Token(given.client_id, secret, os.path.join(folder, "token"), login)
            read = (given.view, given.wait, given.manager_url, given.org)
            sandbox = Sandbox(given.url.rstrip("/"), given.tenant, token, *read)
            with closing(token):
                token.value()  # without one there is nothing to clean up
                try:
                    explore(sandbox)
                finally:
                    clean_up(sandbox)
    except SaasExportError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
