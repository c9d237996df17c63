"""The Data Management page: how the products are, what was transferred lately, and resync of a feed."""

from dataclasses import replace
from typing import Any

from saasexport import clock
from saasexport.dashboard import filters, find, items, items_page, names, pages, status_page, words
from saasexport.dashboard.items import Item
from saasexport.dashboard.pages import Page, Request
from saasexport.dashboard.times import Times
from saasexport.database import history
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.status import judgement, numbers
from saasexport.web import templates
from saasexport.web.templates import Markup

HTML = templates.beside(__file__)

RECENT_HOURS = 3

# Of the table, so that the resync below it is not out of sight.
ROWS = 20


def page(installation: Installation, request: Request, token: str) -> Page:
    """The page; its table shows products that the service has."""
    feed = installation.all_feeds.get("products")
    if feed is None:  # one's own feeds need not have them
        lines = {line["feed"]: line for line in numbers.rows(installation)}
        notice = _schedule_notice(installation, request)
        body = HTML.no_products(scheduled=notice, resync=_resync(lines, token))
        return Page("Data management", body, environment=installation.config["service.environment_id"])
    problem = status_page.count(installation, feed)
    lines = {line["feed"]: line for line in numbers.rows(installation)}
    line = lines[feed.name]
    failed = numbers.failed_by_status(installation).get(feed.name, {})
    state = judgement.of_feed(installation, feed, line, failed)
    since = clock.ago_text(hours=RECENT_HOURS)
    recent = history.of_feed(installation.ours, feed.name, since)
    body = HTML.page(
        problem=items_page.HTML.problem(text=problem) if problem else "",
        scheduled=_schedule_notice(installation, request),
        mark=status_page.mark(state),
        synced_at=Times(installation).moment(line["synced_at"]),
        hours=RECENT_HOURS,
        sent=recent.sent,
        failed=judgement.quantity(recent.failed, "failure"),
        count=line["delivered"],
        source="not counted" if line["source_records"] is None else line["source_records"],
        products=_products(installation, feed, request),
        resync=_resync(lines, token),
    )
    return Page("Data management", body, environment=installation.config["service.environment_id"])


def _products(installation: Installation, feed: Feed, request: Request) -> Markup:
    wanted = replace(filters.wanted_by(request), status="", deleted="", reason="", columns=[], sort="")
    page_of_items = items.find(installation, feed, replace(wanted, status="submitted", deleted="no"), ROWS)
    times = Times(installation)
    known = names.of_items(installation, feed, page_of_items.items)
    rows = [_row(feed, item, times, known) for item in page_of_items.items]
    return HTML.products(
        search=wanted.search,
        note=items_page.note("/data", wanted, page_of_items),
        table=HTML.table(rows=rows) if rows else HTML.empty(which=" of that SKU" if wanted.search else " yet"),
        paging=items_page.paging("/data", wanted, page_of_items),
    )


def _row(feed: Feed, item: Item, times: Times, called: dict[str, str]) -> Markup:
    known = item.identifiers(feed)
    sku = known.get("sku", "")
    return HTML.row(
        sku=pages.link(find.address(feed, item.source_entity_id), sku),
        name=called.get(sku, ""),
        view=known.get("storeViewCode", ""),
        entity=str(item.source_entity_id),
        updated=times.moment(item.modified_at),
        request=item.request_id,
    )


def _resync(lines: dict[str, dict[str, Any]], token: str) -> Markup:
    options = [
        pages.option(name, f"{words.name(name)} ({name})", "products")
        for name, line in lines.items()
        if not line["unavailable"]
    ]
    return HTML.resync(token=token, options=options)


def _schedule_notice(installation: Installation, request: Request) -> Markup:
    name = request.one("scheduled")
    return HTML.scheduled(feed=name) if name in installation.all_feeds else Markup("")
