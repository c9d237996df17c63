"""What the pages of the storefront share: addresses, the frame, the form on top, prices and products in a list.

Plain pages: no script, nothing from elsewhere (not even the shop's images), and
every text of the shop is escaped by the templates.
"""

import base64
import hashlib
import os
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import saasexport
from saasexport import queries
from saasexport.service.catalog.prices import Price, Range, round_amount
from saasexport.service.catalog.product import Product
from saasexport.service.catalog.scope import group_hash
from saasexport.service.connected import Answers
from saasexport.service.storefront.answers import SCOPE_PARAMETERS, Parameters
from saasexport.web import templates
from saasexport.web.templates import Markup
from saasexport.web.wire import Answer

HTML = templates.beside(__file__)

STYLE = queries.text_of(os.path.join(os.path.dirname(__file__), "style.css")).strip()

# The style stands in the page; its hash is what allows it there.
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

HEADERS = (
    (
        "Content-Security-Policy",
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)

SORTS = (
    ("", "relevance or position"),
    ("price", "price, cheapest first"),
    ("-price", "price, dearest first"),
    ("name", "name"),
    ("newest", "newest"),
)

CURRENT = Markup(' aria-current="true"')


class Addresses:
    """Addresses of pages, all for the scope that is looked at."""

    def __init__(self, parameters: Parameters) -> None:
        self.scope = {name: parameters.one(name) for name in SCOPE_PARAMETERS if parameters.one(name)}

    def listing(self, **values: Any) -> str:
        """The page of a search or a category."""
        return self._at("/storefront/", values)

    def product(self, sku: str, options: Iterable[str] = ()) -> str:
        """The page of a product of which something is chosen."""
        return self._at("/storefront/product", {"sku": sku, "option": list(options)})

    def _at(self, path: str, values: dict[str, Any]) -> str:
        given = {name: value for name, value in {**self.scope, **values}.items() if value not in ("", None, [])}
        return path + ("?" + urlencode(given, doseq=True) if given else "")


def frame(title: str, body: Markup, addresses: Addresses, form: Markup | str = "", environment: str = "") -> Markup:
    """A whole page."""
    return HTML.frame(
        title=title,
        style=Markup(STYLE),
        home=addresses.listing(),
        form=form,
        body=body,
        environment=environment or "this service",
        version=saasexport.__version__,
    )


def answer(page: Markup, status: int = 200) -> Answer:
    """A page as it is sent."""
    return Answer(status, page.encode("utf-8", "replace"), HEADERS, "text/html; charset=utf-8")


def message(title: str, text: str, parameters: Parameters, status: int) -> Answer:
    """A page that says one thing, and lets another data space be looked at."""
    space = HTML.space(environment=parameters.one("environment"))
    body = templates.join([HTML.message(title=title, text=text), space])
    return answer(frame(title, Markup(body), Addresses(parameters)), status)


def groups_of(answers: Answers) -> dict[str, str]:
    """The customer groups of the store view's website: the name of each by its code."""
    scope = answers.scope
    rows = {group_hash("0"): "0, not logged in"}
    for item in answers.catalog.items.every("scopesCustomerGroup"):
        if not item.get("websites") or scope.view.website in item["websites"]:
            number, code = str(item["customerGroupId"]), str(item["customerGroupCode"])
            rows.setdefault(code, number)
    return rows


def form(answers: Answers, parameters: Parameters, suggestions: Iterable[str] = (), kept: Iterable[str] = ()) -> Markup:
    """The search box, with the scope; `kept` names what goes along beside."""
    scope = answers.scope
    views = sorted(answers.catalog.space.views) or [scope.view.code]
    return HTML.form(
        phrase=parameters.one("q"),
        suggestions=[HTML.suggestion(value=text) for text in suggestions],
        sorts=[_option(value, text, parameters.one("sort")) for value, text in SORTS],
        views=[_option(view, view, scope.view.code) for view in views],
        groups=[_option(code, name, scope.group) for code, name in groups_of(answers).items()],
        kept=[
            HTML.hidden(name=name, value=value)
            for name in ("environment", *kept)
            for value in parameters.all(name)
            if value
        ],
    )


def _option(value: str, text: str, chosen: str) -> Markup:
    return HTML.option(value=value, text=text, selected=Markup(" selected") if value == chosen else "")


def card(product: Product, addresses: Addresses, mark: str = "") -> Markup:
    """A product in a list."""
    level, stock = stock_of(product)
    return HTML.card(
        href=addresses.product(product.sku),
        name=product.name or product.sku,
        sku=product.sku,
        kind=product.kind.replace("_", " "),
        price=price_of(product),
        level=level,
        stock=stock,
        mark=HTML.mark(text=mark) if mark else "",
    )


def stock_of(product: Product) -> tuple[str, str]:
    """How well it can be had, and that in words."""
    if not product.in_stock:
        return "out", "out of stock"
    return ("some", "low stock") if product.item.get("lowStock") and not product.is_complex else ("ok", "in stock")


def price_of(product: Product, prices: Range | None = None) -> Markup:
    """What it costs this group; `prices` where something of it is chosen."""
    if not product.permission.shows_price:
        return HTML.no_price(text="this group sees no price")
    currency = str(product.item.get("currency") or "")
    if product.is_complex:
        prices = prices or product.price_range()
        if prices is None:
            return HTML.no_price(text="no price")
        least, most = prices.minimum.final, prices.maximum.final
        now = amount(least, currency) if least == most else f"{amount(least, '')} to {amount(most, currency)}"
        return HTML.price(before="", now=now)
    price = product.price()
    return HTML.no_price(text="no price") if price is None else _one_price(price, currency)


def _one_price(price: Price, currency: str) -> Markup:
    before = HTML.before(amount=amount(price.regular, "")) if price.regular != price.final else ""
    return HTML.price(before=Markup(f"{before} ") if before else "", now=amount(price.final, currency))


def amount(value: Any, currency: str) -> str:
    """An amount for people."""
    text = f"{round_amount(value):,.4f}"
    while text.endswith("0") and len(text.rpartition(".")[2]) > 2:
        text = text[:-1]
    return f"{text} {currency}".strip()
