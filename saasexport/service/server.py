"""The embedded Commerce Service as a process: its command line, and how it ends."""

import argparse
import gc
import os
import re
import signal
import sys
from typing import TYPE_CHECKING

import saasexport
from saasexport import plain
from saasexport.config.secret import read_key
from saasexport.errors import ConfigError, SaasExportError
from saasexport.service.optimizer.application import Client
from saasexport.service.serving import CommerceService, OptimizerService
from saasexport.shapes import SHAPES, declared
from saasexport.shapes.declared import NAME
from saasexport.shapes.words import FeedShape
from saasexport.usage import Parser, as_typed
from saasexport.web.hosts import is_name
from saasexport.web.server import Server

if TYPE_CHECKING:
    from saasexport.service.settings import Settings

__all__ = ["CommerceService", "main"]


def read_shape(path: str) -> FeedShape | None:
    """The shape of a feed of one's own, as its file declares it; None for one that takes a published feed's place."""
    try:
        with open(path, encoding="utf-8") as file:
            shape = declared.shape_in(file.read())
    except OSError as error:
        raise ConfigError(f"--schema {path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"--schema {path}: {error}") from error
    if shape is None or shape.feed in SHAPES:
        return None
    if not NAME.fullmatch(shape.feed):
        raise ConfigError(f"--schema {path}: {shape.feed!r} is no name of a feed", "letters and digits, a letter first")
    return shape


EXAMPLES = """\
examples:
  commerce_service
      receive on http://127.0.0.1:8765 and keep it in ./commerce-service.sqlite
  commerce_service --port 0 --database /tmp/received.sqlite --verbose
      on a free port, with a line per request
  commerce_service --api-key-file api.key --route 'products=/feeds/catalog/v2/products/{environment_id}'
      only with the key, and products on a path of their own
  commerce_service --schema feeds.d/*.sql
      the feeds of your own, too
  curl http://127.0.0.1:8765/feeds
      what was received
"""


class _Options(Parser):
    """Options whose help starts with examples."""

    def format_help(self) -> str:
        """The examples, then what argparse knows."""
        return EXAMPLES + "\n" + super().format_help()


def parser() -> argparse.ArgumentParser:
    """The command line."""
    it = _Options(
        prog="commerce_service",
        usage="commerce_service [OPTION ...]",
        description="Receive feeds as Adobe's Commerce Services do: check every item, keep the valid ones.",
    )
    _add_receiving(it)
    _add_storefront(it)
    it.add_argument(
        "--schema",
        metavar="FILE",
        nargs="+",
        action="extend",
        default=[],
        help="receive the feeds that these .sql files of feeds.d declare, besides the published ones",
    )
    _add_optimizer(it)
    it.add_argument("--version", action="version", version=f"commerce_service (saasexport {saasexport.__version__})")
    it.add_argument("--verbose", action="store_true", help="a line per request on standard error")
    return it


def _add_receiving(it: argparse.ArgumentParser) -> None:
    """The options of what is received: where, from whom, and how much."""
    it.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; one that other machines reach needs --api-key-file (default: %(default)s)",
    )
    it.add_argument("--port", type=_port, default=8765, help="port; 0 takes a free one (default: %(default)s)")
    it.add_argument(
        "--database", metavar="FILE", default="commerce-service.sqlite",
        help="where items are kept; made if not there (default: %(default)s in the working directory)",
    )  # fmt: skip
    it.add_argument("--api-key-file", metavar="FILE", help="accept only requests with the X-Api-Key in this file")
    it.add_argument(
        "--max-body",
        metavar="BYTES",
        type=_size,
        default=16_777_216,
        help="largest body, before and after decompression (default: %(default)s)",
    )
    it.add_argument(
        "--route",
        metavar="FEED=PATH",
        action="append",
        type=_route,
        default=[],
        help="receive a feed on this path, which holds {environment_id}, instead of /feeds/FEED/{environment_id}",
    )
    it.add_argument(
        "--allow-host",
        metavar="NAME",
        action="append",
        type=_host_name,
        default=[],
        help="answer for this host too: the name of a proxy in front; may be repeated",
    )


def _add_storefront(it: argparse.ArgumentParser) -> None:
    """The options of what storefronts are answered."""
    it.add_argument("--settings", metavar="FILE", help="units, synonyms, pins and facets of the connected services")
    it.add_argument(
        "--storefront-key-file",
        metavar="FILE",
        help="a storefront needs the X-Api-Key in this file, which opens nothing else",
    )
    it.add_argument(
        "--allow-origin",
        metavar="ORIGIN",
        action="append",
        type=_origin,
        default=[],
        help="let pages of this origin ask the connected services, and no others; may be repeated",
    )


