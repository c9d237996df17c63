"""Typesense: a document for each item in one collection, which is made where it is missing.

A request takes many documents and always answers 200, with a line for each in their order.  It does not understand
compressed bodies.  What is acknowledged can be searched.
"""

import json
from collections.abc import Callable
from urllib.parse import quote

from saasexport.database.feed_table import Pending
from saasexport.delivery import answers
from saasexport.delivery.destinations import Call, Check, Verdict, judge_failure
from saasexport.delivery.destinations.documents import document_of
from saasexport.delivery.http_connection import Response
from saasexport.delivery.transport import Settings, Transport
from saasexport.errors import ServiceError
from saasexport.feed import Feed
from saasexport.stdlib import Any

# Values are taken as they are or refused, never changed to what another document had.
IMPORT = "import?action=upsert&return_id=true&dirty_values=reject"

# Never a field for everything: its type would be guessed from the first document, and others refused.
FIELDS = [{"name": name, "type": "string", "facet": True} for name in ("environment", "feed")]

# Ids are part of the address of a deletion, which grows with them.
MOST_IDS = 500

HINT = "check [service.typesense] api_key_file"
MAY_NOT_MAKE = "allow the key collections:create, or make the collection (docs/destinations.md 2)"


class Typesense:
    """A collection of a Typesense cluster."""

    def __init__(self, settings: Settings, transport: Transport, _route: Callable[[Feed], str]) -> None:
        self.url = settings.url
        self.transport = transport
        self.environment = settings.environment_id
        self.collection = settings.options.get("collection") or settings.environment_id
        self.documents = f"/collections/{quote(self.collection, safe='')}/documents"
        self._missing = f"{self.url}: collection {self.collection} is missing, and our key may not make it"
        self.key = settings.options.get("api_key")

    def calls(self, feed: Feed, batch: list[Pending]) -> list[Call]:
        """What is gone is deleted by ids, then the others are imported."""
        calls = []
        deleted = [item for item in batch if item.is_deleted]
        for start in range(0, len(deleted), MOST_IDS):
            part = deleted[start : start + MOST_IDS]
            ids = ",".join(f"`{document_of(self.environment, feed, item).id}`" for item in part)
            calls.append(Call(part, f"{self.documents}?filter_by={quote(f'id:[{ids}]')}", b"", "DELETE"))
        if alive := [item for item in batch if not item.is_deleted]:
            body = b"\n".join(document_of(self.environment, feed, item).body for item in alive)
            calls.append(Call(alive, f"{self.documents}/{IMPORT}", body))
        return calls

    def send(self, call: Call, request_id: str) -> Response:
        """Send the documents; a collection that is missing is made first."""
        response = self._request(call.method, call.path, call.body, request_id)
        if response.status == 404:
            made = {"name": self.collection, "enable_nested_fields": True, "fields": FIELDS}
            answer = self._request("POST", "/collections", json.dumps(made).encode(), request_id)
            if answer.status in (401, 403):
                raise ServiceError(self._missing, MAY_NOT_MAKE)
            if answer.status not in (200, 201, 409):  # 409: another job was faster
                return answer
            response = self._request(call.method, call.path, call.body, request_id)
        return response

    def _request(self, method: str, path: str, body: bytes, request_id: str) -> Response:
        headers = {"Content-Type": "application/json", "X-Request-Id": request_id}
        if self.key:
            headers["X-TYPESENSE-API-KEY"] = self.key
        return self.transport.request(method, path, headers, body)

    def judge(self, call: Call, response: Response) -> Verdict:
        """What an answer means: each line is a document's."""
        if response.status != 200:
            message = answers.message_of(answers.read(response))
            return judge_failure(self.url, self.documents, response, message, HINT)
        if call.method == "DELETE":
            json.loads(response.body)["num_deleted"]  # else it is no answer of Typesense's
            return Verdict()  # what was not there is gone as well
        lines = [json.loads(line) for line in response.body.splitlines()]
        if len(lines) != len(call.batch):
            return Verdict(stopped=f"{self.url}: {len(lines)} lines of an answer to {len(call.batch)} documents")
        refused: dict[int, str] = {}
        failed: dict[int, str] = {}
        for place, line in enumerate(lines):
            if line["success"] is not True:
                kind = refused if line.get("code") in (400, 413) else failed
                kind[place] = _reason(line)
        return Verdict(refused, True, failed)

    def check(self) -> list[Check]:
        """An import of nothing is refused as any other, and stores nothing."""
        response = self._request("POST", f"{self.documents}/{IMPORT}", b"", "")
        place = f"{self.url}: collection {self.collection}"
        if response.status == 404:
            # What is no collection is refused, by whoever may make one with other words than by whoever may not.
            if self._request("POST", "/collections", b"{}", "").status in (401, 403):
                return [Check(False, self._missing, MAY_NOT_MAKE)]
            return [Check(True, f"{place}: takes our key; is made by the first job")]
        if response.status == 200:
            return [Check(True, f"{place}: takes our key")]
        message = answers.message_of(answers.read(response))
        text = f"{self.url}: answered {response.status}" + (f": {message}" if message else "")
        if response.status in (401, 403):
            return [Check(False, text, "see [service.typesense] api_key_file: the key must allow documents:* of it")]
        return [Check(False, text, "is it Typesense, and ready? See [service] url and the log of the server")]

    def close(self) -> None:
        """Nothing is open beside the transport."""


def _reason(line: dict[str, Any]) -> str:
    """Why a document was not taken; the line repeats the whole document, which is not kept."""
    return f"Typesense: {answers.message_of({'message': line.get('error')}) or 'refused'}"


connect = Typesense
