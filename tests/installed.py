"""An installation that is in order, to be broken by the tests of doctor and of what watches it."""

import os
import shutil
import sqlite3
from contextlib import closing

from saasexport.feeds import all_feeds
from tests.support import BIN, TICK, Exporter

JOBS = (*TICK, "cleanup_deleted_feed_items")


class Installed(Exporter):
    """An installation whose jobs run, on a machine with a crontab of the test's own."""

    def crontab(self, *jobs):
        """Have `crontab -l` print lines for these jobs."""
        lines = "".join(f"* * * * * /opt/saasexport/bin/{job} --cron --config {self.config}\n" for job in jobs)
        program = self.folder / "path" / "crontab"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\ncat <<'END'\n# saasexport\n{lines}END\n")
        program.chmod(0o755)

    def doctor(self, status=1, **more):
        """What doctor found that is not OK, as printed; `status` is the exit status it has to have."""
        environ = {"PATH": f"{self.folder}/path:{os.defpath}", **more}
        done = self.run("saasexport", "doctor", "--quiet", environ=environ)
        assert (status, "") == (done.returncode, done.stderr), done.stdout
        return done.stdout.replace(f"{BIN}/saasexport ", "saasexport ").splitlines()

    @classmethod
    def on_copy_of(cls, healthy, folder):
        """Copy one whose jobs have run, as if it had been moved on purpose; nothing of it failed."""
        shutil.copytree(healthy.folder / "var", folder / "var")
        shutil.copy(healthy.shop_file, folder / "shop.sqlite")
        found = cls(folder, folder / "shop.sqlite", healthy.service)
        found.environment = healthy.environment
        found.write_config()
        found.run("saasexport", "init", "--shop", found.shop_file, check=True)
        with closing(sqlite3.connect(folder / "var" / "saasexport.sqlite")) as ours:
            ours.execute("update indexer_state set status = 'valid', reason = null")
            for feed in all_feeds().values():
                ours.execute(f"delete from {feed.table} where status <> 200")
            ours.commit()
        found.crontab(*JOBS)
        for job in JOBS:
            (folder / "var" / "lock" / f"{job}.cron").touch(mode=0o600)
        return found
