"""Addresses and paths of the configuration: what they may hold, and how they are shown.

An address may carry what only its owner may know: a user and password before
the host, a token in the query, the secret path of a dead-man's switch.
"""

# What may stand in the path of an address as it is.
PATH_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~"


def fault_of(url: str, may_have_query: bool = False) -> str:
    """What is wrong with an http or https address; empty if nothing is."""
    scheme, _, rest = url.partition("://")
    authority = rest.replace("\\", "/").replace("?", "/").replace("#", "/").partition("/")[0]
    if "@" in rest.partition("?")[0]:
        return "must not hold a user or password"
    if "?" in url and not may_have_query:
        return "must not hold a query"
    if "#" in url or "\\" in url:
        return "must not hold # or \\"
    if scheme not in ("http", "https") or not url.isprintable() or " " in url or not _is_server(authority):
        return "is none"
    if not rest.partition("/")[2].isascii():
        return "must hold other letters than ASCII's as %XX"
    return ""


def _is_server(authority: str) -> bool:
    if authority.startswith("["):
        host, bracket, port = authority[1:].partition("]")
        if not bracket or host.strip("0123456789abcdefABCDEF:."):
            return False
    else:
        host, colon, port = authority.partition(":")
        port = colon + port
    if not host or (port and not port.startswith(":")):
        return False
    digits = port[1:]
    return not port or (digits.isascii() and digits.isdecimal() and len(digits) <= 5 and 0 < int(digits) <= 65_535)


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


def shown(url: str, is_path_secret: bool = False) -> str:
    """An address without what only its owner may know."""
    scheme, colon, rest = url.partition("://")
    if not colon:
        # Whatever it was meant to be, it may hold a password.
        return "..." if "@" in url or "?" in url else url
    plain, question, _ = rest.partition("?")
    authority, slash, path = plain.partition("/")
    if "@" in path:  # a password may hold a slash
        authority, slash, path = plain.rpartition("@")[2].partition("/")
        authority = f"...@{authority}"
    elif "@" in authority:
        authority = "...@" + authority.rpartition("@")[2]
    if is_path_secret and path:
        path = "..."
    return f"{scheme}://{authority}{slash}{path}{'?...' if question else ''}"
