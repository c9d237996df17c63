"""Times as people read them: how long ago, and when by the shop's own clock and in UTC."""

import sqlite3
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from saasexport import queries
from saasexport.clock import duration
from saasexport.errors import SaasExportError
from saasexport.setup.installation import Installation
from saasexport.web import templates
from saasexport.web.templates import Markup

SQL = queries.beside(__file__)
HTML = templates.beside(__file__)


class Times:
    """The moment a page is made, and the shop's time zone.  A file is read later: there nothing is `ago`."""

    def __init__(self, installation: Installation, is_file: bool = False) -> None:
        self.now = datetime.now(UTC)
        self.zone = _zone_of(installation)
        self.is_file = is_file

    def moment(self, text: str | None) -> Markup:
        """A time of our tables."""
        if not text:
            return HTML.never()
        at = datetime.fromisoformat(text).replace(tzinfo=UTC)
        clocks = self.clocks(at)
        machine = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        if self.is_file:
            return HTML.moment(machine=machine, full=f"{text} UTC", shown=clocks, clocks="")
        ago = f"{duration((self.now - at).total_seconds())} ago"
        return HTML.moment(machine=machine, full=f"{text} UTC", shown=ago, clocks=HTML.clocks(text=clocks))

    def clocks(self, at: datetime) -> str:
        """When that was by the shop's clock, and in UTC; the day only if it is not today, or in a file."""
        here = at.astimezone(self.zone)
        is_today = here.date() == self.now.astimezone(self.zone).date() and not self.is_file
        utc = at.strftime("%H:%M UTC" if is_today and at.date() == here.date() else "%Y-%m-%d %H:%M UTC")
        if here.utcoffset() == at.utcoffset():
            return utc
        if at.date() == here.date():
            utc = at.strftime("%H:%M UTC")
        return f"{here.strftime('%H:%M %Z' if is_today else '%Y-%m-%d %H:%M %Z')}, {utc}"


def _zone_of(installation: Installation) -> tzinfo | None:
    """The time zone that the shop is set to; None, this machine's, if it says none."""
    try:
        row = installation.shop.execute(SQL.zone).fetchone()
        return ZoneInfo(row[0]) if row else None
    except (SaasExportError, sqlite3.Error, OSError, KeyError, ValueError, TypeError):
        return None
