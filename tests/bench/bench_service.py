"""How many items a second the embedded service takes.

Run by hand: python tests/bench/bench_service.py [--items N] [--rounds N]
Each figure is the median of several rounds.  CPU is that of the service alone:
the sender is this process, the service one of its own.
"""

import argparse
import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from saasexport.service.batch import inflate, rows_of
from saasexport.service.store import Store
from saasexport.service.validation import Validator
from saasexport.shapes import SHAPES

BATCH = 100


def product(number: int, store_view: str = "default") -> dict[str, object]:
    """An item of about 2.2 KB: 20 attributes, 3 images, 4 categories."""
    sku = f"bench-{number:07d}"
    media = f"http://shop.example/media/catalog/product/b/e/{sku}"
    images = [
        {"resource": {"url": f"{media}_{n}.jpg", "label": "", "roles": None}, "sortOrder": str(n)} for n in (1, 2, 3)
    ]
    paths = [f"women/tops/line-{number % 7}/part-{n}" for n in range(4)]
    return {
        "sku": sku,
        "storeViewCode": store_view,
        "storeCode": "main_website_store",
        "websiteCode": "base",
        "name": f"Product number {number}",
        "productId": number,
        "type": "simple",
        "description": "A description of the usual length, which says what the thing is made of.",
        "status": "Enabled",
        "taxClassId": "Taxable Goods",
        "createdAt": "2026-01-02 03:04:05",
        "updatedAt": "2026-11-23 15:04:05",
        "urlKey": f"product-{number}",
        "visibility": "Catalog, Search",
        "weight": 1.5,
        "weightUnit": "lbs",
        "currency": "USD",
        "displayable": True,
        "buyable": True,
        "attributes": [{"attributeCode": f"attr_{n}", "value": [f"v {number + n}"]} for n in range(20)],
        "categoryData": [
            {"categoryId": str(n), "categoryPath": path, "productPosition": n} for n, path in enumerate(paths)
        ],
        "media_gallery": None,
        "optionsV2": None,
        "shopperInputOptions": None,
        "samples": None,
        "images": images,
        "videos": None,
        "links": None,
        "inStock": True,
        "lowStock": False,
        "url": f"http://shop.example/product-{number}.html",
        "urlRewrites": None,
        "variants": None,
        "parents": None,
        "categories": paths,
        "deleted": False,
        "modifiedAt": "2026-11-23 15:04:05",
    }


def price(number: int) -> dict[str, object]:
    """An item of the prices feed."""
    return {
        "productId": number,
        "sku": f"bench-{number:07d}",
        "type": "SIMPLE",
        "customerGroupCode": "0",
        "websiteCode": "base",
        "regular": 10.5,
        "discounts": [{"code": "special_price", "price": 9}],
        "deleted": False,
        "updatedAt": "2026-11-23T15:04:05+00:00",
    }


def bodies(make: Callable[[int], dict[str, object]], items: int, batch: int) -> list[bytes]:
    """The compressed bodies of so many items, each of its own."""
    return [
        gzip.compress(json.dumps([make(n) for n in range(at, at + batch)], separators=(",", ":")).encode(), 1)
        for at in range(0, items, batch)
    ]


def through_http(feed: str, sent: list[bytes]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MiB of the service for these bodies."""
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        service = subprocess.Popen(
            [str(ROOT / "bin/commerce_service"), "--port", "0", "--database", f"{folder}/received.sqlite"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert service.stdout is not None
        url = urlsplit(service.stdout.readline().split()[-1])
        connection = HTTPConnection(str(url.hostname), url.port)
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        start = time.perf_counter()
        for body in sent:
            connection.request("POST", f"/feeds/{feed}/bench", body, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
        wall = time.perf_counter() - start
        peak = next(
            int(line.split()[1]) / 1024
            for line in Path(f"/proc/{service.pid}/status").read_text().splitlines()
            if line.startswith("VmHWM")
        )
        service.terminate()
        service.wait()
        service.stdout.close()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, peak


def median_seconds(work: Callable[[], object], rounds: int) -> float:
    """The median CPU time of one call."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def steps(body: bytes, feed: str) -> list[tuple[str, float]]:
    """What each step costs for one batch."""
    validator = Validator(SHAPES[feed])
    plain = inflate(body, 10_000_000, lambda _: None)
    items = json.loads(plain)
    rows = rows_of(plain, validator)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(os.path.join(folder, "received.sqlite"))
        turn = iter(range(1_000_000))

        def store_anew() -> None:
            at = next(turn)
            store.save("bench", feed, [row._replace(identity=f"{row.identity}{at:09d}") for row in rows], "")

        return [
            ("decompress", median_seconds(lambda: inflate(body, 10_000_000, lambda _: None), 200)),
            ("read, validate, rows", median_seconds(lambda: rows_of(plain, validator), 200)),
            ("json.loads alone", median_seconds(lambda: json.loads(plain), 200)),
            ("walk over what is parsed", median_seconds(lambda: [validator.check(item) for item in items], 50)),
            ("store, all new", median_seconds(store_anew, 200)),
        ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    size = len(json.dumps(product(1), separators=(",", ":")))
    print(f"one product item: {size} bytes; {arguments.items} items, median of {arguments.rounds} rounds\n")
    print(f"{'through HTTP':<24}{'items/s':>10}{'CPU us/item':>14}{'CPU ms/batch':>14}{'peak MiB':>10}")
    for feed, make, batch in (("products", product, BATCH), ("prices", price, 500)):
        sent = bodies(make, arguments.items, batch)
        rounds = [through_http(feed, sent) for _ in range(arguments.rounds)]
        wall, cpu, peak = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(
            f"{f'{feed}, {batch} a batch':<24}{arguments.items / wall:>10,.0f}"
            f"{cpu / arguments.items * 1e6:>14.1f}{cpu / len(sent) * 1e3:>14.2f}{peak:>10.1f}"
        )
    print(f"\n{'one step alone, CPU':<24}{'us/item':>10}{'ms/batch':>14}{'items/s':>14}")
    for name, seconds in steps(bodies(product, BATCH, BATCH)[0], "products"):
        print(f"{name:<24}{seconds / BATCH * 1e6:>10.1f}{seconds * 1e3:>14.2f}{BATCH / seconds:>14,.0f}")


if __name__ == "__main__":
    main()
