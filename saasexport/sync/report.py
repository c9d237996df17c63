"""What passes come to: the counts of one, and what somebody must know of all.

Nothing else changes while a job or command works.
"""

CANNOT_BE_ASSEMBLED = "cannot be assembled"
REJECTED = "rejected by the service"
NOT_DELIVERED = "not delivered: "
SENT_AGAIN = "will be sent again"
HELD_BACK = "held back"
WITHOUT_KEY = "no key and cannot be exported"


class Problems:
    """What went wrong in a job or command, whichever pass it was."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], int] = {}  # (feed or '', reason) -> items
        self.lines_of_feeds: dict[str, None] = {}  # what else somebody must know, a line each

    def add(self, feed: str, reason: str, items: int) -> bool:
        """Count items that have a problem; whether it is the first of its kind."""
        # A service that takes nothing is one problem, whatever the feed.
        is_of_feed = reason in (CANNOT_BE_ASSEMBLED, REJECTED) or reason.startswith(NOT_DELIVERED)
        key = (feed if is_of_feed else "", reason)
        before = self.items.get(key, 0)
        self.items[key] = before + items
        return not before

    def tell(self, line: str) -> None:
        """Have somebody know a line, once."""
        self.lines_of_feeds[line] = None

    def lines(self) -> list[str]:
        """What went wrong, a line per distinct problem."""
        lines = list(self.lines_of_feeds)
        for (feed, reason), items in self.items.items():
            count = "1 item" if items == 1 else f"{items} items"
            if feed:
                lines.append(f"{feed}: {count} {reason}; see: saasexport failed {feed}")
            else:
                lines.append(f"{reason}; {count} {SENT_AGAIN}")
        return lines


class Report:
    """What a pass came to."""

    processed: int = 0  # entities
    items: int = 0  # their items
    sent: int = 0  # delivered
    deleted: int = 0  # of these, as deleted
    rejected: int = 0
    waiting: int = 0  # to be retried
    failed: int = 0  # cannot be assembled
    is_complete: bool = True  # false: the time was up, the next run goes on
    tried: int = 0  # of the items, those that were submitted, however that went

    def __init__(self, problems: Problems | None = None, **counts: int) -> None:
        self.problems = Problems() if problems is None else problems  # of the whole job or command
        self.__dict__.update(counts)

    @property
    def unchanged(self) -> int:
        """Items the service has already, as they are."""
        return max(0, self.items - self.tried)

    @property
    def failures(self) -> int:
        """Items that were not assembled or not delivered."""
        return self.failed + self.rejected + self.waiting

    def add_sent(self, other: "Report") -> None:
        """Count what another pass sent of the items of this one."""
        self.tried += other.tried
        self.sent += other.sent
        self.deleted += other.deleted
        self.rejected += other.rejected
        self.waiting += other.waiting
