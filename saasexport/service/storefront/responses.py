"""What is answered at each path of the connected services."""

from saasexport.service.catalog.scope import ScopeError
from saasexport.service.connected import Building, Connected
from saasexport.service.search.query import SearchError
from saasexport.service.storefront import answers, pages
from saasexport.service.storefront.answers import Parameters
from saasexport.service.storefront.listing_page import Listing
from saasexport.service.storefront.paths import GRAPHQL, LISTING, PAGE, SEARCH, UNITS, Asked
from saasexport.service.storefront.product_page import ProductPage
from saasexport.web.wire import Answer, Refusal, Request

_TITLES = {400: "This cannot be answered", 404: "Not here", 503: "Not yet"}


def respond(connected: Connected, target: Asked, request: Request, body: bytes) -> Answer:
    """The answer to a request, or the refusal of one that cannot be answered; a page says why by itself."""
    if target.what != PAGE:
        return _respond(connected, target, request, body)
    try:
        return _respond(connected, target, request, body)
    except Refusal as refusal:
        title = _TITLES.get(refusal.status, "Refused")
        page = pages.message(title, f"{refusal}.", Parameters(request.query), refusal.status)
        return Answer(page.status, page.body, (*refusal.headers, *page.headers), page.kind)


def _respond(connected: Connected, target: Asked, request: Request, body: bytes) -> Answer:
    try:
        return _answer(connected, target, request, body)
    except (ScopeError, SearchError) as error:
        raise Refusal(400, str(error)) from error
    except Building as error:
        raise Refusal(503, "the index is being made", headers=(("Retry-After", "5"),)) from error


def _answer(connected: Connected, target: Asked, request: Request, body: bytes) -> Answer:
    if target.what == GRAPHQL:
        from saasexport.service.graphql.endpoint import answer  # late: an extra that few have

        return answer(connected, request, body, target.name)
    if target.what == UNITS:
        return answers.json_answer(answers.units(connected.settings))
    parameters = Parameters(request.query)
    with connected.answering(parameters.scope(request.headers), is_strict=False) as scope:
        if target.what == PAGE:
            page = Listing(scope, parameters) if target.name == LISTING else ProductPage(scope, parameters)
            return pages.answer(page.page())
        if target.what == SEARCH:
            return answers.json_answer(answers.search(scope, parameters))
        return answers.json_answer(answers.recommend(scope, parameters))
