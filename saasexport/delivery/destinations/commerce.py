"""The Commerce Service: a JSON array of items, an answer that lists those it refuses (design.md 5)."""

from collections.abc import Callable

from saasexport.database.feed_table import Pending
from saasexport.delivery import answers, batches
from saasexport.delivery.destinations import Call, Check, Verdict, judge_failure
from saasexport.delivery.http_connection import Response
from saasexport.delivery.transport import Settings, Transport
from saasexport.feed import Feed

HINT = "check [service] api_key_file and environment_id"


class Commerce:
    """The service that takes feeds as they are."""

    def __init__(self, settings: Settings, transport: Transport, route: Callable[[Feed], str]) -> None:
        self.url = settings.url
        self.transport = transport
        self.route = route

    def calls(self, feed: Feed, batch: list[Pending]) -> list[Call]:
        """One request for a batch."""
        return [Call(batch, self.route(feed), batches.body_of(batch))]

    def send(self, call: Call, request_id: str) -> Response:
        """Post the items."""
        return self.transport.post(call.path, call.body, request_id)

    def judge(self, call: Call, response: Response) -> Verdict:
        """What an answer means."""
        answer = answers.read(response)
        message = answers.message_of(answer)
        if response.status == 200:
            count = len(call.batch)
            if answers.is_accepted(answer, count):
                return Verdict()
            reason = "an unreadable answer" if answer is None else f"a 200 that does not say ACCEPTED {count}"
            return Verdict(stopped=f"{self.url}: {reason}")
        if response.status == 400:
            refused = answers.list_errors(answer, len(call.batch))
            message = message or "the service refused the item"
            return Verdict(refused) if refused else Verdict(is_unclear=True, message=message)
        return judge_failure(self.url, call.path, response, message, HINT)

    def check(self) -> list[Check]:
        """Nothing: each feed may have a path of its own, which is asked."""
        return []

    def close(self) -> None:
        """Nothing is open beside the transport."""


connect = Commerce
