"""Who may change something.

Any page in the browser of the person who looks at the dashboard can send
requests to it.  Beside the server's own guard against foreign hosts, two
things keep other sites out: a POST must come from a page of this server, and
it must carry a token that only such a page holds.
"""

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit


def foreign(headers: Mapping[str, str], token: str, expected: str) -> str:
    """Why a POST cannot come from a page of this server; empty if it does."""
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return "It was sent by a page of another site."
    source = headers.get("origin") or headers.get("referer")
    if not source:
        return "It does not say which page sent it (no Origin, no Referer)."
    try:
        origin = urlsplit(source)
    except ValueError:
        return "The page that sent it has no valid address."
    if origin.netloc.lower() != headers.get("host", "").strip().lower():
        return "It was sent by a page of another site."
    if not hmac.compare_digest(token.encode(), expected.encode()):
        return "The page that sent it is older than this dashboard. Go back, reload the page and try again."
    return ""
