"""What the readable paths of the service share: the parameters of a query, pages, and JSON."""

import json
import re
from urllib.parse import parse_qsl

from saasexport.web.wire import Refusal

DEFAULT_LIMIT = 100
MOST_PER_PAGE = 1000


def parameters(query: str, known: tuple[str, ...]) -> dict[str, str]:
    """The parameters of a query, each known and given once."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), errors="strict")
    except ValueError as error:
        raise Refusal(400, "the query is malformed") from error
    for name, _ in pairs:
        if name not in known:
            raise Refusal(400, f"{name[:100]}: not known here, which takes {', '.join(known)}")
    if len(dict(pairs)) < len(pairs):
        raise Refusal(400, "a parameter is given twice")
    return dict(pairs)


def limit_of(query: dict[str, str]) -> int:
    """The most entries of a page."""
    limit = query.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch("[0-9]{1,4}", limit) or not 1 <= int(limit) <= MOST_PER_PAGE:
        raise Refusal(400, f"limit: expected a number from 1 to {MOST_PER_PAGE}")
    return int(limit)


def json_bytes(content: object) -> bytes:
    """Compact JSON, in ASCII."""
    return json.dumps(content, separators=(",", ":")).encode()
