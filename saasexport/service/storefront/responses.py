"""What is answered at each path of the connected services."""

from saasexport.service.catalog.scope import ScopeError
from saasexport.service.connected import Building, Connected
from saasexport.service.search.query import SearchError
from saasexport.service.storefront import answers
from saasexport.service.storefront.paths import GRAPHQL, SEARCH, UNITS, Asked
from saasexport.web.wire import Answer, Refusal, Request


def respond(connected: Connected, asked: Asked, request: Request, body: bytes) -> Answer:
    """The answer to a request, or the refusal of one that cannot be answered."""
    try:
        return _answered(connected, asked, request, body)
    except (ScopeError, SearchError) as error:
        raise Refusal(400, str(error)) from error
    except Building as error:
        raise Refusal(503, "the index is being made", headers=(("Retry-After", "5"),)) from error


def _answered(connected: Connected, asked: Asked, request: Request, body: bytes) -> Answer:
    if asked.what == GRAPHQL:
        from saasexport.service.graphql.endpoint import answered  # late: an extra that few have

        return answered(connected, request, body, asked.name)
    if asked.what == UNITS:
        return answers.json_answer(answers.units(connected.settings))
    parameters = answers.Parameters(request.query)
    with connected.answering(parameters.scope(request.headers), is_strict=False) as scope:
        if asked.what == SEARCH:
            return answers.json_answer(answers.search(scope, parameters))
        return answers.json_answer(answers.recommend(scope, parameters))
