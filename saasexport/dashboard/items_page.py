"""The details of a feed: its items, filtered and page by page, and which of them to send again."""

from dataclasses import replace
from typing import Any

from saasexport.dashboard import filters, find, items, names, pages, status_page, words
from saasexport.dashboard.filters import COLUMNS, Wanted
from saasexport.dashboard.items import Found, Item
from saasexport.dashboard.pages import Page, Request
from saasexport.dashboard.times import Times
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.status import judgement, numbers
from saasexport.web import templates
from saasexport.web.templates import Markup

HTML = templates.beside(__file__)

ORDERS = {
    "id": "newest first",
    "-id": "oldest first",
    "entity": "by entity ID, the highest first",
    "-entity": "by entity ID",
    "status": "by status, rejected first",
    "-status": "by status, rejected last",
    "date": "latest sync first",
    "-date": "latest sync last",
}

DELETED = {"": "Any", "no": "No", "yes": "Yes"}

# Export status -> how it looks.
LEVELS = {"submitted": "ok", "retry": "warning", "attention": "problem", "awaiting": "busy"}


def page(installation: Installation, feed: Feed, request: Request, token: str) -> Page:
    """The items of a feed that the request asks for."""
    path = pages.address(f"/feeds/{feed.name}")
    problem = status_page.count(installation, feed)
    line = next(line for line in numbers.rows(installation) if line["feed"] == feed.name)
    failed = numbers.failed_by_status(installation).get(feed.name, {})
    wanted = filters.wanted_by(request)
    page_of_items = items.find(installation, feed, wanted)
    total = items.count(installation, feed, wanted, page_of_items)
    state = judgement.of_feed(installation, feed, line, failed)
    body = HTML.page(
        feed=words.name(feed.name),
        name=feed.name,
        title=feed.title,
        mark=status_page.mark(state),
        advice=[HTML.advice(level=entry.level, text=entry.sentence) for entry in state.advice],
        problem=HTML.problem(text=problem) if problem else "",
        scheduled=_schedule_notice(request),
        counts=_counts(feed, line, failed, wanted),
        filter=_filter(feed, wanted),
        note=note(path, wanted, page_of_items),
        table=_table(installation, feed, (wanted, page_of_items, total), token)
        if page_of_items.items
        else _empty(installation, feed, wanted, (page_of_items, line)),
        paging=paging(path, wanted, page_of_items, total[0]),
    )
    return Page(f"{words.name(feed.name)}: details", body, environment=installation.config["service.environment_id"])


def _table(
    installation: Installation, feed: Feed, page_of: tuple[Wanted, Found, tuple[int, bool]], token: str
) -> Markup:
    """The items as a table in a form, to choose some of them."""
    wanted, page_of_items, total = page_of
    path = pages.address(f"/feeds/{feed.name}")
    columns = wanted.columns or list(COLUMNS)
    known = names.of_items(installation, feed, page_of_items.items)
    is_off = feed not in installation.feeds()
    times = Times(installation)
    return HTML.form(
        action=pages.address(f"/feeds/{feed.name}/resync"),
        token=token,
        feed=feed.name,
        filters=filters.hidden_fields(page_of_items.follow_up(wanted)),
        heads=[_head(path, wanted, page_of_items, name) for name in columns],
        rows=[_row(feed, item, columns, times, known) for item in page_of_items.items],
        number=len(page_of_items.items),
        total=_total(*total),
        order=ORDERS.get(wanted.sort, "newest first"),
        buttons=""
        if is_off
        else HTML.buttons(
            page_ids=",".join(str(item.id) for item in page_of_items.items),
            everything=HTML.all_button(number=_total(*total)) if total[0] > len(page_of_items.items) else "",
        ),
    )


def _total(number: int, is_exact: bool) -> str:
    return f"{number:,}" if is_exact else f"at least {number:,}"


def _head(path: str, wanted: Wanted, page_of_items: Found, name: str) -> Markup:
    """The head of a column; of one that can be sorted by, leading there."""
    if name not in filters.SORTS:
        return HTML.head(text=COLUMNS[name], sorted="")
    is_down, is_up = wanted.sort == name or (name == "id" and not wanted.sort), wanted.sort == f"-{name}"
    following = page_of_items.follow_up(wanted)
    following = replace(following, sort=f"-{name}" if is_down else name, page=0, before=None, after=None)
    return HTML.head(
        text=HTML.sort_link(href=filters.address(path, following), text=COLUMNS[name]),
        sorted=Markup(' aria-sort="descending"') if is_down else Markup(' aria-sort="ascending"') if is_up else "",
    )


def _empty(installation: Installation, feed: Feed, wanted: Wanted, empty: tuple[Found, dict[str, Any]]) -> Markup:
    """Why there is nothing to see: nothing was ever collected, nothing failed, or nothing matches."""
    page_of_items, line = empty
    everything, _ = items.count(installation, feed, Wanted())
    if not everything:
        return _never_any(line)
    if page_of_items.stopped_at is not None:
        return Markup("")  # said by a note
    if not wanted.search and (wanted.status in filters.FAILED or wanted.reason):
        return HTML.nothing_failed(total=everything)
    return HTML.no_match(total=everything, href=pages.address(f"/feeds/{feed.name}"))


def _never_any(line: dict[str, Any]) -> Markup:
    """Why nothing of a feed was ever collected."""
    if line["unavailable"]:
        return HTML.nothing_there(why="the feed is not exported")
    if line["indexer"] == "valid" and line["source_records"] == line["backlog"] == 0:
        return HTML.nothing_there(why="the shop has nothing for this feed")
    comes = line["indexer"] in ("invalid", "working") or line["backlog"]
    return HTML.nothing_yet(then="The next run of cron begins with it." if comes else "")


