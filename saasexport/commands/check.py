"""saasexport check: doctor's judgement as a plugin of Nagios, Icinga and their like.

One line, performance data after the bar; exit status 0 OK, 1 WARNING, 2
CRITICAL, 3 UNKNOWN.  Asked every few minutes, so nothing is done that takes its
time: no look through whole databases, no request to the service.
"""

import argparse
import sqlite3

from saasexport import doctor, plain
from saasexport.commands import for_programs
from saasexport.errors import SaasExportError
from saasexport.setup.opening import open_installation
from saasexport.status import numbers
from saasexport.usage import as_typed

EXAMPLES = {"check": "saasexport check\nsudo -u saasexport saasexport check"}

KEYS = {
    "status": "OK, WARNING, CRITICAL or UNKNOWN",
    "message": "the worst that was found",
    "measured": "the performance data, as Nagios reads it",
}

STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")

# Performance data: column of feed_status, and from where on it is a warning.
MEASURED = (("delivered", ""), ("failed", "0"), ("awaiting", "1000"), ("backlog", "1000"), ("held", "0"))


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of check."""
    for_programs.add_option(options, KEYS, "check")


def run(options: argparse.Namespace, name: str) -> int:
    """Print the line; gives the state as exit status."""
    findings = [finding for finding in doctor.examine(options.config, is_quick=True) if finding.status != doctor.OK]
    failed = [finding for finding in findings if finding.status == doctor.FAIL]
    if any(finding.check == "configuration" for finding in failed):
        state = 3
    else:
        state = 2 if failed else 1 if findings else 0
    worst = (failed or findings)[:1]
    more = f" (and {len(findings) - 1} more, see saasexport doctor)" if len(findings) > 1 else ""
    message = f"{worst[0].check}: {worst[0]}{more}" if worst else "everything is delivered or on its way"
    # A bar ends the text, and a line is all there may be.
    message = plain.line(" ".join(message.replace("|", "/").split()))
    measured = "" if state == 3 else _totals(options.config)
    if options.json:
        for_programs.show([{"status": STATES[state], "message": message, "measured": measured}])
        return state
    print(as_typed(f"SAASEXPORT {STATES[state]} - {message}") + (f" | {measured}" if measured else ""))
    return state


def _totals(config: str | None) -> str:
    """The numbers of all feeds together, as label=value;warning;critical;minimum."""
    try:
        installation = open_installation(config, read_only=True)
    except (SaasExportError, sqlite3.Error):
        return ""
    try:
        rows = [row for row in numbers.rows(installation) if not row["unavailable"]]
    finally:
        installation.close()
    return " ".join(f"{name}={sum(row[name] or 0 for row in rows)};{warning};;0" for name, warning in MEASURED)
