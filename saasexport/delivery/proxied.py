"""A connection through the `requests` library: for people behind proxies or with client certificates.

An optional extra (`pip install saasexport[requests]`), imported only when
`[service] transport = "requests"` says so.  Proxies, certificates and netrc
come from the environment, as that library's users expect.
"""

import time
from typing import Any

from saasexport.delivery.connection import MOST_BODY, Response
from saasexport.errors import ConfigError, ServiceError


class RequestsConnection:
    """The same as saasexport.delivery.connection.Connection, by other means."""

    def __init__(self, url: str, timeout: float, ca_file: str | None = None) -> None:
        try:
            import requests
        except ImportError as error:
            raise ConfigError(
                '[service] transport = "requests" needs a library that is not installed',
                "pip install saasexport[requests]; a crontab line with -S does not see it",
            ) from error
        self.url = url.rstrip("/")
        self.timeout = timeout
        self._errors: Any = requests.RequestException
        self._session: Any = requests.Session()
        if ca_file:
            self._session.verify = ca_file

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Response:
        """Post a body and read the answer; ServiceError if there is none within the timeout."""
        deadline = time.monotonic() + self.timeout
        try:
            with self._session.post(
                self.url + path, data=body, headers=headers, timeout=self.timeout, allow_redirects=False, stream=True
            ) as answer:
                content = self._content(answer, deadline)
                names = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status_code, names, content)
        except self._errors as error:
            raise ServiceError(f"{self.url}: {_reason(error)}") from error

    def _content(self, answer: Any, deadline: float) -> bytes:
        content = b""
        for piece in answer.iter_content(65_536):
            content += piece
            if len(content) > MOST_BODY:
                raise ServiceError(f"{self.url}: an answer of more than {MOST_BODY} bytes")
            # The library's timeout is one per read: a dripping server would hold us for ever.
            if time.monotonic() > deadline:
                raise ServiceError(f"{self.url}: no answer within {self.timeout:g} s")
        return content

    def close(self) -> None:
        """Close the session's connections."""
        self._session.close()


def _reason(error: BaseException) -> str:
    """The innermost reason, on one line: requests wraps its errors many times."""
    inner = error.__cause__ or error.__context__
    while inner is not None and (inner.__cause__ or inner.__context__):
        inner = inner.__cause__ or inner.__context__
    return " ".join(str(inner or error).split())[:200]
