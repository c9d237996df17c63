"""Which items of a feed a list shows: as an address has it, as a form carries it, and as rows meet it."""

from dataclasses import dataclass, field

from saasexport.dashboard import pages
from saasexport.dashboard.pages import Request
from saasexport.web import templates
from saasexport.web.templates import Markup

# What a list can be sorted by: name -> column.
SORTS = {"id": "id", "entity": "source_entity_id", "status": "status", "date": "modified_at"}

# Export status, as Adobe's page names it -> the statuses of the feed table.
STATUSES: dict[str, tuple[str, tuple[int, ...]]] = {
    "submitted": ("Submitted to service", (200,)),
    "retry": ("Failed, will retry", (1, 2)),
    "attention": ("Failed, require attention", (400,)),
    "awaiting": ("Awaiting submission", (0,)),
}

NAME_OF_STATUS = {number: name for name, (_, numbers) in STATUSES.items() for number in numbers}

FAILED = ("retry", "attention")

# Columns of the table; the name is what the address has.
COLUMNS = {
    "id": "Feed Item ID",
    "entity": "Entity ID",
    "identifiers": "Feed Identifiers",
    "status": "Export Status",
    "date": "Last Sync Date",
    "deleted": "Is Entity Deleted?",
    "request": "Request ID",
    "error": "Error",
}

# Further than anybody turns.
MOST_PAGES = 1_000_000


@dataclass(frozen=True)
class Wanted:
    """Which items, and from where on: `before` goes down from a row, `after` up."""

    status: str = ""
    deleted: str = ""
    search: str = ""
    reason: str = ""  # only what failed for it; # stands for any number
    contains: bool = False  # do not try to find an entity by the very search text first
    before: int | None = None
    after: int | None = None
    columns: list[str] = field(default_factory=list)  # those to show; none given: all
    sort: str = ""  # a name of SORTS, upwards with a leading "-"; newest first without
    page: int = 0  # of a sorted list

    def kinds(self) -> list[tuple[int, int]]:
        """(status, is_deleted) of the rows that are wanted; none given: all."""
        if not self.status and not self.deleted and not self.reason:
            return []
        chosen = [self.status] if self.status in STATUSES else list(FAILED if self.reason else STATUSES)
        gone = {"yes": (1,), "no": (0,)}.get(self.deleted, (0, 1))
        return [(number, is_gone) for name in chosen for number in STATUSES[name][1] for is_gone in gone]

    @property
    def is_everything(self) -> bool:
        """Whether no item is left out."""
        return not (self.kinds() or self.search)


def wanted_by(request: Request) -> Wanted:
    """What a request asks for; values that make no sense are passed over."""
    chosen = request.one("status")
    return Wanted(
        status=chosen if chosen in STATUSES else "",
        deleted=request.one("deleted") if request.one("deleted") in ("yes", "no") else "",
        search=request.one("search").strip()[:200],
        reason=request.one("reason")[:1000],
        contains=request.one("match") == "contains",
        before=request.number("before"),
        after=request.number("after"),
        columns=[name for name in COLUMNS if name in request.values.get("column", [])],
        sort=request.one("sort") if request.one("sort").removeprefix("-") in SORTS else "",
        page=min(request.number("page") or 0, MOST_PAGES),
    )


def address(path: str, wanted: Wanted, **edge: int) -> str:
    """The address of a list that is filtered so, from the edge of a page on."""
    return pages.address(
        path,
        status=wanted.status,
        deleted=wanted.deleted,
        search=wanted.search,
        reason=wanted.reason,
        match=_match(wanted),
        column=wanted.columns,
        sort=wanted.sort,
        page=wanted.page or None,
        **edge,
    )


def hidden_fields(wanted: Wanted) -> Markup:
    """The filter in force, so that all that it leaves can be sent again."""
    values = {
        "status": wanted.status,
        "deleted": wanted.deleted,
        "search": wanted.search,
        "reason": wanted.reason,
        "match": _match(wanted),
    }
    return templates.join(pages.hidden(name, [value]) for name, value in values.items() if value)


def _match(wanted: Wanted) -> str:
    return "contains" if wanted.contains else ""
