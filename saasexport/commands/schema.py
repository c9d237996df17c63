"""saasexport schema: the whole DDL as installed."""

import argparse

from saasexport.capture import triggers
from saasexport.commands import for_programs
from saasexport.setup.opening import open_installation

EXAMPLES = {"schema": "saasexport schema\nsaasexport schema --json"}

KEYS = {"database": "ours, or shop", "file": "its path", "sql": "the statement"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of schema."""
    for_programs.add_option(options, KEYS, "statement")


def run(options: argparse.Namespace, name: str) -> int:
    """Print the statements that make our database, then those that were added to the shop."""
    installation = open_installation(options.config, read_only=True)
    try:
        order = "case type when 'table' then 1 when 'index' then 2 else 3 end, tbl_name, name"
        query = f"select sql from sqlite_master where sql is not null order by {order}"
        ours = [sql for (sql,) in installation.ours.execute(query)]
        added = [each.sql for each in sorted(triggers.list_installed(installation.shop))]
        files = {"ours": installation.config["export.database"], "shop": installation.config["shop.database"]}
    finally:
        installation.close()
    statements = [("ours", sql) for sql in ours] + [("shop", sql) for sql in added]
    if options.json:
        return for_programs.show([{"database": which, "file": files[which], "sql": sql} for which, sql in statements])
    print("\n\n".join([f"-- Our database, {files['ours']}", *(f"{sql};" for sql in ours)]) + "\n")
    print("\n\n".join([f"-- Added to the shop, {files['shop']}", *(f"{sql};" for sql in added)]) + "\n")
    return 0
