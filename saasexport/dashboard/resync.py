"""What a person can have sent again: chosen items, or a whole feed.  Nothing happens before it is confirmed.

Chosen items are marked as awaiting submission, so that the next run of cron
collects and sends them; a feed's indexer is made invalid.  Either is one
transaction on our database; items only while nobody else syncs their feed.
"""

import json
from dataclasses import dataclass

from saasexport.clock import now_text
from saasexport.dashboard import filters, items, items_page, pages
from saasexport.dashboard.pages import Page, Request
from saasexport.database import indexer
from saasexport.database.db import transaction
from saasexport.errors import Busy
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.status import judgement, numbers
from saasexport.web import templates
from saasexport.web.templates import Markup

HTML = templates.beside(__file__)

# More than anybody ticks; for more there is `saas:resync`.
MOST_ITEMS = 500


def items_of(installation: Installation, feed: Feed, request: Request, token: str) -> Page:
    """Schedule the resync of chosen items, once that was confirmed."""
    wanted = filters.wanted_by(request) if request.one("all") == "yes" else None
    ids = items.matching(installation, feed, wanted).ids if wanted else _choose(request)
    back = pages.link(pages.address(f"/feeds/{feed.name}"), "Back to the items")
    if not ids:
        return pages.message("Nothing chosen", "Tick the items that should be sent again.", 400, back)
    if len(ids) > MOST_ITEMS and not wanted:
        hint = f"saasexport saas:resync --feed {feed.name}"
        return pages.message("Too many items", f"At most {MOST_ITEMS} at once; for more, run: {hint}", 400, back)
    if reason := _off(installation, feed):
        return pages.message("Not exported", f"{feed.name} is not exported: {reason}.", 409, back)
    if request.one("confirmed") != "yes":
        return _confirm_items(installation, feed, ids, _carry(request, ids), token)
    try:
        with installation.lock(feed.name, "schedule resync"):
            number = schedule(installation, feed, ids)
    except Busy as busy:
        again = HTML.again(
            action=pages.address(f"/feeds/{feed.name}/resync"), token=token, ids=_carry(request, ids), back=back
        )
        return pages.message("The feed is in use", f"{feed.name}: {busy}. Nothing was changed.", 409, again)
    return pages.go_to(pages.address(f"/feeds/{feed.name}", scheduled=str(number)))


def schedule(installation: Installation, feed: Feed, ids: list[int]) -> int:
    """Have items sent again by the next run of cron; gives how many that changes."""
    with transaction(installation.ours):
        return installation.table(feed).schedule(ids)


def feed_of(installation: Installation, request: Request, token: str) -> Page:
    """Schedule the full sync of a feed, once that was confirmed."""
    back = pages.link("/data", "Back to data management")
    feed = installation.all_feeds.get(request.one("feed"))
    if feed is None:
        return pages.message("No such feed", "Choose one of the list.", 400, back)
    if reason := _off(installation, feed):
        return pages.message("Not exported", f"{feed.name} is not exported: {reason}.", 409, back)
    if request.one("confirmed") != "yes":
        return _confirm_feed(installation, feed, token)
    with transaction(installation.ours):
        indexer.invalidate(installation.ours, feed, "asked for in the dashboard", now_text())
    return pages.go_to(pages.address("/data", scheduled=feed.name))


@dataclass(frozen=True)
class _Plan:
    """What becomes of the chosen items."""

    again: int = 0
    retried: int = 0
    awaiting: int = 0

    @classmethod
    def of(cls, numbers: dict[int, int]) -> "_Plan":
        """From the number of items of each status."""
        return cls(
            again=numbers.get(200, 0) + numbers.get(400, 0),
            retried=numbers.get(1, 0) + numbers.get(2, 0),
            awaiting=numbers.get(0, 0),
        )

    def lines(self) -> list[str]:
        lines = []
        if self.again:
            lines.append(
                f"{judgement.quantity(self.again, 'item')} will be collected and sent with the next run of cron."
            )
        if self.retried:
            lines.append(f"{judgement.quantity(self.retried, 'item')} failed before: resend_failed sends them anyway.")
        if self.awaiting:
            lines.append(f"{judgement.quantity(self.awaiting, 'item')} awaiting submission already: nothing to do.")
        return lines


def _carry(request: Request, ids: list[int]) -> Markup:
    """What the next form has to carry: the chosen items, or the filter that leaves them."""
    if request.one("all") != "yes":
        return pages.hidden("id", sorted(ids, reverse=True))
    names = ("all", "status", "deleted", "search", "reason", "match")
    return templates.join(pages.hidden(name, [request.one(name)]) for name in names if request.one(name))


def _confirm_items(installation: Installation, feed: Feed, ids: list[int], carried: Markup, token: str) -> Page:
    chosen = items.by_ids(installation.ours, feed, sorted(ids, reverse=True)[:MOST_ITEMS])
    query = items.SQL.by_status.format(feed_table=feed.table)
    by_status = dict(installation.ours.execute(query, {"ids": json.dumps(ids)}).fetchall())
    rows = [
        HTML.item(identifiers=items_page.identifiers(feed, item), status=items_page.status_mark(item), id=str(item.id))
        for item in chosen
    ]
    body = HTML.confirm_items(
        feed=feed.name,
        number=judgement.quantity(sum(by_status.values()), "item"),
        plan=[HTML.plan(text=text) for text in _Plan.of(by_status).lines()],
        rows=rows,
        action=pages.address(f"/feeds/{feed.name}/resync"),
        token=token,
        ids=carried,
        back=pages.address(f"/feeds/{feed.name}"),
    )
    return Page(f"Resync items of {feed.name}?", body, environment=installation.config["service.environment_id"])


def _confirm_feed(installation: Installation, feed: Feed, token: str) -> Page:
    line = next(line for line in numbers.rows(installation) if line["feed"] == feed.name)
    records = line["source_records"]
    suspended = "It is suspended now: the sync begins when it is released." if line["indexer"] == "suspended" else ""
    body = HTML.confirm_feed(
        feed=feed.name,
        records="Its records" if records is None else f"Its {judgement.quantity(records, 'record')}",
        suspended=HTML.plan(text=suspended) if suspended else Markup(""),
        token=token,
    )
    return Page(f"Resync {feed.name}?", body, environment=installation.config["service.environment_id"])


def _choose(request: Request) -> list[int]:
    texts = [*request.values.get("id", [])]
    if "page" in request.values:
        texts = request.one("page").split(",")
    return sorted({number for number in map(pages.whole, texts) if number is not None})


def _off(installation: Installation, feed: Feed) -> str:
    """Why a feed is not exported; empty if it is."""
    line = next((line for line in numbers.rows(installation) if line["feed"] == feed.name), None)
    return str(line["unavailable"] or "") if line else "it is new, and not set up yet"
