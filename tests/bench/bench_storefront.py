"""What storefronts wait for: searches, category pages, the first answer, and a change that is taken up meanwhile.

Copies what a service received of a shop until it holds so many products, each visible, and prints a table;
run it with: python -m tests.bench.bench_storefront SERVICE.sqlite [PRODUCTS] [WORD] [CATEGORY]
where the word should be one that about 5 % of the products have.
"""

import json
import resource
import shutil
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from saasexport.service.batch import rows_of
from saasexport.service.connected import Building, Connected
from saasexport.service.graphql import endpoint
from saasexport.service.search.query import Clause, Query
from saasexport.service.settings import DEFAULT
from saasexport.service.store import Store
from saasexport.service.validation import Validator, identity_text
from saasexport.shapes import SHAPES
from saasexport.web.wire import Request
from tests.service.storefront.client_queries import LISTING, PRICES


def enlarge(path, products):
    """Copy the products with all that belongs to them until there are so many; gives their number."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute(
            "select feed_id, feed.name, identity, item, exported_at, received_at, request_id"
            "  from item join feed on feed.id = feed_id"
            " where is_deleted = 0 and feed.name in ('products', 'prices', 'variants')"
        ).fetchall()
        count = sum(row[1] == "products" for row in rows)
        insert = "insert into item (feed_id, identity, item, is_deleted, exported_at, received_at, request_id)"
        copy = 0
        while count < products:
            copy += 1
            made = []
            for feed, name, identity, text, *rest in rows:
                names = json.loads(identity)
                skus = (0, 1) if name == "variants" else (0,)
                suffixed = [f"{one}-{copy}" if at in skus else one for at, one in enumerate(names)]
                item = _copied(json.loads(text), name, copy)
                made.append((feed, identity_text(suffixed), json.dumps(item), 0, *rest))
                count += name == "products"
            db.executemany(f"{insert} values (?, ?, ?, ?, ?, ?, ?)", made)
        db.commit()
        return count


def _copied(item, feed, copy):
    for name in ("sku", "parentSku", "productSku", "parentId", "id"):
        if isinstance(item.get(name), str):
            item[name] = f"{item[name]}-{copy}"
    if feed == "products":
        item["name"] = f"{item['name']} {'abcdefghijklmnopqrst'[copy % 20]}{copy % 20}{'x' * 3}"
        item["visibility"] = "Catalog, Search"
        for parent in item.get("parents") or ():
            parent["sku"] = f"{parent['sku']}-{copy}"
        for option in item.get("optionsV2") or ():
            for value in option.get("values") or ():
                if value.get("sku"):
                    value["sku"] = f"{value['sku']}-{copy}"
    return item


class Bench:
    """One service at work."""

    def __init__(self, path):
        self.path = path
        self.store = Store(str(path))
        self.connected = Connected(self.store, DEFAULT)

    def close(self):
        self.connected.stop()
        self.store.close()

    def search(self, query):
        while True:
            try:
                with self.connected.answering({}, is_strict=False) as answers:
                    return answers.search(query).total
            except Building:
                continue

    def time(self, name, ask, times=200):
        """Print median and 95th percentile of a question, and the processor's part of the median, in milliseconds."""
        ask()
        spent, computed = [], []
        for _ in range(times):
            began, busy = time.perf_counter(), time.thread_time()
            ask()
            spent.append((time.perf_counter() - began) * 1000)
            computed.append((time.thread_time() - busy) * 1000)
        median, late = statistics.median(spent), sorted(spent)[int(times * 0.95)]
        busy = statistics.median(computed)
        print(f"{name:<32} median {median:8.2f} ms   p95 {late:8.2f} ms   processor {busy:8.2f} ms", flush=True)

    def graphql(self, category):
        variables = {"phrase": "", "pageSize": 24, "filter": [{"attribute": "categoryPath", "eq": category}]}
        body = json.dumps({"query": LISTING + PRICES, "variables": variables}).encode()
        request = Request("POST", "/graphql", "", {"magento-store-view-code": "default"}, len(body), True)
        answer = endpoint.answer(self.connected, request, body, "")
        assert b'"errors"' not in answer.body, answer.body[:500]

    def update(self, rate, phrase):
        """How long 100 products that come in need to be in the answers, while so many searches a second go on."""
        with closing(sqlite3.connect(self.path)) as db:
            select = "select environment, item from item join feed on feed.id = feed_id where name = 'products'"
            visible = "item like '%\"visibility\":%\"Catalog, Search\"%' and item like '%\"status\":%\"Enabled\"%'"
            rows = db.execute(f"{select} and {visible} limit 100").fetchall()
        word = f"zyx{time.time_ns() % 10**9}"
        items = [json.loads(text) for _, text in rows]
        for item in items:
            item["name"] = word
            item["modifiedAt"] = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 5))
        batch = rows_of(json.dumps(items).encode(), Validator(SHAPES["products"]))
        expected = len({item["sku"] for item in items})
        going = threading.Event()

        def shoppers():
            while not going.wait(1 / rate):
                self.search(Query(phrase))

        thread = threading.Thread(target=shoppers)
        thread.start()
        began = time.perf_counter()
        self.store.save(rows[0][0], "products", batch, "bench")
        self.connected.wake()
        while self.search(Query(word, with_facets=False)) < expected and time.perf_counter() - began < 60:
            time.sleep(0.01)
        spent = time.perf_counter() - began
        going.set()
        thread.join()
        print(f"{f'100 products, {rate} searches a second':<32} {spent * 1000:15.0f} ms", flush=True)


def main():
    source, products, word, category = (*sys.argv[1:], *("0", "jacket", "women/tops-women")[len(sys.argv) - 2 :])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "service.sqlite"
        shutil.copy(source, path)
        Store(str(path)).close()
        print(f"{enlarge(path, int(products)):,} products", flush=True)
        began = time.perf_counter()
        bench = Bench(path)
        bench.search(Query(word))
        print(f"{'index made':<32} {time.perf_counter() - began:15.2f} s", flush=True)
        bench.close()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        bench = Bench(path)
        began = time.perf_counter()
        print(f"hits: {bench.search(Query(word)):,} of {bench.search(Query('')):,}")
        print(f"{'first answer after start':<32} {time.perf_counter() - began:15.2f} s", flush=True)
        inside = (Clause("categoryPath", (category,)),)
        bench.time("search with facets", lambda: bench.search(Query(word)))
        bench.time("search without facets", lambda: bench.search(Query(word, with_facets=False)))
        bench.time("category page with facets", lambda: bench.search(Query("", inside, size=24)))
        bench.time("a listing of 24 in GraphQL", lambda: bench.graphql(category), 50)
        bench.update(50 if int(products) < 50_000 else 5, word)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"{'memory, most so far':<32} {max(before, after) / 1024:15.0f} MB")
        bench.close()


if __name__ == "__main__":
    main()
