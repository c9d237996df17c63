"""The first steps of the README, word for word, as somebody takes them who has just cloned this."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support import ROOT

INSTALL = (ROOT / "README.md").read_text().partition("\n## Install")[2].partition("\n## ")[0]
STEPS = [line.strip().removeprefix("$ ") for line in INSTALL.splitlines() if line.strip().startswith("$ ")]

# Of the demo's shop some items cannot be assembled, on purpose.
STATUSES = {"bin/reindex_all_invalid -v": 1}


class Newcomer:
    """Somebody with a clone, Python, and a crontab that is still empty."""

    def __init__(self, folder):
        self.clone = folder / "saasexport"
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        for name in ("bin", "saasexport"):
            shutil.copytree(ROOT / name, self.clone / name, ignore=ignored)
        self.crontab = folder / "crontab.txt"
        programs = folder / "path"
        programs.mkdir()
        (programs / "python3").symlink_to(sys.executable)
        (programs / "crontab").write_text(
            "#!/bin/sh\n"
            f"case $1 in\n"
            f"-l) [ -e {self.crontab} ] || {{ echo no crontab for you >&2; exit 1; }}; cat {self.crontab};;\n"
            f"-) cat > {self.crontab};;\n"
            f"esac\n"
        )
        (programs / "crontab").chmod(0o755)
        self.environ = {"PATH": f"{programs}:{os.defpath}", "HOME": str(folder)}
        self.services = []

    def types(self, line, folder=None):
        """What a line in the shell comes to."""
        return subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=folder or self.clone,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def opens_another_terminal(self, line):
        """Start the service there; gives its address."""
        service = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {line}"], cwd=self.clone, env=self.environ, stdout=subprocess.PIPE, text=True
        )
        self.services.append(service)
        return service.stdout.readline().strip().removeprefix("listening on ").rstrip("/")

    def leaves(self):
        """Close the other terminals."""
        for service in self.services:
            service.send_signal(signal.SIGINT)
            assert service.wait(30) == 0
            service.stdout.close()

    def lets_cron_run_each_job(self):
        """What cron does within a day."""
        for line in self.crontab.read_text().splitlines():
            if not line.startswith("#"):
                yield self.types(line.split(None, 5)[5], "/")


@pytest.fixture
def newcomer(tmp_path):
    found = Newcomer(tmp_path)
    yield found
    found.leaves()


def test_the_steps_are_those_we_mean():
    assert [step.split()[0].removeprefix("bin/") + " " + step.split()[-1] for step in STEPS] == [
        "saasexport shop.sqlite",
        "saasexport http://127.0.0.1:8765",
        "commerce_service bin/commerce_service",
        "reindex_all_invalid -v",
        "saas_data_exporter bin/saas_data_exporter",
        "sales_data_exporter bin/sales_data_exporter",
        "saasexport status",
        "saasexport cron:install",
        "saasexport doctor",
    ]


def test_five_steps_lead_to_an_installation_that_doctor_finds_well(newcomer):
    # The port of the README may be in use on the machine that runs this.
    url = newcomer.opens_another_terminal("bin/commerce_service --port 0")
    printed = {}
    for step in STEPS:
        if step == "bin/commerce_service":
            continue
        if step == "bin/saasexport doctor":
            assert [(done.returncode, done.stdout, done.stderr) for done in newcomer.lets_cron_run_each_job()] == [
                (0, "", "")
            ] * 5
        done = newcomer.types(step.replace("http://127.0.0.1:8765", url))
        assert done.returncode == STATUSES.get(step, 0), (step, done.stdout, done.stderr)
        printed[step] = done.stdout + done.stderr
    assert re.search(r"^products +890 +884 +7 +0 +0 +valid ", printed["bin/saasexport status"], re.M)
    assert "FAIL" not in printed["bin/saasexport doctor"]
    assert newcomer.types("bin/saasexport failed --all").stdout.count("cannot be assembled") == 9
    assert "nine items cannot be assembled" in " ".join(INSTALL.split())


@pytest.mark.thorough
def test_the_service_is_where_the_configuration_looks_for_it_by_default(newcomer):
    init = next(step for step in STEPS if " init " in step)
    newcomer.types(STEPS[0])
    assert newcomer.types(init).returncode == 0
    helped = newcomer.types("bin/commerce_service --help").stdout
    assert re.search(r"--port PORT .*default:\s+8765", " ".join(helped.split()))
    assert 'url            = "http://127.0.0.1:8765"' in (newcomer.clone / "saasexport.toml").read_text()


@pytest.mark.thorough
def test_what_the_demo_says_at_its_end_can_be_typed(newcomer):
    done = newcomer.types("bin/saasexport demo")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.partition("Look around:\n")[2]
    service = re.search(r"^  (.*commerce_service --port \d+ --database service.sqlite) &$", lines, re.M)[1]
    folder = re.search(r"^  cd (.*)$", lines, re.M)[1]
    before, after = lines.replace(f"  {service} &\n", "@").replace("less ", "cat ").split("@")
    done = newcomer.types(f"set -e\n{before}")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^products +\d+ +\d+ +7 +0 +[1-9]", done.stdout, re.M)
    newcomer.opens_another_terminal(f"sh -c 'cd {folder}; exec {service}'")
    done = newcomer.types(f"set -e\ncd {folder}\n{after}")
    assert done.returncode == 0
    assert "products: partial reindex: Complete" in done.stderr
    assert "create table cde_products_feed" in done.stdout.lower()
    assert '"operation":"partial reindex","status":"Complete"' in done.stdout


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("mistake", "status", "said"),
    [
        ("bin/saasexport status", 2, "make one with: bin/saasexport init --shop FILE"),
        ("bin/reindex_all_invalid", 2, "make one with: bin/saasexport init --shop FILE"),
        ("bin/saasexport init --shop nowhere.sqlite", 2, "nowhere.sqlite: the shop database does not exist"),
        ("bin/saasexport init --shop bin/saasexport", 1, "file is not a database; is this the shop's SQLite database"),
        ("bin/saasexport init --shop saasexport", 1, "is no file; see --shop"),
        ("bin/saasexport init --shop empty.sqlite", 1, "holds no table"),
        ("bin/saasexport demo --folder bin", 2, "bin: exists already"),
        ("bin/saasexport demo --shop /dev/null/x", 1, "/dev/null/x: "),
        ("bin/saasexport demo --folder /dev/null/x", 1, "/dev/null/x: Not a directory"),
        ("bin/saasexport stauts", 2, "did you mean status?"),
        ("bin/commerce_service --port eighty", 2, "expected a number from 0 to 65535"),
        ("bin/commerce_service --max-body much", 2, "expected a number of bytes from 1 on"),
    ],
)
def test_a_mistake_is_said_in_one_line_and_leaves_nothing_behind(newcomer, mistake, status, said):
    newcomer.types("sqlite3 empty.sqlite 'create table nothing (a)'")
    done = newcomer.types(mistake)
    assert (done.returncode, done.stdout) == (status, "")
    lines = [line for line in done.stderr.splitlines() if not line.startswith("usage: ")]
    assert (len(lines), said in done.stderr) == (1, True), done.stderr
    assert {path.name for path in newcomer.clone.iterdir()} == {"bin", "saasexport", "empty.sqlite"}


@pytest.mark.thorough
def test_a_reader_that_has_seen_enough_hears_no_complaint(newcomer):
    newcomer.types("bin/saasexport demo --shop shop.sqlite; bin/saasexport init --shop shop.sqlite")
    done = newcomer.types("bin/saasexport schema | head -n 1")
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


@pytest.mark.thorough
def test_a_job_that_has_nothing_to_do_says_so_when_asked(newcomer):
    newcomer.types("bin/saasexport demo --shop shop.sqlite; bin/saasexport init --shop shop.sqlite")
    done = newcomer.types("bin/sales_data_exporter -v")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "sales_data_exporter: nothing to do\n")


@pytest.mark.thorough
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_user_is_told_that_the_files_are_not_theirs():
    # Not below pytest's folder, which is its owner's only.
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # noqa: S103  # the other user has to come in
        _asks_as_another_user(Newcomer(Path(folder)))


def _asks_as_another_user(newcomer):
    newcomer.types("bin/saasexport demo --shop shop.sqlite; bin/saasexport init --shop shop.sqlite")
    nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups"
    done = newcomer.types(f"{nobody} bin/saasexport status")
    said = f"saasexport: {newcomer.clone}/saasexport.toml: Permission denied; run this as the user who owns it\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    (newcomer.clone / "saasexport.toml").chmod(0o644)
    done = newcomer.types(f"{nobody} bin/saasexport status")
    said = f"saasexport: {newcomer.clone}/var/saasexport.sqlite: Permission denied; run this as the user who owns it,"
    said += f" or see {newcomer.clone}/saasexport.toml: [export] database\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
