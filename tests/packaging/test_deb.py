"""The Debian package: what is in it, and its life on a machine from installing to purging.

The machine is this one under an overlay: what is installed there is nowhere else.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest

from saasexport import __version__
from saasexport.usage import COMMANDS
from tests.support import BIN, ROOT, demo_shop_copy

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(not os.path.exists("/usr/bin/dpkg-deb"), reason="dpkg-deb is not here"),
]

SCRIPTS = sorted(path.name for path in BIN.iterdir() if path.is_file())
JOBS = [name for name in SCRIPTS if name not in ("saasexport", "commerce_service")]
CONFFILES = ["/etc/saasexport/saasexport.toml", "/etc/cron.d/saasexport", "/etc/logrotate.d/saasexport"]


def built(tree, folder):
    """Build the package of a tree; gives its path."""
    build = [sys.executable, tree / "packaging" / "build_deb", "--output", folder]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("saasexport_*_all.deb"))


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package, built once."""
    return built(ROOT, tmp_path_factory.mktemp("deb"))


@pytest.fixture(scope="module")
def unpacked(package, tmp_path_factory):
    """Its files, in a folder."""
    folder = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["/usr/bin/dpkg-deb", "--raw-extract", package, folder], check=True)
    return folder


# What is in it


def test_it_has_the_files_that_belong_to_a_package(unpacked):
    found = {
        str(path.relative_to(unpacked))
        for path in unpacked.rglob("*")
        if not path.is_dir() and not path.is_relative_to(unpacked / "usr" / "share" / "saasexport" / "saasexport")
    }
    expected = {
        *(f"DEBIAN/{name}" for name in ("control", "conffiles", "md5sums", "postinst", "prerm", "postrm")),
        *(name[1:] for name in CONFFILES),
        *(f"usr/bin/{name}" for name in SCRIPTS),
        *(f"usr/share/saasexport/bin/{name}" for name in SCRIPTS),
        *(f"usr/share/man/man1/{name}.1.gz" for name in SCRIPTS),
        "usr/share/man/man5/saasexport.toml.5.gz",
        *(f"usr/share/doc/saasexport/{name}" for name in ("README.Debian", "README.md.gz", "CHANGES.md.gz")),
        *(f"usr/share/doc/saasexport/docs/{path.name}.gz" for path in (ROOT / "docs").glob("*.md")),
        *(f"usr/share/doc/saasexport/{name}" for name in ("changelog.gz", "copyright")),
    }
    assert found == expected
    assert (unpacked / "var/lib/saasexport").is_dir()
    assert (unpacked / "var/log/saasexport").is_dir()


def test_it_has_every_file_of_the_program(unpacked):
    program = unpacked / "usr" / "share" / "saasexport"
    found = {str(path.relative_to(program)) for path in (program / "saasexport").rglob("*") if path.is_file()}
    expected = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "saasexport").rglob("*")
        if path.is_file() and "cache" not in str(path)
    }
    assert found == expected


def test_what_an_admin_may_change_is_kept_by_upgrades(unpacked):
    assert (unpacked / "DEBIAN" / "conffiles").read_text().split() == CONFFILES


def test_it_says_what_it_needs(unpacked):
    control = dict(
        line.split(": ", 1) for line in (unpacked / "DEBIAN" / "control").read_text().splitlines() if ": " in line
    )
    assert control["Version"] == __version__
    assert control["Architecture"] == "all"
    assert control["Depends"] == "python3 (>= 3.11), adduser"


def test_its_scripts_are_those_of_a_shell(unpacked):
    for name in ("postinst", "prerm", "postrm"):
        subprocess.run(["/bin/sh", "-n", unpacked / "DEBIAN" / name], check=True)
        assert os.access(unpacked / "DEBIAN" / name, os.X_OK)


COMMANDS_OF_POSTINST = ("chown", "chmod", "chgrp", "adduser", "python3")


