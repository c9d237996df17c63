"""/graphql: a request in, an answer out, in the form that clients of Adobe's services expect.

graphql-core does the work; here are the limits, the scope and the errors.
"""

import hashlib
import json
import re
import traceback
import uuid
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from saasexport.service.catalog.scope import (
    ENVIRONMENT,
    GROUP,
    STORE,
    STORE_VIEW,
    WEBSITE,
    ScopeError,
    is_preview,
    read_header,
)
from saasexport.service.connected import Connected
from saasexport.service.graphql import bounds, executing
from saasexport.web.wire import Answer, Headers, Request

INSTALL = "/graphql needs graphql-core; run: pip install 'saasexport[graphql]'"

MOST_KEPT = 500

MOST_ERRORS = 100

# An escape may stand for half a sign, which nothing can be compared with, and which cannot be sent back.
_HALF_A_SIGN = re.compile(r"\\u[dD][89a-fA-F]")

_ABOUT_THE_SCHEMA = re.compile(r"__(schema|type)\b")


class Question(NamedTuple):
    """What a request asks."""

    text: str
    variables: dict[str, Any] | None
    operation: str | None


class Engine:
    """The schema, and the queries that were parsed and found valid."""

    def __init__(self) -> None:
        import graphql

        self.graphql = graphql
        self.schema = graphql.build_schema(
            files("saasexport.service.graphql").joinpath("schema.graphql").read_text(encoding="utf-8")
        )
        self.schema_currencies = set(self.schema.type_map["ProductViewCurrency"].values)  # type: ignore[attr-defined]
        # Old clients declare variables that they do not use.
        self._rules = [rule for rule in graphql.specified_rules if rule.__name__ != "NoUnusedVariablesRule"]
        self._kept: dict[str, Any] = {}
        self.options = executing.options_of(graphql)

    def root(self, answers: Any, budget: bounds.Budget, is_group_said: bool) -> Any:
        """What the fields of the root are asked of."""
        from saasexport.service.graphql.questions import Questions
        from saasexport.service.graphql.values import Views

        return Questions(answers, Views(self.schema_currencies.__contains__, budget.spend), is_group_said)

    def document(self, text: str) -> Any:
        """The query, parsed and valid, or the list of what is wrong with it."""
        if text not in self._kept:
            graphql = self.graphql
            if len(text.encode()) > bounds.LONGEST_QUERY:
                return [graphql.GraphQLError(f"the query has more than {bounds.LONGEST_QUERY} bytes")]
            try:
                document = graphql.parse(text, max_tokens=bounds.MOST_TOKENS)
            except graphql.GraphQLError as error:
                return [error]
            except RecursionError:
                return [graphql.GraphQLError("query too complex: it is nested too deeply")]
            errors = bounds.too_much(graphql, document) or graphql.validate(self.schema, document, self._rules)
            if errors:
                return errors
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[text] = document
        return self._kept[text]


_ENGINE: list[Engine] = []


def answer(connected: Connected, request: Request, body: bytes, environment: str) -> Answer:
    """The answer to a request."""
    try:
        engine = _engine()
    except ImportError:
        return Answer(501, json.dumps({"errors": [{"message": INSTALL}]}).encode())
    # Until a query was understood a request id is made up; a client's own is repeated.
    request_id = read_header(request.headers, "X-Request-Id") or str(uuid.uuid4())
    try:
        question = _question(request, body)
    except ValueError as error:
        content = {"errors": [{"message": str(error)}], "extensions": {"request-id": request_id}}
        return Answer(400, json.dumps(content).encode())
    content = _content(engine, connected, question, request.headers, environment)
    content["extensions"] = {"request-id": request_id}
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    headers = _caching(request, content)
    if request.headers.get("if-none-match") in dict(headers).values():
        return Answer(304, text, headers)
    return Answer(200, text, headers)


def _engine() -> Engine:
    if not _ENGINE:
        _ENGINE.append(Engine())
    return _ENGINE[0]


