"""NATS JetStream: a message for each item, to a subject of its own.

The stream keeps the last message of a subject, so that it is a table of latest states that anything can read; a
deletion is a message like any other.  The stream is made where none takes the subject.
"""

import json
import threading
from collections.abc import Callable

from saasexport.database.feed_table import Pending
from saasexport.delivery import answers
from saasexport.delivery.destinations import Call, Check, Verdict
from saasexport.delivery.destinations.documents import document_of
from saasexport.delivery.http_connection import Response
from saasexport.delivery.nats_connection import Message, NatsConnection
from saasexport.delivery.transport import Settings, Transport
from saasexport.errors import ServiceError
from saasexport.feed import Feed
from saasexport.stdlib import Any

NO_STREAM = b'{"error":{"code":404,"description":"no stream takes the subject"}}'

# JetStream's code for a message that is larger than the stream allows.
MESSAGE_TOO_LARGE = 10054

# The last message of each subject, for ever, on disk.
STREAM = {
    "max_msgs_per_subject": 1,
    "max_msgs": -1,
    "max_bytes": -1,
    "max_age": 0,
    "storage": "file",
    "retention": "limits",
    "discard": "old",
    "num_replicas": 1,
}


class Nats:
    """A stream of a NATS server."""

    def __init__(self, settings: Settings, transport: Transport, _route: Callable[[Feed], str]) -> None:
        self.settings = settings
        self.transport = transport
        self.environment = settings.environment_id
        self.subject = settings.options.get("subject") or f"saasexport-{token(self.environment)}"
        self._mine = threading.local()
        self._opened: list[NatsConnection] = []

    def calls(self, feed: Feed, batch: list[Pending]) -> list[Call]:
        """One call for a batch, with a message for each item."""
        subject = f"{self.subject}.{token(self.environment)}.{token(feed.name)}"
        parts = []
        for pending in batch:
            made = document_of(self.environment, feed, pending)
            # Made from content alone the id would hold A, B, A within two minutes for one message too many.
            parts.append(Message(f"{subject}.{made.feed_id}", f"{made.id}:{made.item[feed.time_field]}", made.body))
        return [Call(batch, f"/{subject}", b"\n".join(part.body for part in parts), "PUB", parts)]

    def send(self, call: Call, _request_id: str) -> Response:
        """Publish the messages, and give their acknowledgements, a line each."""
        self.transport.keep_pace()
        connection = self._connection()
        acknowledged = connection.publish(call.parts)
        if None in acknowledged:
            self._make_stream(connection)
            acknowledged = connection.publish(call.parts)
        return Response(200, {}, b"\n".join(NO_STREAM if line is None else line for line in acknowledged))

    def judge(self, call: Call, response: Response) -> Verdict:
        """What the acknowledgements mean."""
        refused: dict[int, str] = {}
        failed: dict[int, str] = {}
        for place, line in enumerate(response.body.splitlines()):
            error = json.loads(line).get("error")
            if error is not None:
                is_large = error.get("err_code") == MESSAGE_TOO_LARGE or error.get("code") == 413
                (refused if is_large else failed)[place] = f"NATS: {_reason(error)}"
        if len(failed) == len(call.batch):
            return Verdict(stopped=f"{self.settings.url}: {failed[0]}")
        return Verdict(refused, True, failed)

    def check(self) -> list[Check]:
        """Asks which stream takes our subjects; a wrong token is refused before that."""
        connection = self._connection()
        subject = f"{self.subject}.>"
        (answer,) = connection.publish([Message("$JS.API.STREAM.NAMES", "", json.dumps({"subject": subject}).encode())])
        if answer is None:
            return [Check(False, f"{self.settings.url}: JetStream is not switched on", "start nats-server with -js")]
        names = ", ".join(json.loads(answer).get("streams") or ()) or "none yet: it is made by the first job"
        taken = f"takes our token and messages of up to {connection.max_payload} bytes"
        return [Check(True, f"{self.settings.url}: {taken}; the stream of {subject} is {names}")]

    def close(self) -> None:
        """Close the connections of all threads."""
        for connection in self._opened:
            connection.close()

    def _connection(self) -> NatsConnection:
        if not hasattr(self._mine, "connection"):
            settings = self.settings
            token = settings.options.get("token")
            self._mine.connection = NatsConnection(settings.url, settings.timeout, token, settings.ca_file)
            self._opened.append(self._mine.connection)
        connection: NatsConnection = self._mine.connection
        return connection

    def _make_stream(self, connection: NatsConnection) -> None:
        name = token(self.subject)
        wanted = json.dumps({"name": name, "subjects": [f"{self.subject}.>"], **STREAM}).encode()
        (answer,) = connection.publish([Message(f"$JS.API.STREAM.CREATE.{name}", "", wanted)])
        if answer is None:
            raise ServiceError(f"{self.settings.url}: JetStream is not switched on", "start nats-server with -js")
        error = json.loads(answer).get("error")
        if error is not None:
            raise ServiceError(f"{self.settings.url}: the stream {name} cannot be made: {_reason(error)}")


def token(text: str) -> str:
    """A text as one part of a subject, or as the name of a stream; no other text gives the same."""
    return text.replace("~", "~7E").replace(".", "~2E")


def _reason(error: dict[str, Any]) -> str:
    return answers.message_of({"message": error.get("description")}) or f"error {error.get('code')}"


connect = Nats