def configured(tmp_path, unpacked, former, *folders):
    """What postinst does to the folders of a machine that has these, coming after this version."""
    script = (unpacked / "DEBIAN" / "postinst").read_text()
    for folder in ("/var/lib/saasexport", "/var/log/saasexport"):
        script = script.replace(folder, str(tmp_path / folder.rpartition("/var/")[2]))
    for name in COMMANDS_OF_POSTINST:
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (tmp_path / name).chmod(0o755)
    (tmp_path / "getent").write_text("#!/bin/sh\n")
    (tmp_path / "getent").chmod(0o755)
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    done = subprocess.run(
        ["/bin/sh", "-c", script, "postinst", "configure", *former],
        env={"PATH": f"{tmp_path}:{os.defpath}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.replace(f"{tmp_path}/", "") for line in done.stdout.splitlines() if "saasexport" in line]


@pytest.mark.parametrize("former", [[], [""]])
def test_a_first_installation_gives_the_folders_to_its_user(tmp_path, unpacked, former):
    assert configured(tmp_path, unpacked, former)[:4] == [
        "chown saasexport:saasexport lib/saasexport",
        "chmod 0700 lib/saasexport",
        "chown saasexport:saasexport log/saasexport",
        "chmod 0750 log/saasexport",
    ]


@pytest.mark.parametrize("former", ["0.1.0", "0.1.0-1", "0.2.0~rc1", "1:0.1", "99"])
def test_an_upgrade_leaves_owners_and_modes_alone(tmp_path, unpacked, former):
    for folder in ("lib/saasexport", "log/saasexport"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "kept").touch()
    assert configured(tmp_path, unpacked, [former]) == ["python3 -m compileall -q /usr/share/saasexport/saasexport"]


def test_a_folder_that_was_removed_with_the_package_is_given_again(tmp_path, unpacked):
    (tmp_path / "lib/saasexport").mkdir(parents=True)
    (tmp_path / "lib/saasexport/saasexport.sqlite").touch()
    assert configured(tmp_path, unpacked, ["0.1.0"], "log/saasexport")[:2] == [
        "chown saasexport:saasexport log/saasexport",
        "chmod 0750 log/saasexport",
    ]


def test_every_job_is_in_cron_d_and_waits_for_init(unpacked):
    found = [line for line in (unpacked / "etc/cron.d/saasexport").read_text().splitlines() if " saasexport [" in line]
    program = "/usr/share/saasexport/bin"
    # Only a shop in a server has one to copy.
    (mirror,) = [line for line in found if line.startswith("#")]
    assert mirror.startswith("# * * * * * saasexport [ -e /var/lib/saasexport/saasexport.sqlite ] && [ -e ")
    assert f"exec python3 -I {program}/mirror_shop --cron --config" in mirror
    lines = [line for line in found if line != mirror]
    scripts = sorted(line.rsplit("/bin/", 1)[1].split()[0] for line in lines)
    assert scripts == [job for job in JOBS if job != "mirror_shop"]
    assert lines[0] == (
        "* * * * * saasexport [ -e /var/lib/saasexport/saasexport.sqlite ] && [ -e /usr/share/saasexport/bin/"
        f"reindex_all_invalid ] && exec python3 -I -S {program}/reindex_all_invalid --cron"
        " --config /etc/saasexport/saasexport.toml"
    )


def test_the_manual_has_every_command_and_setting(unpacked):
    manual = unpacked / "usr" / "share" / "man"
    page = gzip.decompress((manual / "man1" / "saasexport.1.gz").read_bytes()).decode()
    for command in COMMANDS:
        assert f'.SS "{command}"\n' in page
    settings = gzip.decompress((manual / "man5" / "saasexport.toml.5.gz").read_bytes()).decode()
    assert (
        "max_body             The largest request, before it is compressed.\n"
        "                     a number of bytes, at least 1024 (default 4194304)\n"
    ) in settings


@pytest.mark.skipif(not os.path.exists("/usr/bin/man"), reason="man is not here")
def test_man_reads_the_manual_without_a_warning(unpacked):
    for page in sorted((unpacked / "usr" / "share" / "man").rglob("*.gz")):
        # mandb refuses to work for root's sandboxed user in a private folder.
        environ = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "MANWIDTH": "200", "MAN_DISABLE_SECCOMP": "1"}
        read = ["/usr/bin/man", "--warnings", "-l", page]
        done = subprocess.run(read, env=environ, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        assert page.name.split(".")[0] in done.stdout


def test_building_it_again_gives_the_same_bytes(package, tmp_path):
    assert package.read_bytes() == built(ROOT, tmp_path).read_bytes()


# Its life


class Machine:
    """This machine under an overlay."""

    def __init__(self, folder):
        self.root = folder / "root"
        mounts = [
            ["tmpfs", folder, []],
            ["overlay", self.root, ["-o", f"lowerdir=/,upperdir={folder}/upper,workdir={folder}/work"]],
            ["proc", self.root / "proc", []],
        ]
        self.mounted = []
        for kind, point, options in mounts:
            for name in ("root", "upper", "work") if kind == "overlay" else ():
                (folder / name).mkdir()
            done = subprocess.run(["/bin/mount", "-t", kind, *options, "none", point], capture_output=True, check=False)
            if done.returncode:
                self.close()
                pytest.skip("nothing can be mounted here")
            self.mounted.append(point)

    def close(self):
        """Leave nothing behind."""
        for point in reversed(self.mounted):
            subprocess.run(["/bin/umount", "-l", point], check=True)

    def command(self, user, *arguments):
        """What starts a program there, with the environment of cron."""
        who = [f"--userspec={user}:{user}"] if user else []
        environ = ["/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/var/lib/saasexport"]
        return ["/usr/sbin/chroot", *who, self.root, *environ, *map(str, arguments)]

    def run(self, *arguments, user=None, status=0):
        """Run a program there; gives what it printed."""
        done = subprocess.run(self.command(user, *arguments), capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def tick(self):
        """Run every line of /etc/cron.d/saasexport as cron would; gives what would be mailed."""
        mail = ""
        for line in (self.root / "etc/cron.d/saasexport").read_text().splitlines():
            if " saasexport [" in line and not line.startswith("#"):
                *_, user, command = line.split(None, 6)
                run = self.command(user, "/bin/sh", "-c", command)
                done = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False)
                mail += done.stdout + done.stderr
        return mail

    @contextmanager
    def service(self):
        """Run the embedded service there; gives its address."""
        serve = self.command(None, "commerce_service", "--port", "0", "--database", "/srv/service.sqlite")
        process = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.wait(30)
            process.stdout.close()


@pytest.fixture
def machine(tmp_path):
    """A machine of the test's own."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    if shutil.which("python3", path="/usr/bin") is None:
        pytest.skip("Debian's Python is not here")
    folder = tmp_path / "machine"
    folder.mkdir()
    found = Machine(folder)
    yield found
    found.close()


@pytest.mark.slow
def test_from_installing_to_purging(machine, package, tmp_path):
    shutil.copy(package, machine.root / "srv" / "saasexport.deb")
    machine.run("dpkg", "-i", "/srv/saasexport.deb")
    assert f"saasexport {__version__}\n" == machine.run("saasexport", "--version")
    assert machine.tick() == ""  # nothing before init

    shop = machine.root / "srv" / "shop"
    shop.mkdir()
    demo_shop_copy(shop / "shop.sqlite")
    machine.run("chown", "-R", "saasexport", "/srv/shop")
    settings = machine.root / "etc/saasexport/saasexport.toml"
    with machine.service() as url:
        settings.write_text(settings.read_text().replace("http://127.0.0.1:8765", url) + "\n# kept\n")
        config = "/etc/saasexport/saasexport.toml"
        machine.run("saasexport", "--config", config, "init", "--shop", "/srv/shop/shop.sqlite", user="saasexport")
        machine.tick()
        lines = json.loads(machine.run("saasexport", "status", "--json", user="saasexport"))
        assert {line["feed"]: line["source_records"] for line in lines}["products"] > 800
        assert [line["feed"] for line in lines if line["awaiting"] or line["indexer"] != "valid"] == []
        found = json.loads(machine.run("saasexport", "doctor", "--json", user="saasexport"))
        # The demo shop has items that are unusable on purpose.
        assert {line["check"] for line in found if line["status"] != "OK"} <= {"items", "file system"}
        assert "every job is scheduled" in [line["message"] for line in found]

    modes = {
        path: oct((machine.root / path).stat().st_mode & 0o777)
        for path in ("var/lib/saasexport", "var/lib/saasexport/saasexport.sqlite", "var/log/saasexport/saas-export.log")
    }
    assert list(modes.values()) == ["0o700", "0o600", "0o600"]

    if os.path.exists("/usr/sbin/logrotate"):
        machine.run("logrotate", "--force", "/etc/logrotate.d/saasexport")
        assert (machine.root / "var/log/saasexport/saas-export.log.1").exists()

    # As README.Debian has it for a shop whose own user runs the jobs.
    machine.run("chown", "-R", "www-data", "/var/lib/saasexport")
    newer = newer_package(tmp_path)
    shutil.copy(newer, machine.root / "srv" / "newer.deb")
    machine.run("dpkg", "-i", "/srv/newer.deb")
    assert machine.run("saasexport", "--version") == "saasexport 99.0\n"
    assert machine.run("stat", "-c", "%U", "/var/lib/saasexport") == "www-data\n"
    machine.run("chown", "-R", "saasexport", "/var/lib/saasexport")
    assert settings.read_text().endswith("# kept\n")
    machine.tick()
    log = (machine.root / "var/log/saasexport/commerce-data-export.log").read_text()
    assert '"feed":"products","operation":"full sync"' in log  # compared anew by the other version

    said = machine.run("dpkg", "-r", "saasexport")
    assert "its triggers stay in the shop" in said
    assert machine.tick() == ""
    assert not (machine.root / "usr/share/saasexport").exists()
    assert (machine.root / "var/lib/saasexport/saasexport.sqlite").exists()
    machine.run("dpkg", "--purge", "saasexport")
    left = ["etc/saasexport", "etc/cron.d/saasexport", "usr/bin/saasexport", "var/lib/saasexport", "var/log/saasexport"]
    assert [path for path in left if (machine.root / path).exists()] == []
    machine.run("id", "saasexport", status=1)


def newer_package(tmp_path):
    """A package of a later version."""
    tree = tmp_path / "newer"
    ignore = shutil.ignore_patterns(".git", ".venv", "*cache*", "*.egg-info", "build", "dist", "tests")
    shutil.copytree(ROOT, tree, ignore=ignore, symlinks=True)
    module = tree / "saasexport" / "__init__.py"
    module.write_text(module.read_text().replace(__version__, "99.0"))
    return built(tree, tmp_path)
