"""All scripts in one: `python -m saasexport`, the zipapp, and the commands that pip installs.

The name it is called by says which script is meant, else the first argument.
This module is loaded by every idle tick of such an installation.
"""

import os
import sys

JOBS = (
    "mirror_shop",
    "reindex_all_invalid",
    "saas_data_exporter",
    "sales_data_exporter",
    "resend_failed",
    "cleanup_deleted_feed_items",
)


def main() -> int:
    """Run the script that is meant; gives the exit status."""
    name = os.path.basename(sys.argv[0])
    if name not in JOBS and name not in ("commerce_service", "saasexport") and len(sys.argv) > 1:
        name = sys.argv[1]
        if name in JOBS or name == "commerce_service":
            del sys.argv[0]  # as if it had been called by that name
    if name in JOBS:
        from saasexport.idle import start

        return start(name)
    return serve() if name == "commerce_service" else administer()


def serve() -> int:
    """Run the embedded service; gives the exit status."""
    try:
        from saasexport.service.server import main as run

        return run()
    except KeyboardInterrupt:
        return _interrupt("commerce_service")


def administer() -> int:
    """Run a command; gives the exit status."""
    try:
        from saasexport.commands import main as run

        return run()
    except KeyboardInterrupt:
        return _interrupt("saasexport")


def _interrupt(name: str) -> int:
    """Say that it ended before it had begun: loading takes a moment, too."""
    print(f"{name}: interrupted; nothing was changed", file=sys.stderr)
    return 130


if __name__ == "__main__":
    sys.exit(main())
