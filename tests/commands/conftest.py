"""The commands of bin/saasexport, run in this process on a copy of the demo shop."""

from typing import NamedTuple

import pytest

from saasexport.commands import main


class Done(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str


@pytest.fixture
def command(exporter, capsys):
    """Runs a command on the exporter's installation."""

    def run(*arguments, config=None):
        capsys.readouterr()
        try:
            status = main(["--config", str(config or exporter.config), *map(str, arguments)])
        except SystemExit as end:  # argparse
            status = end.code
        return Done(status, *capsys.readouterr())

    return run


@pytest.fixture
def change_ours(exporter):
    """Changes our database behind its back."""
    import sqlite3
    from contextlib import closing

    def change(sql, *values):
        with closing(sqlite3.connect(exporter.folder / "var" / "saasexport.sqlite")) as ours:
            ours.execute(sql, values)
            ours.commit()

    return change
