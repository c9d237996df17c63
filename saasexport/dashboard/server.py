"""The dashboard as a process: the house's server over its pages, and what it refuses."""

import secrets
from urllib.parse import parse_qs, unquote

from saasexport.dashboard import pages
from saasexport.dashboard.guard import foreign
from saasexport.dashboard.pages import POLICY, Page
from saasexport.dashboard.routes import Routes
from saasexport.web.budget import Taking
from saasexport.web.hosts import Hosts
from saasexport.web.server import Limits, Server, listen
from saasexport.web.wire import Answer, Headers, Refusal, Request

# A form with every item of a page ticked has a tenth of it.
LARGEST_FORM = 65_536

LIMITS = Limits(
    request_seconds=10.0,
    idle_seconds=30.0,
    connections=64,  # a person has a few; a browser opens some more ahead of time
    memory=67_108_864,
    descriptors=10,  # the databases, their logs and the configuration
)

HEADERS: Headers = (
    ("Server", "saasexport"),
    ("Content-Security-Policy", POLICY + "; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # Not no-referrer: with it browsers say `Origin: null` of our own forms.  Nobody else learns anything either way.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)


class Dashboard(Server):
    """The server; `serve()` runs it until `stop()`."""

    def __init__(self, config: str | None, host: str, port: int) -> None:
        hosts = Hosts([host], "open the dashboard under the address it printed")
        super().__init__(listen(host, port), Pages(config), hosts, LIMITS)


class Pages:
    """The application: requests in, pages out."""

    def __init__(self, config: str | None) -> None:
        # Only a page of this process holds it.
        self._token = secrets.token_urlsafe(32)
        self._routes = Routes(config, self._token)

    def admit(self, request: Request) -> None:
        """Refuse what is neither a look at a page nor a form of one."""
        if request.method not in ("GET", "HEAD", "POST"):
            raise Refusal(501, "There is nothing of that kind here.", closes=True)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        is_form = request.method == "POST" and kind == "application/x-www-form-urlencoded"
        if not is_form and (request.method == "POST" or request.length):
            raise Refusal(400, "It is no form of this dashboard.", closes=True)
        if request.length > LARGEST_FORM:
            raise Refusal(413, "The form is too large.", closes=True)

    def answer(self, _: None, request: Request, body: bytes, taking: Taking) -> Answer:
        """Show a page, or do what a form of ours asks for."""
        if request.method == "POST":
            form = _parse(request.path, body.decode("utf-8", "replace"))
            if reason := foreign(request.headers, form.one("token"), self._token):
                raise Refusal(403, reason)
            page = self._routes.post(form)
        else:
            page = self._routes.get(_parse(request.path, request.query))
        answer = _answer(page, request.path)
        taking(len(answer.body))
        return answer

    def refuse(self, refusal: Refusal) -> Answer:
        """A refusal as a page."""
        return _answer(pages.message("Request refused", str(refusal), refusal.status), "", refusal.headers)


def _parse(path: str, query: str) -> pages.Request:
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=1_000)
    except ValueError as error:
        raise Refusal(400, "It has too many fields.") from error
    return pages.Request(unquote(path), values)


def _answer(page: Page, path: str, headers: Headers = ()) -> Answer:
    headers = HEADERS + headers
    if page.status == 405:
        headers += (("Allow", "POST"),)
    if page.location:
        headers += (("Location", page.location),)
    body = pages.frame(page, path).encode("utf-8", "replace")
    return Answer(page.status, body, headers, "text/html; charset=utf-8")