def _question(request: Request, body: bytes) -> Question:
    """What is asked; ValueError if it cannot be read."""
    if request.method == "POST":
        try:
            content = _read_json(body.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise ValueError("the body is not JSON") from error
    else:
        row = parse_qs(request.query, keep_blank_values=True)
        content = {name: row[name][-1] for name in ("query", "variables", "operationName") if name in row}
        try:
            content["variables"] = _read_json(content.get("variables") or "null")
        except (ValueError, RecursionError) as error:
            raise ValueError("variables: not JSON") from error
    if not isinstance(content, dict) or not isinstance(content.get("query"), str):
        raise ValueError("expected a query")
    variables, operation = content.get("variables"), content.get("operationName")
    if not isinstance(variables, dict | None) or not isinstance(operation, str | None):
        raise ValueError("expected variables to be an object, and operationName a text")
    return Question(content["query"], variables, operation or None)


def _read_json(text: str) -> Any:
    content = json.loads(text)
    if _HALF_A_SIGN.search(text):
        return json.loads(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))
    return content


def _content(
    engine: Engine, connected: Connected, question: Question, headers: Mapping[str, str], environment: str
) -> dict[str, Any]:
    document = engine.document(question.text)
    if isinstance(document, list):
        kind = "InvalidSyntax" if document[0].__class__.__name__ == "GraphQLSyntaxError" else "ValidationError"
        return {"errors": [_error(error, kind) for error in document[:20]], "data": None}
    budget = bounds.Budget(engine.graphql.GraphQLError)
    if _only_about_the_schema(document):
        return _execute(engine, document, question, None, budget)
    try:
        with connected.answering(headers, environment) as answers:
            budget.begin()
            is_said = bool(read_header(headers, GROUP))
            return _execute(engine, document, question, engine.root(answers, budget, is_said), budget)
    except ScopeError as error:
        return {"errors": [{"message": str(error), "extensions": {"classification": "ValidationError"}}], "data": None}


def _execute(
    engine: Engine, document: Any, question: Question, root: object, budget: bounds.Budget
) -> dict[str, Any]:
    """What the operation that is meant comes to."""
    result = engine.graphql.execute_sync(
        engine.schema,
        document,
        root,
        budget,
        variable_values=question.variables,
        operation_name=question.operation,
        field_resolver=_field,
        # The schema's own fields are resolved elsewhere.
        middleware=[_timely] if _ABOUT_THE_SCHEMA.search(question.text) else None,
        **engine.options,
    )
    content: dict[str, Any] = {}
    if result.errors:
        content["errors"] = [_error(error, "DataFetchingException") for error in result.errors[:MOST_ERRORS]]
    content["data"] = result.data
    return content


def _field(source: Any, info: Any, **arguments: Any) -> Any:
    """A field of the root, or of the values that stand for all other types."""
    value = source.get(info.field_name) if type(source) is dict else getattr(source, info.field_name, None)
    if callable(value):
        info.context.check()
        return value(info, **arguments)
    return value


def _timely(resolve: Callable[..., Any], source: Any, info: Any, **arguments: Any) -> Any:
    info.context.check()
    return resolve(source, info, **arguments)


def _error(error: Any, kind: str) -> dict[str, Any]:
    """An error as clients read it; what nobody foresaw is told to whoever started the service."""
    row = dict(error.formatted)
    original = error.original_error
    if original is not None and type(original).__name__ not in ("GraphQLError", "QuestionError"):
        traceback.print_exception(original)
        row["message"] = "Something unexpected went wrong; what the server prints has the details."
    row.setdefault("extensions", {"classification": kind, "errorMessage": row["message"]})
    return row


def _only_about_the_schema(document: Any) -> bool:
    """Whether nothing but the schema is asked for: that needs no scope."""
    names = {
        getattr(getattr(node, "name", None), "value", "...")
        for definition in document.definitions
        if definition.kind == "operation_definition"
        for node in definition.selection_set.selections
    }
    return names <= {"__schema", "__type", "__typename"}


def _caching(request: Request, content: dict[str, Any]) -> Headers:
    if request.method == "POST" or is_preview(request.headers):
        return (("Cache-Control", "no-store"),)
    mark = json.dumps(content.get("data"), sort_keys=True).encode()
    tag = hashlib.sha1(mark, usedforsecurity=False).hexdigest()
    scope = ", ".join((ENVIRONMENT, STORE_VIEW, STORE, WEBSITE, GROUP))
    return (("Cache-Control", "no-cache"), ("ETag", f'"{tag}"'), ("Vary", scope))