def _add_optimizer(it: argparse.ArgumentParser) -> None:
    """The options of the double of Adobe Commerce Optimizer."""
    it.add_argument(
        "--optimizer",
        metavar="TENANT",
        help="be a double of Adobe Commerce Optimizer for this tenant instead",
    )
    it.add_argument("--state", metavar="FILE", help="with --optimizer: keep what is accepted here, and begin with it")
    it.add_argument(
        "--delay", metavar="SECONDS", type=_seconds, default=0, help="with --optimizer: from an answer to its effect"
    )
    it.add_argument(
        "--token-seconds",
        metavar="SECONDS",
        type=_number,
        default=86_399,
        help="with --optimizer: the life of a token (default: %(default)s)",
    )
    it.add_argument(
        "--products-per-minute",
        metavar="N",
        type=_number,
        default=0,
        help="with --optimizer: answer 429 to more creates and updates of products; Adobe's tenants have 1000",
    )
    it.add_argument(
        "--strict",
        action="store_true",
        help="with --optimizer: refuse what breaks a rule that Adobe describes in words only",
    )
    it.add_argument(
        "--client",
        metavar="ID:SECRET",
        default="client:secret",
        help="with --optimizer: who may have tokens (default: %(default)s)",
    )


def main(argv: list[str] | None = None) -> int:
    """Run the service until SIGTERM or SIGINT."""
    os.umask(0o077)
    plain.guard_streams()
    # The parsed items have no cycles, and looking for some costs a tenth of the parsing.
    gc.set_threshold(100_000, 20, 20)
    try:
        arguments = parser().parse_args(argv)
        service = _optimizer(arguments) or CommerceService(
            arguments.database,
            host=arguments.host,
            port=arguments.port,
            allowed_hosts=arguments.allow_host,
            api_key=_key(arguments.api_key_file, "--api-key-file"),
            max_body=arguments.max_body,
            routes=arguments.route,
            shapes=[shape for path in arguments.schema if (shape := read_shape(path))],
            verbose=arguments.verbose,
            settings=_settings(arguments.settings),
            storefront_key=_key(arguments.storefront_key_file, "--storefront-key-file"),
            allowed_origins=arguments.allow_origin,
        )
    except SaasExportError as error:
        print(as_typed(f"commerce_service: {plain.line(str(error))}"), file=sys.stderr)
        return error.exit_status

    service.stop_at(signal.SIGTERM, signal.SIGINT)
    try:
        print(f"listening on {service.url}", flush=True)
    except OSError as error:
        sys.stdout = None  # the end would try to write it once more
        print(f"commerce_service: cannot say where it listens: {error}", file=sys.stderr)
        return 1
    service.serve()
    signal.set_wakeup_fd(-1)
    return 0


def _optimizer(arguments: argparse.Namespace) -> Server | None:
    """The double of the Optimizer, if it is wanted."""
    if not arguments.optimizer:
        return None
    name, _, secret = arguments.client.partition(":")
    return OptimizerService(
        arguments.optimizer,
        Client(name, secret),
        arguments.host,
        arguments.port,
        token_seconds=arguments.token_seconds,
        max_body=arguments.max_body,
        delay=arguments.delay,
        is_strict=arguments.strict,
        state_file=arguments.state or "",
        products_per_minute=arguments.products_per_minute,
    )


def _settings(path: str | None) -> "Settings | None":
    if not path:
        return None
    from saasexport.service.settings_file import read_settings  # late: most services only receive

    return read_settings(path)


def _key(path: str | None, option: str) -> bytes:
    return read_key(path, option).encode() if path else b""


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdecimal() else -1
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError("expected a number from 0 to 65535")
    return port


def _size(text: str) -> int:
    return _number(text, "a number of bytes")


def _number(text: str, what: str = "a whole number") -> int:
    number = int(text) if text.isascii() and text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected {what} from 1 on")
    return number


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError("expected a number of seconds from 0 to 86400")
    return seconds


def _host_name(text: str) -> str:
    if not is_name(text):
        raise argparse.ArgumentTypeError("expected the name of a host, without scheme and port")
    return text


def _origin(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#@*\"'<>]+/?", text):
        raise argparse.ArgumentTypeError("expected an origin as https://shop.example, without a path")
    return text.lower().rstrip("/")


def _route(text: str) -> tuple[str, str]:
    feed, equals, path = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("expected FEED=PATH")
    return feed, path