def identifiers(feed: Feed, item: Item, called: str = "") -> Markup:
    """What identifies an item, name by name; the first leads to its page, and what it is called stands below."""
    known = item.identifiers(feed)
    if not known:
        return Markup('<span class="none">not known</span>')
    parts: list[Markup] = []
    for name, value in known.items():
        shown = pages.link(find.address(feed, item.source_entity_id), value) if not parts else value
        parts.append(HTML.identifier(name=name, value=shown))
    return templates.join([*parts, *([HTML.called(name=called)] if called else [])])


def status_mark(item: Item) -> Markup:
    """An item's export status as a sign and words."""
    name = filters.NAME_OF_STATUS.get(item.status, "retry")
    return HTML.mark(level=LEVELS[name], text=filters.STATUSES[name][0])


def _row(feed: Feed, item: Item, columns: list[str], times: Times, known: dict[str, str]) -> Markup:
    cells: dict[str, Any] = {
        "id": str(item.id),
        "entity": str(item.source_entity_id),
        "identifiers": identifiers(feed, item, known.get(item.identifiers(feed).get("sku", ""), "")),
        "status": status_mark(item),
        "date": times.moment(item.modified_at),
        "deleted": "Yes" if item.is_deleted else "No",
        "request": HTML.request(text=item.request_id) if item.request_id else Markup('<span class="none">none</span>'),
        "error": _error(item.errors),
    }
    named = " ".join(item.identifiers(feed).values()) or f"row {item.id}"
    return HTML.row(
        id=str(item.id),
        named=named,
        cells=[HTML.cell(label=COLUMNS[name], kind=name, content=cells[name]) for name in columns],
    )


def _error(text: str | None) -> Markup:
    if not text:
        return Markup('<span class="none">none</span>')
    if len(text) <= 160:
        return templates.escape(text)
    return HTML.long_error(start=text[:120], text=text)


def _counts(feed: Feed, line: dict[str, Any], failed: dict[int, int], wanted: Wanted) -> Markup:
    numbers = {
        "submitted": line["delivered"],
        "retry": failed.get(1, 0) + failed.get(2, 0),
        "attention": failed.get(400, 0),
        "awaiting": line["awaiting"],
    }
    chosen = (wanted.status, wanted.deleted)
    links = [
        _count(feed, text, numbers[name], {"status": name, "deleted": "no" if name == "submitted" else ""}, chosen)
        for name, (text, _) in filters.STATUSES.items()
    ]
    links.append(_count(feed, "Deleted", line["deleted"], {"status": "submitted", "deleted": "yes"}, chosen))
    return templates.join(links)


def _count(feed: Feed, text: str, number: int, filters: dict[str, str], chosen: tuple[str, str]) -> Markup:
    return HTML.count(
        href=pages.address(f"/feeds/{feed.name}", **filters),
        text=text,
        number=number,
        current=Markup(' aria-current="true"') if chosen == (filters["status"], filters["deleted"]) else "",
    )


def _filter(feed: Feed, wanted: Wanted) -> Markup:
    shown = wanted.columns or list(COLUMNS)
    return HTML.filter(
        action=pages.address(f"/feeds/{feed.name}"),
        reason=pages.hidden("reason", [wanted.reason] if wanted.reason else []),
        search=wanted.search,
        names=", ".join(feed.identity),
        statuses=[
            pages.option("", "Any", wanted.status),
            *(pages.option(name, text, wanted.status) for name, (text, _) in filters.STATUSES.items()),
        ],
        deleted=[pages.option(value, text, wanted.deleted) for value, text in DELETED.items()],
        columns=[
            HTML.column(name=name, text=text, checked=Markup(" checked") if name in shown else "")
            for name, text in COLUMNS.items()
        ],
    )


def note(path: str, wanted: Wanted, page_of_items: Found) -> Markup:
    """What is to be said about a search."""
    notes = []
    if wanted.reason:
        notes.append(HTML.reason(reason=wanted.reason.replace("#", "…"), href=path))
    if page_of_items.is_exact:
        notes.append(HTML.exact(search=wanted.search, href=filters.address(path, replace(wanted, contains=True))))
    if page_of_items.stopped_at is not None:
        edge = {"before": page_of_items.stopped_at} if wanted.after is None else {"after": page_of_items.stopped_at}
        href = filters.address(path, replace(wanted, contains=True), **edge)
        notes.append(HTML.stopped(row=str(page_of_items.stopped_at), href=href))
    return templates.join(notes)


def paging(path: str, wanted: Wanted, page_of_items: Found, total: int = 0) -> Markup:
    """Where to go from a page of items."""
    following = page_of_items.follow_up(wanted)
    links = []

    def add(text: str, wanted: Wanted = following, **edge: int) -> None:
        links.append(HTML.page_link(href=filters.address(path, wanted, **edge), text=text))

    if wanted.sort:
        edges = {"First page": 0, "Previous page": page_of_items.newer, "Next page": page_of_items.older}
        edges["Last page"] = max(0, total - 1) // items.PAGE
        for text, number in edges.items():
            if number is not None and (number != wanted.page and total > items.PAGE):
                add(text, replace(following, page=number))
        return HTML.paging(links=links) if links else Markup("")
    if wanted.before is not None or wanted.after is not None:
        add("First page")
    if page_of_items.newer is not None:
        add("Previous page", after=page_of_items.newer)
    if page_of_items.older is not None:
        add("Next page", before=page_of_items.older)
        add("Last page", after=0)
    return HTML.paging(links=links) if links else Markup("")


def _schedule_notice(request: Request) -> Markup:
    number = request.number("scheduled")
    return HTML.scheduled(text=judgement.quantity(number, "item")) if number is not None else Markup("")
