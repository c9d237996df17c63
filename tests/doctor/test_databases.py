"""What doctor says is to be done with a database of ours that SQLite refuses."""

import sqlite3
from contextlib import closing

import pytest

from saasexport.doctor import databases
from saasexport.errors import DatabaseError

# A folder whose name says everything that SQLite's messages do.
FOLDER = "locked, full, readonly: unable to open, no such table"


def connect(path, mode):
    return closing(sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=0))


def lock(path):
    with connect(path, "rw") as other, connect(path, "rw") as ours:
        other.execute("begin immediate")
        ours.execute("insert into note values (1)")


def write_to_read_only(path):
    with connect(path, "ro") as ours:
        ours.execute("insert into note values (1)")


def take_away(path):
    path.unlink()
    with connect(path, "ro") as ours:
        ours.execute("select 1 from note")


def fill(path):
    with connect(path, "rw") as ours:
        ours.execute("pragma max_page_count = 2")
        ours.execute("insert into note values (zeroblob(100000))")


def read_what_is_not_there(path):
    with connect(path, "ro") as ours:
        ours.execute("select 1 from installation")


def overwrite(path):
    path.write_bytes(b"no database" * 1000)
    with connect(path, "ro") as ours:
        ours.execute("select 1 from note")


@pytest.mark.parametrize(
    ("break_it", "remedy"),
    [
        (lock, "another program holds it, find it with: fuser -v {path}"),
        (write_to_read_only, "see its mode and owner, and those of its folder"),
        (take_away, "see its mode and owner, and those of its folder"),
        (fill, "make room on its disk"),
        (read_what_is_not_there, "is it ours? If so, move it away and run: saasexport init"),
        (overwrite, "run reindex_all_invalid: it sets the file aside and builds a new one from it and from the shop"),
    ],
)
def test_the_remedy_is_for_what_sqlite_says_whatever_the_path_is_called(tmp_path, break_it, remedy):
    path = tmp_path / FOLDER / "ours.sqlite"
    path.parent.mkdir()
    with connect(path, "rwc") as ours:
        ours.execute("create table note (content)")
    with pytest.raises(sqlite3.Error) as raised:
        break_it(path)
    error = DatabaseError(f"{path}: {raised.value}")
    error.__cause__ = raised.value

    assert databases._remedy(error, str(path), "saasexport init") == remedy.format(path=path)
