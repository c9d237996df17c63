"""What all pages share: request, answer, the frame around a page, and small pieces of HTML."""

import base64
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import saasexport
from saasexport import queries
from saasexport.usage import as_typed
from saasexport.web import templates
from saasexport.web.templates import Markup

HTML = templates.beside(__file__)

STYLE = queries.text_of(os.path.join(os.path.dirname(__file__), "style.css")).strip()

# The style sheet stands in the page, so that the page is whole; its hash is what allows it there.
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

# Nothing from elsewhere, no script, no frame around it, forms to ourselves only.
POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; form-action 'self'; base-uri 'none'"

_NAVIGATION = (("/", "Feed status"), ("/data", "Data management"))


@dataclass(frozen=True)
class Request:
    """What was asked: a path, and the values of its query or form."""

    path: str
    values: dict[str, list[str]] = field(default_factory=dict)

    def one(self, name: str, default: str = "") -> str:
        """The value of a name, the first if there are several."""
        return self.values.get(name, [default])[0]

    def number(self, name: str) -> int | None:
        """A value that is a whole number of SQLite's; None if it is not."""
        return whole(self.one(name))


@dataclass(frozen=True)
class Page:
    """A page: what stands between header and footer, and what is said about it."""

    title: str
    body: Markup
    status: int = 200
    environment: str = ""
    location: str = ""  # go there instead (303)
    refresh: int = 0  # look again after so many seconds


def whole(text: str) -> int | None:
    """A whole number that SQLite can hold, without sign; None for anything else."""
    if text.isascii() and text.isdecimal() and len(text) <= 18:
        return int(text)
    return None


def frame(page: Page, path: str, is_file: bool = False) -> str:
    """The whole document; as a file it leads nowhere."""
    links = [
        HTML.navigation_link(href=href, text=text, current=Markup(' aria-current="page"') if href == path else "")
        for href, text in _NAVIGATION
    ]
    return HTML.frame(
        title=page.title,
        style=Markup(STYLE),
        refresh=HTML.refresh(seconds=str(page.refresh)) if page.refresh else "",
        policy=HTML.policy(policy=Markup(POLICY)) if is_file else "",
        navigation="" if is_file else HTML.navigation(links=links),
        environment=HTML.environment(name=page.environment) if page.environment else "",
        body=page.body,
        version=saasexport.__version__,
    )


def message(title: str, text: str, status: int = 200, more: Markup | str = "", hint: str = "") -> Page:
    """A page that says one thing."""
    hints = HTML.hint(text=as_typed(hint)) if hint else ""
    body = HTML.message(title=title, text=as_typed(text), hint=hints, more=more)
    return Page(title, body, status)


def go_to(location: str) -> Page:
    """Have the browser ask for another page."""
    body = HTML.message(title="See other", text="", hint="", more=link(location, "Go on"))
    return Page("See other", body, 303, location=location)


def address(path: str, **values: object) -> str:
    """A path of ours with a query; what is empty is left out."""
    given = {name: value for name, value in values.items() if value not in (None, "", [])}
    return quote(path) + ("?" + urlencode(given, doseq=True) if given else "")


def link(href: str, text: str) -> Markup:
    """A link."""
    return HTML.link(href=href, text=text)


def option(value: str, text: str, chosen: str) -> Markup:
    """A choice of a select."""
    return HTML.option(value=value, text=text, selected=Markup(" selected") if value == chosen else "")


def hidden(name: str, values: Iterable[object]) -> Markup:
    """Values a form carries along."""
    return templates.join(HTML.hidden(name=name, value=str(value)) for value in values)
