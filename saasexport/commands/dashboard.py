"""saasexport dashboard: the status pages, served on this machine or written as one file."""

import argparse
import os
import signal
import sys
import tempfile

from saasexport.errors import ConfigError, SaasExportError
from saasexport.installation import open_installation

EXAMPLES = {
    "dashboard": """
saasexport dashboard
saasexport dashboard --port 0
saasexport dashboard --output /srv/www/saasexport.html
"""
}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of dashboard."""
    options.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    options.add_argument("--port", type=_port, default=8766, help="port; 0 takes a free one (default: %(default)s)")
    options.add_argument("--output", metavar="FILE", help="write the status page to a file, and serve nothing")


def run(options: argparse.Namespace, name: str) -> int:
    """Serve the pages until SIGTERM or Ctrl-C, or write one."""
    # What is out of line is set right, and what is wrong is said, before anybody looks.
    found = open_installation(options.config)
    try:
        if options.output:
            return _write(options.output, _document(found))
    finally:
        found.close()
    return _serve(options)
