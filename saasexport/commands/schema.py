"""saasexport schema: the whole DDL as installed."""

import argparse

from saasexport.capture import changelog
from saasexport.setup.opening import open_installation

EXAMPLES = {"schema": "saasexport schema"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """No options."""


def run(options: argparse.Namespace, name: str) -> int:
    """Print the statements that make our database, then those that were added to the shop."""
    found = open_installation(options.config)
    try:
        print(f"-- Our database, {found.config['export.database']}\n")
        order = "case type when 'table' then 1 when 'index' then 2 else 3 end, tbl_name, name"
        for (sql,) in found.ours.execute(f"select sql from sqlite_master where sql is not null order by {order}"):
            print(f"{sql};\n")
        print(f"-- Added to the shop, {found.config['shop.database']}\n")
        for _, _, _, sql in sorted(changelog.installed(found.shop)):
            print(f"{sql};\n")
    finally:
        found.close()
    return 0
