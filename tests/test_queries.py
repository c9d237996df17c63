"""Named queries in plain SQL files."""

import pytest

from saasexport import queries

TEXT = """-- What the file is about.

-- name: first
-- A comment of its own.
select 1;

-- name:second
select 2
  from there  -- name: not one
;
"""


def test_a_block_ends_where_the_next_begins():
    assert queries.parse(TEXT) == {
        "first": "-- A comment of its own.\nselect 1",
        "second": "select 2\n  from there  -- name: not one\n",
    }


def test_queries_are_attributes(tmp_path):
    (tmp_path / "feed.sql").write_text(TEXT)
    found = queries.beside(str(tmp_path / "feed.py"))
    assert found.first.endswith("select 1")
    assert list(found) == ["first", "second"]
    assert ("second" in found, "third" in found) == (True, False)


def test_a_query_that_is_not_there_is_named_with_its_file(tmp_path):
    (tmp_path / "feed.sql").write_text(TEXT)
    found = queries.beside(str(tmp_path / "feed.py"))
    with pytest.raises(AttributeError, match=r"no query third in .*feed\.sql"):
        found.third  # noqa: B018  # the access is what is tested


def test_a_name_stands_once():
    with pytest.raises(ValueError, match="query a stands twice"):
        queries.parse("-- name: a\nselect 1\n-- name: a\nselect 2")


def test_a_file_without_names_has_no_queries():
    assert queries.parse("select 1;") == {}


def test_files_are_utf8_whatever_the_locale(tmp_path):
    (tmp_path / "a.sql").write_bytes("-- name: a\nselect 'é'".encode())
    assert queries.load(str(tmp_path / "a.sql")).a == "select 'é'"


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        queries.beside(str(tmp_path / "none.py"))
