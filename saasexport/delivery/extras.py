"""The optional extras: packages that pip installed, which `python3 -S` does not look for.

The lines of a crontab start Python so, as looking costs as much as the rest of an idle tick.  A job that
needs an extra looks by itself, when it comes to it.
"""

import sys


def find_installed() -> None:
    """Have what pip installed found, as if Python had been started without -S."""
    if sys.flags.no_site and "site" not in sys.modules:
        import site

        site.main()
