"""The one-minute story: a shop, a service, and everything that can happen between them.

It drives the same jobs that cron starts, and leaves a folder to look around in.
What was sent is read from the log the jobs wrote, what arrived is asked of the
service: the story claims nothing that it did not see.
"""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from urllib.parse import urlencode

import saasexport
from saasexport import jobs, queries
from saasexport.commands import main as saasexport_main
from saasexport.demo import shop
from saasexport.log import one_line

SQL = queries.beside(__file__)

# A search sees what was received a moment later.
SEARCH_SECONDS = 60

TICK = ("reindex_all_invalid", "saas_data_exporter", "sales_data_exporter")

LOOK_AROUND = """
Look around:
  cd {folder}
  # Change something; some changelog rows wait then.
  sqlite3 shop.sqlite "update catalog_product_entity_varchar set value = 'Mine' \\
      where value = 'Harbour Espresso, renamed'"
  {bin}saasexport status
  # Start the service again, and it is sent.
  {bin}commerce_service --port {port} --database service.sqlite &
  {bin}reindex_all_invalid -v
  # What a storefront finds; open {url}/storefront/ in a browser.
  {bin}saasexport search espresso
  # What our database knows, what each of its columns means, what was done.
  sqlite3 var/saasexport.sqlite "select * from feed_status"
  sqlite3 var/saasexport.sqlite ".schema cde_products_feed"
  less var/log/commerce-data-export.log
"""


