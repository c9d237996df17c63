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
        from saasexport.idle import run

        return run(name)
    if name == "commerce_service":
        from saasexport.service.server import main as serve

        return serve()
    from saasexport.commands import main as administer

    return administer()


if __name__ == "__main__":
    sys.exit(main())
