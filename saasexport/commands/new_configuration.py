"""The configuration file that init writes: the few settings without which nothing can be sent."""

import argparse
import os

from saasexport import plain
from saasexport.config import settings
from saasexport.errors import ConfigError

DEFAULT_SERVICE = "http://127.0.0.1:8765"

TEMPLATE = """\
# saasexport: what is exported, and where to.  Paths are relative to this file's folder.
# Every other setting has a default: `saasexport config` shows them all.

[shop]
database = {shop}
{mirror}{export}
[service]
url            = {service}
environment_id = {environment}    # the SaaS data space id
# api_key_file = "api.key"      # must not be readable by others: chmod 600
"""

MIRROR = """
[mirror]
source        = {source}
{rest}"""

ONLY_OWN = """
[export]
built_in = false                # only the feeds of feeds.d: docs/any-shop.md
"""


def text_of(path: str, options: argparse.Namespace, is_own_only: bool) -> str:
    """The configuration for what init was told; `is_own_only`: of a shop that has none of Commerce's tables."""
    shop = os.path.abspath(options.shop)
    beside = os.path.dirname(path)
    if os.path.commonpath([beside, shop]) == beside:
        shop = os.path.relpath(shop, beside)
    return TEMPLATE.format(
        shop=_quote("--shop", shop),
        mirror=_mirror(options) if options.mirror else "",
        export=ONLY_OWN if is_own_only else "",
        service=_quote("--service", DEFAULT_SERVICE if options.service is None else options.service),
        environment=_quote(
            "--environment", settings.DEFAULT_ENVIRONMENT if options.environment is None else options.environment
        ),
    )


def _mirror(options: argparse.Namespace) -> str:
    """The section of the server that the shop lives in."""
    rest = ""
    if options.password_file:
        rest += f"password_file = {_quote('--password-file', os.path.abspath(options.password_file))}\n"
    if options.prefix:
        rest += f"prefix        = {_quote('--prefix', options.prefix)}\n"
    return MIRROR.format(source=_quote("--mirror", options.mirror), rest=rest)


def _quote(option: str, text: str) -> str:
    """A text as TOML has it; what is wrong with it says who checks the configuration, with file and key."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ConfigError(f"{option} {text!r}: is not UTF-8", "a configuration can hold nothing else") from error
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain.line(escaped)}"'


def write(path: str, content: bytes) -> None:
    """Write a configuration where none is."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "xb") as file:
            file.write(content)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", "choose another file with --config PATH") from error
