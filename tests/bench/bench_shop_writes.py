"""How much the shop waits for us: a minute of 100 transactions a second, without and with ticks.

Prints a table; run it with: python -m tests.bench.bench_shop_writes [SECONDS]
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.end_to_end.test_overlap import Writer, finished, start
from tests.support import TICK, Exporter, Service, demo_shop_copy


def measure(exporter, seconds, ticks):
    """The durations of the shop's writes, in milliseconds, sorted, and its errors."""
    with Writer(exporter.shop_file, 100) as writer:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if ticks:
                finished([start(exporter, job) for job in TICK])
            else:
                time.sleep(0.1)
    return sorted(value * 1000 for value in writer.seconds), writer.errors


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    print(f"{'journal':<8} {'ticks':<6} {'writes':>7} {'median ms':>10} {'99th ms':>8} {'worst ms':>9} {'locked':>7}")
    for mode in ("delete", "wal"):
        for ticks in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                service = Service(Path(folder) / "service")
                shop = demo_shop_copy(Path(folder) / "made.sqlite", products=2000)
                exporter = Exporter.on_copy(Path(folder) / "it", shop, service)
                exporter.change(f"pragma journal_mode = {mode}")
                exporter.tick(check=False)
                durations, errors = measure(exporter, seconds, ticks)
                service.stop()
            middle, high = durations[len(durations) // 2], durations[len(durations) * 99 // 100]
            print(
                f"{mode:<8} {'yes' if ticks else 'no':<6} {len(durations):>7} {middle:>10.2f} {high:>8.2f}"
                f" {durations[-1]:>9.2f} {len(errors):>7}"
            )


if __name__ == "__main__":
    main()
