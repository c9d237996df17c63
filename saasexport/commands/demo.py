"""saasexport demo: the whole thing in one minute, needing nothing."""

import argparse
import os
import sqlite3

from saasexport.errors import ConfigError, SaasExportError
from saasexport.usage import as_typed

EXAMPLES = {"demo": "saasexport demo\nsaasexport demo --folder /tmp/look\nsaasexport demo --shop shop.sqlite"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of demo."""
    options.add_argument(
        "--folder",
        metavar="DIR",
        help="a new folder for it (default: saasexport-demo here, with a number if that exists)",
    )
    options.add_argument("--shop", metavar="FILE", help="only make the demo's shop, to try things with")


def run(options: argparse.Namespace, name: str) -> int:
    """Tell the story, or only make the shop it is about."""
    if options.folder and os.path.exists(options.folder):
        raise ConfigError(f"{options.folder}: exists already", "the demo wants a new folder")
    if options.shop:
        return _shop(options.shop)
    folder = os.path.abspath(options.folder or _free_folder())
    try:
        os.makedirs(folder)
    except OSError as error:
        raise SaasExportError(f"{folder}: {error.strerror}", "name a place to write to with --folder") from error
    from saasexport.demo.story import tell  # late: no other command needs it

    return tell(folder)


def _shop(path: str) -> int:
    from saasexport.demo.shop import create_shop

    try:
        create_shop(path)
    except FileExistsError:
        raise ConfigError(f"{path}: exists already", "name a new file") from None
    except sqlite3.Error as error:
        raise SaasExportError(f"{path}: {error}", "name a file in a folder to write to") from error
    print(as_typed(f"{path}: the demo's shop; next: saasexport init --shop {path}"))
    return 0


def _free_folder() -> str:
    name, number = "saasexport-demo", 2
    while os.path.exists(name):
        name, number = f"saasexport-demo-{number}", number + 1
    return name
