"""Which hosts a server answers for.

Any page in the browser of a person who can reach the server can send requests
to it, and may read the answers once a name of its own points to this machine
(DNS rebinding).  Such a request carries that name in its Host header, so a
name is answered only if it is one of ours.  An address is always ours: nobody
looks it up, so nobody can have pointed it here.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable

from saasexport.web.wire import Refusal, Request

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9A-Za-z._~-]+))(?::[0-9]{0,5})?")


class Hosts:
    """The names a server has; `advice` tells who came by another one how to come in."""

    def __init__(self, names: Iterable[str], advice: str) -> None:
        self._names = {_plain(name) for name in ("localhost", socket.gethostname(), *names) if name}
        self._advice = advice

    def check(self, request: Request) -> None:
        """Refuse a request that was meant for another host.

        One of HTTP/1.0 may name none: it was not sent by a browser.
        """
        host = request.headers.get("host")
        if host is not None and not self._is_ours(host):
            message = f"{host[:100] or 'a host without a name'} is not answered for here; {self._advice}"
            raise Refusal(421, message, closes=request.length > 0)

    def _is_ours(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        if not match:
            return False
        address, name = match.groups()
        return _is_address(address or name) or (not address and _plain(name) in self._names)


def is_name(text: str) -> bool:
    """Whether this is the bare name of a host, without scheme and port."""
    return re.fullmatch(r"[0-9A-Za-z_-]+(\.[0-9A-Za-z_-]+)*\.?", text) is not None and len(text) <= 253


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
