"""Addresses and paths of the configuration: what they may hold, and how they are shown.

An address may carry what only its owner may know: a user and password before
the host, a token in the query, the secret path of a dead-man's switch.
"""

# What may stand in the path of an address as it is.
PATH_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~"


# What stands in no address as it is (RFC 3986), nor in a line that names one.
FORBIDDEN = ' "<>\\^`{|}#'

LONGEST_NAME = 253  # of a host, in DNS; a label of it has 63 at most


def fault_of(url: str, may_have_query: bool = False, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """What is wrong with an address of one of these schemes, as in "which must ..."; empty if nothing is."""
    scheme, _, rest = url.partition("://")
    if "@" in rest.partition("?")[0]:
        return "must not hold a user or password"
    if "?" in url and not may_have_query:
        return "must not hold a query"
    if not url.isprintable():
        return "must not hold line breaks or other characters that are not printable"
    if forbidden := "".join(character for character in FORBIDDEN if character in url):
        return f"must not hold {'blanks' if forbidden[0] == ' ' else forbidden[0]}"
    if scheme not in schemes:
        return f"must begin with {' or '.join(f'{each}://' for each in schemes)}"
    authority, _, path = rest.replace("?", "/", 1).partition("/")
    return _fault_of_server(authority) or ("" if path.isascii() else "must hold other letters than ASCII's as %XX")


def _fault_of_server(authority: str) -> str:
    host, colon, port = authority.partition(":")
    if authority.startswith("["):
        host, bracket, port = authority.partition("]")
        host, colon, port = host + bracket, port[:1], port[1:]
    if not host:
        return "must name a host"
    if not host.isascii():
        return f"must name the host in the letters of DNS, {_in_dns(host)}"
    if not _is_host(host) or colon not in ("", ":"):
        return "must name a host, by its name in DNS, its IPv4 address, or its IPv6 address in brackets"
    is_port = port.isascii() and port.isdecimal() and len(port) <= 5 and 0 < int(port) <= 65_535
    return "" if is_port or not colon else "must have a port from 1 to 65535, or none"


def _in_dns(host: str) -> str:
    try:
        encoded = host.encode("idna")
        is_same = encoded.decode("idna") == host.lower()
    except UnicodeError:
        is_same = False
    # Of some letters (sharp s) there are two opinions, and they may be two hosts.
    return encoded.decode() if is_same else "which begin with xn--"


def _is_host(host: str) -> bool:
    import socket  # late: only for an address

    labels = host.removesuffix(".").split(".")
    is_bracketed = host.startswith("[") and host.endswith("]")
    if is_bracketed or labels[-1].isdecimal():
        try:
            socket.inet_pton(socket.AF_INET6 if is_bracketed else socket.AF_INET, host.strip("[]"))
        except OSError:
            return False
        return True
    return len(host) <= LONGEST_NAME and all(
        0 < len(label) < 64 and not label.strip(PATH_LETTERS.replace("~", "")) for label in labels
    )


def fault_of_route(route: str) -> str:
    """What is wrong with the path that items are posted to; empty if nothing is."""
    if not route.startswith("/"):
        return "expected a path that begins with /"
    plain = route.replace("{feed}", "").replace("{environment_id}", "")
    if "{" in plain or "}" in plain:
        return "only {feed} and {environment_id} may stand in braces"
    if not plain.isascii() or not plain.isprintable() or any(character in plain for character in " #\\"):
        return "expected a path of printable ASCII characters, without blanks, # and \\"
    return ""


def hide_secrets(url: str, is_path_secret: bool = False) -> str:
    """An address without what only its owner may know."""
    scheme, colon, rest = url.partition("://")
    if not colon:
        # Whatever it was meant to be, it may hold a password.
        return "..." if any(character in url for character in "@?#") else url
    plain = rest.partition("#")[0].partition("?")[0]
    cut = rest[len(plain) :][:1]
    authority, slash, path = plain.partition("/")
    if "@" in path:  # a password may hold a slash
        authority, slash, path = plain.rpartition("@")[2].partition("/")
        authority = f"...@{authority}"
    elif "@" in authority:
        authority = "...@" + authority.rpartition("@")[2]
    if is_path_secret and path:
        path = "..."
    return f"{scheme}://{authority}{slash}{path}{f'{cut}...' if cut else ''}"


def is_local(url: str) -> bool:
    """Whether a service is on this machine, as far as its address says so."""
    host = url.partition("://")[2].partition("/")[0].lower()
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    octets = host.split(".")
    is_loopback = octets[0] == "127" and len(octets) == 4 and all(octet.isdecimal() for octet in octets)
    return is_loopback or host in ("localhost", "localhost.", "::1")
