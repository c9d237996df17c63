"""saasexport dashboard: the status pages, served on this machine or written as one file."""

import argparse
import os
import signal
import sys
import tempfile

from saasexport.errors import SaasExportError
from saasexport.setup.installation import Installation
from saasexport.setup.opening import open_installation

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
    # What is wrong is said before anybody looks.
    installation = open_installation(options.config, read_only=True, counts=True)
    try:
        if options.output:
            return _write(options.output, _document(installation))
    finally:
        installation.close()
    return _serve(options)


def _serve(options: argparse.Namespace) -> int:
    from saasexport.dashboard.server import Dashboard  # late: a file needs no server

    server = Dashboard(options.config, options.host, options.port)
    if not server.is_private:
        print(
            "saasexport: whoever reaches this address sees the items and can have them sent again",
            file=sys.stderr,
        )
    server.stop_at(signal.SIGTERM, signal.SIGINT)
    print(f"dashboard on {server.url}/", flush=True)
    server.serve()
    return 0


def _document(installation: Installation) -> bytes:
    from saasexport.dashboard import pages, status_page

    return pages.frame(status_page.page(installation), "", is_file=True).encode("utf-8", "replace")


def _write(path: str, content: bytes) -> int:
    """Put a file in its place as a whole: who reads it meanwhile gets the old one; a device or pipe is written to."""
    path = os.path.abspath(path)
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:
                file.write(content)
            return 0
        path = os.path.realpath(path)  # what a link leads to, and not the link
        folder = os.path.dirname(path)
        descriptor, temporary = tempfile.mkstemp(prefix=".saasexport-", dir=folder)
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
                # A page that a web server may read stays so.
                if os.path.exists(path):
                    os.fchmod(descriptor, os.stat(path).st_mode & 0o777)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise SaasExportError(f"{path}: cannot be written: {error.strerror}") from error
    return 0


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdecimal() else -1
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError("expected a number from 0 to 65535")
    return port
