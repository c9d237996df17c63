"""saasexport demo: the whole thing in one minute, needing nothing."""

import argparse
import os

from saasexport.errors import ConfigError

EXAMPLES = {"demo": "saasexport demo\nsaasexport demo --folder /tmp/look"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of demo."""
    options.add_argument(
        "--folder",
        metavar="DIR",
        help="a new folder for it (default: saasexport-demo here, with a number if that exists)",
    )


def run(options: argparse.Namespace, name: str) -> int:
    """Tell the story."""
    from saasexport.demo.story import tell  # late: no other command needs a shop

    if options.folder and os.path.exists(options.folder):
        raise ConfigError(f"{options.folder}: exists already", "the demo wants a new folder")
    return tell(os.path.abspath(options.folder or _free_folder()))


def _free_folder() -> str:
    name, number = "saasexport-demo", 2
    while os.path.exists(name):
        name, number = f"saasexport-demo-{number}", number + 1
    return name
