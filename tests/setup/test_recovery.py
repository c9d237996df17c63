"""Corruption is told by SQLite's codes, whatever the words are."""

import sqlite3
from contextlib import closing

import pytest

from saasexport.database.db import code_of
from saasexport.errors import DatabaseError
from saasexport.setup.recovery import is_corrupt


def read(path):
    """The error that reading a table of a file ends in."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("select count(*) from thing").fetchone()
    except sqlite3.Error as error:
        return error
    return None


@pytest.fixture
def database(tmp_path):
    """A database with a table of some pages."""
    path = tmp_path / "ours.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("create table thing (name)")
    connection.executemany("insert into thing values (?)", [("x" * 500,)] * 100)
    connection.commit()
    connection.close()
    return path


@pytest.mark.parametrize(
    ("offset", "what", "code"),
    [
        (0, b"no database at all", sqlite3.SQLITE_NOTADB),
        (16, b"\xff\xff", sqlite3.SQLITE_NOTADB),
        (4096, b"\xff" * 4096, sqlite3.SQLITE_CORRUPT),
        (100, b"\x00" * 100, sqlite3.SQLITE_CORRUPT),
        (4096, b"\x05\xff\xff\xff\xff", sqlite3.SQLITE_CORRUPT),
    ],
)
def test_a_broken_file_is_corrupt_whoever_wraps_its_error(database, offset, what, code):
    with database.open("r+b") as file:
        file.seek(offset)
        file.write(what)
    error = read(database)
    wrapped = DatabaseError("kaputt")
    wrapped.__cause__ = error

    assert (code_of(error), code_of(wrapped)) == (code, code)
    assert (is_corrupt(error), is_corrupt(wrapped)) == (True, True)


def test_words_make_nothing_corrupt(database, tmp_path):
    connection = sqlite3.connect(database)
    connection.execute("drop table thing")
    connection.close()
    no_table = read(database)
    cannot_open = read(tmp_path / "none" / "ours.sqlite")

    assert code_of(no_table) == sqlite3.SQLITE_ERROR
    assert code_of(cannot_open) == sqlite3.SQLITE_CANTOPEN
    for error in (
        no_table,
        cannot_open,
        sqlite3.ProgrammingError("database disk image is malformed"),
        DatabaseError("/srv/corrupt/malformed.sqlite: file is not a database"),
        ValueError("malformed"),
    ):
        assert not is_corrupt(error)
