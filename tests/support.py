"""What tests share: an installation in a folder, and the embedded service as a process."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid
from contextlib import closing
from pathlib import Path

from tests import forked

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / "bin"
SHARED = ROOT.parent / "shared"
TICK = ("reindex_all_invalid", "saas_data_exporter", "sales_data_exporter", "resend_failed")


def demo_shop_copy(path, **more):
    """Make the demo shop at a path."""
    from saasexport.demo.shop import create_shop

    create_shop(path, **more)
    return path


def flawless_shop_copy(path, **more):
    """Make the demo shop at a path, without what cannot be assembled, on purpose."""
    demo_shop_copy(path, **more)
    with closing(sqlite3.connect(path)) as shop:
        shop.execute("pragma foreign_keys = on")
        shop.execute("delete from catalog_product_entity where sku in ('KL-CDB-JAR', 'KL-DRAFT-BARE', 'KL-DRAFT-ZERO')")
        # Of two categories with one address the second.
        shop.execute("delete from catalog_category_entity where entity_id = 25")
        shop.commit()
    return path


class Service:
    """The embedded Commerce Service, as a process."""

    def __init__(self, folder, *options):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.options = options
        self.port = 0
        self.start()

    def start(self):
        """Start it, at the same address as before."""
        self.process = subprocess.Popen(
            [
                sys.executable,
                BIN / "commerce_service",
                "--port",
                str(self.port),
                "--database",
                self.folder / "service.sqlite",
                *self.options,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line.startswith("listening on "), line
        self.url = line.split()[-1].rstrip("/")
        self.port = int(self.url.rpartition(":")[2])

    def stop(self, how=signal.SIGTERM):
        """End it; it ends cleanly unless it is killed."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        self.process.stdout.close()

    def get(self, path):
        """What the service answers to a GET, as JSON; None for 404."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404:
                    return None
                raise

    def items(self, feed, environment, deleted=False):
        """Every item held of a feed in a data space."""
        found, after = [], ""
        while after is not None:
            query = {"limit": 1000, "after": after} if after else {"limit": 1000}
            if deleted:
                query["deleted"] = 1
            page = self.get(f"/feeds/{feed}/{environment}?{urllib.parse.urlencode(query)}")
            if page is None:
                return []
            found += page["items"]
            after = page["next"]
        return found

    def item(self, feed, environment, **identity):
        """One item by its identity, None if it was never sent."""
        return self.get(f"/feeds/{feed}/{environment}/item?{urllib.parse.urlencode(identity)}")

    def copy_space(self, environment, copy):
        """Have a second data space hold what the first one holds."""
        with closing(sqlite3.connect(self.folder / "service.sqlite", timeout=30)) as held:
            held.execute(
                "insert into feed (environment, name, last_received_at)"
                " select ?, name, last_received_at from feed where environment = ?",
                (copy, environment),
            )
            held.execute(
                "insert into item (feed_id, identity, item, is_deleted, exported_at, received_at, request_id)"
                " select copy.id, identity, item, is_deleted, exported_at, received_at, request_id"
                "   from item join feed on feed.id = feed_id join feed as copy on copy.name = feed.name"
                "  where feed.environment = ? and copy.environment = ?",
                (environment, copy),
            )
            held.commit()

    def counts(self, environment):
        """Live items by feed, of a data space."""
        return {
            line["feed"]: line["live"] for line in self.get("/feeds") if line["environment"] == environment
        }


class Exporter:
    """An installation of saasexport in a folder, driven through the real scripts."""

    def __init__(self, folder, shop, service=None, url=None, settings=""):
        self.folder = Path(folder)
        self.shop_file = Path(shop)
        self.service = service
        self.environment = f"test-{uuid.uuid4()}"
        self.url = url or (service.url if service else "http://127.0.0.1:9")
        self.config = self.folder / "saasexport.toml"
        self.write_config(settings)

    @classmethod
    def on_copy(cls, folder, shop, service=None, **more):
        """Set up on a copy of a shop."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        copy = folder / "shop.sqlite"
        shutil.copy(shop, copy)
        found = cls(folder, copy, service, **more)
        found.run("saasexport", "init", "--shop", copy, check=True)
        return found

    def twin(self, folder, settings=""):
        """A copy, moved on purpose, that has delivered the same to a data space of its own."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        found = Exporter(folder, Path(folder) / self.shop_file.name, self.service, settings=settings)
        self.service.copy_space(self.environment, found.environment)
        for table in ("environment", "installation"):
            found.change_ours(f"update {table} set environment_id = ?", found.environment)
        found.run("saasexport", "init", "--shop", found.shop_file, check=True)
        return found

    def write_config(self, settings="", service=""):
        """Write the configuration file; `settings` are further sections, `service` further lines of [service]."""
        self.config.write_text(
            f'[shop]\ndatabase = "{self.shop_file}"\n'
            f'[service]\nurl = "{self.url}"\nenvironment_id = "{self.environment}"\n{service}\n{settings}\n'
        )

    def run(self, script, *arguments, check=False, environ=None):
        """Run a script of bin/ as cron would: with hardly any environment."""
        environ = {"SAASEXPORT_CONFIG": str(self.config), "PATH": os.defpath, **(environ or {})}
        done = forked.run(BIN / script, [*map(str, arguments)], environ, self.folder)
        if check:
            assert (done.returncode, done.stderr) == (0, "")
        return done

    def magento(self, line):
        """Have a shell run a line of Adobe's pages, with bin/saasexport in the place of bin/magento."""
        return subprocess.run(
            ["/bin/sh", "-c", line.replace("bin/magento", f"{sys.executable} -I {BIN}/saasexport")],
            env={"SAASEXPORT_CONFIG": str(self.config), "PATH": os.defpath},
            capture_output=True,
            text=True,
            check=False,
        )

    def tick(self, check=True):
        """One run each of the jobs; gives what they printed on stderr."""
        done = [self.run(job) for job in TICK]
        printed = "".join(one.stderr for one in done)
        if check:
            assert ([one.returncode for one in done], printed) == ([0, 0, 0, 0], "")
        return printed

    def change(self, sql, *values):
        """Change the shop as its program does: cascades are on."""
        with closing(sqlite3.connect(self.shop_file, timeout=5)) as shop:
            shop.execute("pragma foreign_keys = on")
            if values:
                shop.execute(sql, values)
            else:
                shop.executescript(sql)
            shop.commit()

    def change_ours(self, sql, *values):
        """Change our database behind its back."""
        with closing(sqlite3.connect(self.folder / "var" / "saasexport.sqlite")) as ours:
            ours.execute(sql, values)
            ours.commit()

    def ask_shop(self, sql, *values):
        """Rows of a query of the shop."""
        with closing(sqlite3.connect(self.shop_file)) as shop:
            return shop.execute(sql, values).fetchall()

    def ask(self, sql, *values):
        """Rows of a query of our database."""
        with closing(sqlite3.connect(self.folder / "var" / "saasexport.sqlite")) as ours:
            return ours.execute(sql, values).fetchall()

    def sent(self):
        """The requests made so far, from the log: (feed, items, code) each."""
        log = self.folder / "var" / "log" / "saas-export.log"
        found = []
        if log.exists():
            for line in log.read_text().splitlines():
                if "report.INFO: " in line:
                    record = json.loads(line.partition("report.INFO: ")[2].removesuffix(" [] []"))
                    found.append((record["feed"], record["items"], record["code"]))
        return found

    def items(self, feed, deleted=False):
        """What the service holds of a feed."""
        return self.service.items(feed, self.environment, deleted)

    def item(self, feed, **identity):
        """One item the service holds."""
        return self.service.item(feed, self.environment, **identity)
