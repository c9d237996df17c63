"""/graphql: a request in, an answer out, in the form that clients of Adobe's services expect.

graphql-core does the work; here are the limits, the scope and the errors.
"""

import hashlib
import json
import time
import traceback
import uuid
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from saasexport.service.catalog.scope import GROUP, ScopeError, read_header
from saasexport.service.connected import Connected
from saasexport.web.wire import Answer, Headers, Request

INSTALL = "/graphql needs graphql-core; run: pip install 'saasexport[graphql]'"

LONGEST_QUERY = 65_536
MOST_TOKENS = 15_000
DEEPEST = 15
MOST_FIELDS = 1_000
MOST_PRODUCTS = 20_000
SECONDS = 10.0

MOST_KEPT = 500


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

    def document(self, text: str) -> Any:
        """The query, parsed and valid, or the list of what is wrong with it."""
        if text not in self._kept:
            graphql = self.graphql
            if len(text.encode()) > LONGEST_QUERY:
                return [graphql.GraphQLError(f"the query has more than {LONGEST_QUERY} bytes")]
            try:
                document = graphql.parse(text, max_tokens=MOST_TOKENS)
            except graphql.GraphQLError as error:
                return [error]
            except RecursionError:
                return [graphql.GraphQLError("query too complex: it is nested too deeply")]
            errors = _too_much(graphql, document) or graphql.validate(self.schema, document, self._rules)
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
    return Answer(200, text, _caching(request, content))


def _engine() -> Engine:
    if not _ENGINE:
        _ENGINE.append(Engine())
    return _ENGINE[0]


def _question(request: Request, body: bytes) -> Question:
    """What is asked; ValueError if it cannot be read."""
    if request.method == "POST":
        try:
            content = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise ValueError("the body is not JSON") from error
    else:
        row = parse_qs(request.query, keep_blank_values=True)
        content = {name: row[name][-1] for name in ("query", "variables", "operationName") if name in row}
        try:
            content["variables"] = json.loads(content.get("variables") or "null")
        except (ValueError, RecursionError) as error:
            raise ValueError("variables: not JSON") from error
    if not isinstance(content, dict) or not isinstance(content.get("query"), str):
        raise ValueError("expected a query")
    variables, operation = content.get("variables"), content.get("operationName")
    if not isinstance(variables, dict | None) or not isinstance(operation, str | None):
        raise ValueError("expected variables to be an object, and operationName a text")
    return Question(content["query"], variables, operation or None)


def _content(
    engine: Engine, connected: Connected, question: Question, headers: Mapping[str, str], environment: str
) -> dict[str, Any]:
    document = engine.document(question.text)
    if isinstance(document, list):
        kind = "InvalidSyntax" if document[0].__class__.__name__ == "GraphQLSyntaxError" else "ValidationError"
        return {"errors": [_error(error, kind) for error in document[:20]], "data": None}
    context = (question.variables or {}).get("context")
    if not read_header(headers, GROUP) and isinstance(context, dict) and context.get("customerGroup"):
        headers = {**headers, GROUP.lower(): str(context["customerGroup"])}
    if _only_about_the_schema(document):
        return _execute(engine, document, question, None)
    try:
        with connected.answering(headers, environment) as answers:
            return _answers_of(engine, answers, document, question)
    except ScopeError as error:
        return {"errors": [{"message": str(error), "extensions": {"classification": "ValidationError"}}], "data": None}


def _answers_of(engine: Engine, answers: Any, document: Any, question: Question) -> dict[str, Any]:
    from saasexport.service.graphql.questions import Questions
    from saasexport.service.graphql.values import Views

    graphql = engine.graphql
    end = time.monotonic() + SECONDS
    left = [MOST_PRODUCTS]

    def spend() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise graphql.GraphQLError(f"query too complex: it asks for more than {MOST_PRODUCTS} products")
        if time.monotonic() > end:
            raise graphql.GraphQLError(f"query too complex: it takes more than {SECONDS:g} s")

    root = Questions(answers, Views(engine.schema_currencies.__contains__, spend))
    return _execute(engine, document, question, root)


def _execute(engine: Engine, document: Any, question: Question, root: object) -> dict[str, Any]:
    """What the operation that is meant comes to."""
    result = engine.graphql.execute_sync(
        engine.schema,
        document,
        root,
        variable_values=question.variables,
        operation_name=question.operation,
        field_resolver=_field,
    )
    content: dict[str, Any] = {}
    if result.errors:
        content["errors"] = [_error(error, "DataFetchingException") for error in result.errors]
    content["data"] = result.data
    return content


def _field(source: Any, info: Any, **arguments: Any) -> Any:
    """A field of the root, or of the values that stand for all other types."""
    value = source.get(info.field_name) if type(source) is dict else getattr(source, info.field_name, None)
    return value(info, **arguments) if callable(value) else value


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


def _too_much(graphql: Any, document: Any) -> list[Any]:
    """Whether a query is too deep, or has too many fields, its fragments written out."""
    fragments = {row.name.value: row for row in document.definitions if row.kind == "fragment_definition"}
    memo: dict[str, tuple[int, int]] = {}

    def measure(selections: Any, open_names: tuple[str, ...]) -> tuple[int, int]:
        depth = fields = 0
        for node in selections.selections if selections else ():
            if node.kind == "field":
                if node.name.value.startswith("__"):
                    continue
                below, more = measure(node.selection_set, open_names)
                below, more = below + 1, more + 1
            elif node.kind == "inline_fragment":
                below, more = measure(node.selection_set, open_names)
            else:
                name = node.name.value
                if name in open_names or name not in fragments:
                    continue
                if name not in memo:
                    memo[name] = measure(fragments[name].selection_set, (*open_names, name))
                below, more = memo[name]
            depth, fields = max(depth, below), fields + more
        return depth, fields

    for row in document.definitions:
        if row.kind != "operation_definition":
            continue
        depth, fields = measure(row.selection_set, ())
        if depth > DEEPEST:
            return [graphql.GraphQLError(f"query too complex: it is {depth} levels deep, {DEEPEST} are allowed")]
        if fields > MOST_FIELDS:
            return [graphql.GraphQLError(f"query too complex: it has {fields} fields, {MOST_FIELDS} are allowed")]
    return []


def _caching(request: Request, content: dict[str, Any]) -> Headers:
    if request.method == "POST" or read_header(request.headers, "Magento-Is-Preview"):
        return (("Cache-Control", "no-store"),)
    mark = json.dumps(content.get("data"), sort_keys=True).encode()
    tag = hashlib.sha1(mark, usedforsecurity=False).hexdigest()
    scope = "Magento-Environment-Id, Magento-Store-View-Code, Magento-Customer-Group"
    return (("Cache-Control", "no-cache"), ("ETag", f'"{tag}"'), ("Vary", scope))
