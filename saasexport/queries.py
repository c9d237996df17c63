"""Named queries, kept as plain SQL in the file beside the module that asks them.

A block begins with a line `-- name: <name>` and ends where the next one
begins; `beside(__file__)` gives them as attributes.  The files stay files an
admin can run in the sqlite3 shell, so nothing is ever formatted into them but
the name of a feed's own table.
"""

import saasexport


class Queries:
    """The queries of one .sql file, as attributes."""

    def __init__(self, source: str, queries: dict[str, str]) -> None:
        self.__dict__.update(queries)
        self._source = source
        self._names = tuple(queries)

    def __getattr__(self, name: str) -> str:
        raise AttributeError(f"no query {name} in {self._source}")

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def __iter__(self):  # type: ignore[no-untyped-def]  # Iterator would import typing in every tick
        return iter(self._names)


NO_QUERIES = Queries("", {})

# SQLite compares names without regard to the case of ASCII's letters, and of no others.
_SMALL = {ord(letter): ord(letter.lower()) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def fold(name: str) -> str:
    """A name of the shop's as SQLite compares it with others."""
    return name.translate(_SMALL)


def quote(name: str) -> str:
    """A name of the shop's as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def beside(module_file: str) -> Queries:
    """The queries in the .sql file beside a module, which passes its `__file__`."""
    return load(module_file.rpartition(".")[0] + ".sql")


def load(path: str) -> Queries:
    """The queries in a .sql file."""
    return Queries(path, parse(text_of(path)))


def text_of(path: str) -> str:
    """The text of a file that is part of the program, or of a folder of the user's."""
    # Through the loader, so that it is found in a zipapp too.
    loader = saasexport.__spec__.loader if saasexport.__spec__ else None
    try:
        content: bytes = loader.get_data(path)  # type: ignore[union-attr]  # every file loader has it
    except (AttributeError, OSError):
        with open(path, "rb") as file:
            content = file.read()
    return content.decode()


def parse(text: str) -> dict[str, str]:
    """Split the text of a .sql file into its named queries."""
    queries: dict[str, str] = {}
    # Of lines: a text may hold other separators.
    for block in ("\n" + text.replace("\r\n", "\n")).split("\n-- name:")[1:]:
        line, _, query = block.partition("\n")
        name = line.strip()
        if name in queries:
            raise ValueError(f"query {name} stands twice")
        if name:
            queries[name] = query.strip().rstrip(";")
    return queries
