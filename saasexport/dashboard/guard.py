"""Who may ask, and who may change something.

Any page in the browser of the person who looks at the dashboard can send
requests to it.  Three things keep other sites out: the name in the Host header
must be one of ours, since a name of theirs may point to this machine (DNS
rebinding); a POST must come from a page of this server; and it must carry a
token that only such a page holds.
"""

import hmac
import ipaddress
import socket
from email.message import Message
from urllib.parse import urlsplit


class Guard:
    """What a dashboard lets in: `host` is the address it was told to listen on, `token` its own secret."""

    def __init__(self, host: str, token: str) -> None:
        self.token = token
        self._names = {"localhost", host.lower(), socket.gethostname().lower()}

    def foreign(self, headers: Message) -> str:
        """Why a request is not meant for this server; empty if it is."""
        hosts = headers.get_all("Host", [])
        if len(hosts) != 1:
            return "It names no host, or more than one."
        try:
            name = urlsplit("//" + hosts[0].strip()).hostname or ""
        except ValueError:
            name = ""
        if name in self._names or _is_address(name):
            return ""
        return "It was meant for another host than this one. Open the dashboard under the address it printed."

    def strange(self, headers: Message, token: str) -> str:
        """Why a POST cannot come from a page of this server; empty if it does."""
        if headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return "It was sent by a page of another site."
        source = headers.get("Origin") or headers.get("Referer")
        if not source:
            return "It does not say which page sent it (no Origin, no Referer)."
        try:
            origin = urlsplit(source)
        except ValueError:
            return "The page that sent it has no valid address."
        if origin.netloc.lower() != headers.get("Host", "").strip().lower():
            return "It was sent by a page of another site."
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            return "The page that sent it is older than this dashboard. Go back, reload the page and try again."
        return ""


def _is_address(name: str) -> bool:
    # No name has to be looked up for an address, so none can have been pointed at us.
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
