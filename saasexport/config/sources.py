"""The address of the server that a shop lives in: `[mirror] source`."""

from saasexport.stdlib import NamedTuple

PORTS = {"mysql": 3306, "postgresql": 5432}

EXPECTED = "mysql://USER@HOST:PORT/DATABASE, postgresql://... , or ...?unix_socket=PATH"


class Source(NamedTuple):
    """Where a shop lives, and as whom it is read."""

    kind: str  # mysql or postgresql
    user: str
    host: str  # empty: by socket
    port: int
    database: str
    socket: str = ""  # a path; of PostgreSQL its folder does as well

    @property
    def is_local(self) -> bool:
        """Whether nothing goes over a network."""
        return bool(self.socket) or self.host in ("localhost", "::1") or self.host.startswith("127.")

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        place = self.socket or f"{host}:{self.port}"
        return f"{self.database} at {place}"


def parse(address: str) -> Source:
    """What an address says; ValueError with what is wrong, as in "which must ..."."""
    from urllib.parse import parse_qsl, unquote  # late: only where there is a mirror

    kind, colon, rest = address.partition("://")
    if not colon or kind not in PORTS:
        raise ValueError("must begin with mysql:// or postgresql://")
    if not address.isprintable():
        raise ValueError("must not hold line breaks or other characters that are not printable")
    place, _, query = rest.partition("?")
    authority, _, path = place.rpartition("@")[2].partition("/")
    user, password, _ = place.rpartition("@")[0].partition(":")
    if password:
        raise ValueError("must not hold a password: put it into [mirror] password_file")
    if "/" in path or not path:
        raise ValueError("must name one database, as in mysql://reader@localhost/magento")
    socket = ""
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in ("unix_socket", "host") or not value.startswith("/"):
            raise ValueError("may hold ?unix_socket=PATH, an absolute path, and nothing else behind the database")
        socket = value
    host, port = _host_and_port(authority)
    if not user:
        raise ValueError("must name the user who reads, as in mysql://reader@localhost/magento")
    if not host and not socket:
        raise ValueError("must name a host, or ?unix_socket=PATH")
    return Source(kind, unquote(user), unquote(host), port or PORTS[kind], unquote(path), socket)


def _host_and_port(authority: str) -> tuple[str, int]:
    host, colon, port = authority.rpartition(":")
    if authority.startswith("["):
        host, bracket, port = authority[1:].partition("]")
        if not bracket or port[:1] not in ("", ":"):
            raise ValueError("must have an IPv6 address in brackets")
        colon, port = port[:1], port[1:]
    elif not colon:
        host, port = authority, ""
    if colon and not (port.isascii() and port.isdecimal() and len(port) <= 5 and 0 < int(port) < 65_536):
        raise ValueError("must have a port from 1 to 65535, or none")
    return host, int(port or 0)
