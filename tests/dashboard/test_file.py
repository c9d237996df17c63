"""`dashboard --output FILE`: the status page as one file."""

import os
import socket
import stat
import subprocess
import sys

from tests.dashboard.reading import Read
from tests.support import BIN


def test_the_file_is_the_status_page_and_leads_nowhere(synced, tmp_path):
    file = tmp_path / "status.html"
    done = synced.run("saasexport", "dashboard", "--output", file, check=True)
    assert done.stdout == ""
    page = Read(file.read_text())
    assert len(page.rows()) == 13
    assert page.links == {"Skip to the content": "#main", "Most urgent": "#attention"}
    assert not [tag for tag, _ in page.tags if tag in ("script", "form", "img", "nav")]
    policies = [attributes["content"] for tag, attributes in page.tags if attributes.get("http-equiv")]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none'; style-src 'sha256-")
    assert os.listdir(tmp_path) == ["status.html"]


def test_the_file_is_private_unless_it_was_not_before(synced, tmp_path):
    file = tmp_path / "status.html"
    synced.run("saasexport", "dashboard", "--output", file, check=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    synced.run("saasexport", "dashboard", "--output", file, check=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_a_reader_gets_the_old_file_or_the_new_one(synced, tmp_path):
    file = tmp_path / "status.html"
    file.write_text("old")
    with file.open() as reader:
        synced.run("saasexport", "dashboard", "--output", file, check=True)
        assert reader.read() == "old"
    assert "Data feed sync status" in file.read_text()


def test_a_file_that_cannot_be_written_is_said_in_one_line(synced, tmp_path):
    done = synced.run("saasexport", "dashboard", "--output", tmp_path / "missing" / "status.html")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "status.html: cannot be written: No such file or directory" in done.stderr
    folder = tmp_path / "folder"
    folder.mkdir()
    assert synced.run("saasexport", "dashboard", "--output", folder).returncode == 1
    assert os.listdir(tmp_path) == ["folder"]


def piped(synced, output):
    """What comes through the standard output of `dashboard --output`."""
    command = [sys.executable, "-I", BIN / "saasexport", "dashboard", "--output", output]
    environ = {"SAASEXPORT_CONFIG": str(synced.config), "PATH": os.defpath}
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=True).stdout


def test_a_device_or_pipe_is_written_to_and_stays(synced, tmp_path):
    # By a link of the test's own: what is at stake is not the machine's.
    link = tmp_path / "out"
    link.symlink_to("/proc/self/fd/1")
    assert "Data feed sync status" in piped(synced, link)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    copy = "import sys; print(open(sys.argv[1]).read())"
    with subprocess.Popen([sys.executable, "-c", copy, pipe], stdout=subprocess.PIPE, text=True) as reader:
        synced.run("saasexport", "dashboard", "--output", pipe, check=True)
        assert "Data feed sync status" in reader.communicate(timeout=60)[0]
    assert (stat.S_ISFIFO(pipe.stat().st_mode), link.is_symlink()) == (True, True)


def test_what_a_link_leads_to_is_written_and_the_link_stays(synced, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("old")
    link = tmp_path / "link.html"
    link.symlink_to(page)
    synced.run("saasexport", "dashboard", "--output", link, check=True)
    assert (link.is_symlink(), "Data feed sync status" in page.read_text()) == (True, True)


def test_what_cannot_be_written_to_stays(synced, tmp_path):
    with socket.socket(socket.AF_UNIX) as listening:
        path = tmp_path / "s"
        listening.bind(os.path.relpath(path))
        done = synced.run("saasexport", "dashboard", "--output", path)
        assert (done.returncode, done.stderr.count("\n"), stat.S_ISSOCK(path.stat().st_mode)) == (1, 1, True)