class Story:
    """Tells what happens while it happens."""

    def __init__(self, folder: str, say: Callable[[str], None] = print) -> None:
        self.folder = folder
        self.say = say
        self.config = os.path.join(folder, "saasexport.toml")
        self.shop_file = os.path.join(folder, "shop.sqlite")
        self.service: subprocess.Popen[str] | None = None
        self.port = 0
        self.url = ""
        self.read_upto = 0

    def tell(self) -> int:
        """The whole story; gives 0 if everything arrived as it should."""
        try:
            self.set_the_scene()
            self.full_sync()
            self.rename()
            self.change_price_and_order()
            self.fail_and_resend()
            self.delete()
            return self.look_back()
        finally:
            self.stop_service()

    # The chapters

    def set_the_scene(self) -> None:
        """A shop, a service, an installation."""
        with self.chapter("A shop and a service"):
            shop.create_shop(self.shop_file)
            (products, categories, views, groups) = self.ask_shop(SQL.scene)[0]
            self.line(
                f"shop.sqlite: {products} products, {categories} categories, {views} store views,"
                f" {groups} customer groups"
            )
            self.start_service()
            self.line(f"the embedded Commerce Service listens on {self.url}")
            self.command("init", "--shop", self.shop_file, "--service", self.url)
            self.line("saasexport init: triggers and changelogs stand in the shop, our database beside it")

    def full_sync(self) -> None:
        """Everything goes out once, and not twice."""
        with self.chapter("First full sync"):
            self.line("(some of the demo's data is unusable on purpose: it is set aside)")
            self.tick()
            self.tell_sent()
        with self.chapter("The same again: nothing has changed"):
            self.tick()
            self.tell_sent()

    def rename(self) -> None:
        """A product and a category get other names."""
        with self.chapter("A product and a category are renamed"):
            product, category = shop.PRODUCT_TO_RENAME, shop.CATEGORY_TO_RENAME
            self.change(SQL.rename_product, entity_id=product, name="Harbour Espresso, renamed")
            self.change(SQL.rename_category, entity_id=category, name="Tea & Tisanes", key="tea-and-tisanes")
            self.tick()
            self.tell_sent()
            self.line(f"the service now says: {self.product()['name']!r}")
            self.search("espresso renamed", lambda hits: shop.SKU_TO_RENAME in hits)

    def change_price_and_order(self) -> None:
        """A price changes, and an order comes in."""
        with self.chapter("A price changes, and somebody buys"):
            self.change(SQL.change_price, entity_id=shop.PRODUCT_TO_RENAME, price=19.9)
            self.change(SQL.place_order, entity_id=shop.PRODUCT_TO_RENAME)
            self.change(SQL.place_order_payment)
            self.change(SQL.place_order_item, entity_id=shop.PRODUCT_TO_RENAME)
            self.change(SQL.reserve_stock, entity_id=shop.PRODUCT_TO_RENAME)
            self.tick()
            self.tell_sent()
            self.search("espresso renamed", lambda hits: hits.get(shop.SKU_TO_RENAME, ("", 0))[1] == 19.9)

    def fail_and_resend(self) -> None:
        """The service goes away while the shop goes on."""
        with self.chapter("The service is down, ten products change"):
            self.stop_service()
            self.change(SQL.change_ten_products)
            self.tick()
            waiting = self.ask_ours("select count(*) from failed_items where status = 2")[0][0]
            self.line(f"{quantity(waiting, 'item')} kept in the feed table with status 2, to be retried")
        with self.chapter("It is back: resend_failed"):
            self.start_service()
            self.job("resend_failed")
            self.tell_sent()

    def delete(self) -> None:
        """A product goes."""
        with self.chapter("A product is deleted"):
            self.change(SQL.delete_product, entity_id=shop.PRODUCT_TO_DELETE)
            self.tick()
            self.tell_sent()
            item = self.get(f"/feeds/products/testing-1/item?sku={shop.SKU_TO_DELETE}&storeViewCode=default")
            self.line(f"the service says of {shop.SKU_TO_DELETE}: deleted is {json.dumps(item.get('deleted'))}")
            self.search(shop.SKU_TO_DELETE, lambda hits: shop.SKU_TO_DELETE not in hits)

    def look_back(self) -> int:
        """What the service holds, and where to look."""
        with self.chapter("What the service holds"):
            self.command("status")
            rows = self.ask_ours(SQL.delivered)
            held = {line["feed"]: line["live"] for line in self.get("/feeds")}
            for feed, _, source, failed in rows:
                set_aside = f", {failed} set aside: saasexport failed {feed}" if failed else ""
                self.line(f"{feed:<22}{held.get(feed, 0):>6} of {source}{set_aside}")
        is_right = all(delivered == held.get(feed, 0) for feed, delivered, _, _ in rows)
        self.say(LOOK_AROUND.format(folder=self.folder, bin=_bin(), port=self.port, url=self.url).rstrip())
        return 0 if is_right else 1

    # What the chapters use

    @contextmanager
    def chapter(self, title: str) -> Iterator[None]:
        """A heading, then what happens, then how long it took."""
        self.say(f"\n{title}")
        started = time.monotonic()
        yield
        self.line(f"({time.monotonic() - started:.2f} s)")

    def line(self, text: str) -> None:
        """One line of a chapter."""
        self.say(f"  {text}")

    def change(self, sql: str, **values: object) -> None:
        """Change the shop, as its own program would."""
        with closing(sqlite3.connect(self.shop_file)) as db, db:
            db.execute("pragma foreign_keys = on")
            db.execute(sql, values)

    def ask_shop(self, sql: str) -> list[tuple[int, ...]]:
        """Rows of a query of the shop."""
        with closing(sqlite3.connect(self.shop_file)) as db:
            return db.execute(sql).fetchall()

    def ask_ours(self, sql: str) -> list[tuple[int, ...]]:
        """Rows of a query of our database."""
        with closing(sqlite3.connect(os.path.join(self.folder, "var", "saasexport.sqlite"))) as db:
            return db.execute(sql).fetchall()

    def command(self, *arguments: str) -> None:
        """Run a command of bin/saasexport, without its output."""
        with redirect_stdout(StringIO()):
            status = saasexport_main(["--config", self.config, *arguments])
        if status:
            raise RuntimeError(f"saasexport {' '.join(arguments)} ended with {status}")

    def job(self, name: str) -> None:
        """Run a job as cron does; what it prints on stderr would be cron's mail."""
        with redirect_stderr(StringIO()) as printed:
            status = jobs.main(name, ["--config", self.config])
        for line in printed.getvalue().splitlines():
            self.line(f"exit {status}: {line}")

    def tick(self) -> None:
        """Run the jobs that cron starts every minute."""
        for name in TICK:
            self.job(name)

    def tell_sent(self) -> None:
        """What was sent since the last time, from the log."""
        sent: dict[str, list[int]] = {}
        path = os.path.join(self.folder, "var", "log", "saas-export.log")
        with open(path, encoding="utf-8") as log:
            log.seek(self.read_upto)
            for record in iter(log.readline, ""):
                found = record.partition(" report.INFO: ")[2].removesuffix(" [] []\n")
                if found:
                    request = json.loads(found)
                    if request["code"] == 200:
                        sent.setdefault(request["feed"], []).append(request["items"])
            self.read_upto = log.tell()
        if not sent:
            self.line("nothing was sent")
        for feed, counts in sent.items():
            self.line(f"sent {feed:<22}{quantity(sum(counts), 'item'):>10} in {quantity(len(counts), 'request')}")

    def product(self) -> dict[str, object]:
        """The renamed product, as the service has it."""
        return self.get(f"/feeds/products/testing-1/item?sku={shop.SKU_TO_RENAME}&storeViewCode=default")

    def search(self, phrase: str, is_told: Callable[[dict[str, tuple[str, float]]], bool]) -> None:
        """What a storefront finds; RuntimeError if that is not what was told to the service."""
        deadline = time.monotonic() + SEARCH_SECONDS
        while True:
            answer = self.get(f"/storefront/search.json?{urlencode({'phrase': phrase, 'page_size': 3})}")
            hits = {item["sku"]: (item["name"], (item["price"] or {}).get("final", 0)) for item in answer["items"]}
            if is_told(hits):
                break
            if time.monotonic() > deadline:
                raise RuntimeError(f"the search for {phrase} answers {hits}")
            time.sleep(0.05)
        shown = "; ".join(f"{sku} {name!r} at {price:.2f}" for sku, (name, price) in list(hits.items())[:1])
        self.line(f"a storefront's search for {phrase!r} finds {shown or 'nothing'}")

    def get(self, path: str) -> "dict":  # type: ignore[type-arg]
        """What the service answers to a GET."""
        from http.client import HTTPConnection

        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            found: dict[str, object] = json.loads(connection.getresponse().read())
            return found
        finally:
            connection.close()

    def start_service(self) -> None:
        """Start the embedded service as a process, at the same address as before."""
        program = "import sys; from saasexport.service.server import main; sys.exit(main())"
        database = os.path.join(self.folder, "service.sqlite")
        self.service = subprocess.Popen(
            [sys.executable, "-c", program, "--port", str(self.port), "--database", database],
            env={**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(saasexport.__file__))},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.service.stdout is not None  # noqa: S101  # it is a pipe
        ready = self.service.stdout.readline().split()
        if not ready:
            raise RuntimeError("the embedded service did not start")
        self.url = ready[-1].rstrip("/")
        self.port = int(self.url.rpartition(":")[2])

    def stop_service(self) -> None:
        """Stop the embedded service, if it runs."""
        if self.service is not None:
            self.service.terminate()
            self.service.wait(10)
            if self.service.stdout is not None:
                self.service.stdout.close()
            self.service = None


def _bin() -> str:
    """Where the scripts are: beside the package in a checkout, else on the PATH."""
    folder = os.path.join(os.path.dirname(os.path.dirname(saasexport.__file__)), "bin")
    return folder + os.sep if os.path.exists(os.path.join(folder, "saasexport")) else ""


def quantity(number: int, noun: str) -> str:
    """1 item, 2 items."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def tell(folder: str) -> int:
    """Tell the story in a folder, which is new."""
    print(f"Everything happens in {one_line(folder)}")
    return Story(folder).tell()
