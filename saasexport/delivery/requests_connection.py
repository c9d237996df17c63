"""A connection through the `requests` library: for people behind proxies or with client certificates.

An optional extra (`pip install saasexport[requests]`), imported only when
`[service] transport = "requests"` says so.  Proxies, certificates and netrc
come from the environment, as that library's users expect.
"""

import time

from saasexport.delivery.extras import find_installed
from saasexport.delivery.http_connection import MOST_BODY, Response, trust
from saasexport.errors import ConfigError, ServiceError
from saasexport.stdlib import Any

# How a connection ends that was kept; one that is refused is a new one.
ENDED = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)


class RequestsConnection:
    """The same as saasexport.delivery.http_connection.Connection, by other means."""

    def __init__(
        self, url: str, timeout: float, ca_file: str | None = None, ca_place: str = "[service] ca_file"
    ) -> None:
        find_installed()
        try:
            import requests
        except ImportError as error:
            raise ConfigError(
                '[service] transport = "requests" needs a library that is not installed',
                "pip install saasexport[requests]",
            ) from error
        self.url = url.rstrip("/")
        self.timeout = timeout
        self._errors: Any = requests.RequestException
        self._session: Any = requests.Session()
        self._was_used = False
        if ca_file:
            trust(ca_file, ca_place)  # what is wrong with it, that library says in no line
            self._session.verify = ca_file

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Response:
        """Post a body and read the answer; ServiceError if there is none within the timeout."""
        return self._ask("POST", path, headers, body)

    def get(self, path: str, headers: dict[str, str]) -> Response:
        """Read what stands at a path; ServiceError if no answer comes within the timeout."""
        return self._ask("GET", path, headers, None)

    def request(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
        """Send a body by any method and read the answer; ServiceError if there is none within the timeout."""
        return self._ask(method, path, headers, body)

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Response:
        deadline = time.monotonic() + self.timeout
        was_used, self._was_used = self._was_used, True
        try:
            return self._once(method, path, headers, body, deadline)
        except self._errors as error:
            # A connection that was kept has ended before an answer: once more, on a new one.
            if not (was_used and isinstance(_innermost(error), ENDED)):
                raise ServiceError(f"{self.url}: {_reason(error)}") from error
        try:
            return self._once(method, path, headers, body, deadline)
        except self._errors as error:
            raise ServiceError(f"{self.url}: {_reason(error)}") from error

    def _once(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None, deadline: float
    ) -> Response:
        left = max(deadline - time.monotonic(), 0.001)
        with self._session.request(
            method, self.url + path, data=body, headers=headers, timeout=left, allow_redirects=False, stream=True
        ) as answer:
            try:
                content = self._content(answer, deadline)
            except self._errors as error:  # an answer had begun: it is no reason to send the same again
                raise ServiceError(f"{self.url}: {_reason(error)}") from error
            names = {name.lower(): value for name, value in answer.headers.items()}
            return Response(answer.status_code, names, content)

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


def _innermost(error: BaseException) -> BaseException:
    """What was raised first: requests wraps its errors many times."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return error


def _reason(error: BaseException) -> str:
    """The innermost reason, on one line."""
    return " ".join(str(_innermost(error)).split())[:200]
