"""`dashboard --output FILE`: the status page as one file."""

import os
import stat

from tests.dashboard.reading import Read


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
