"""saasexport doctor: what is wrong, and what to do about it."""

import argparse

from saasexport import doctor, plain
from saasexport.commands import for_programs
from saasexport.commands.colour import paint
from saasexport.usage import as_typed

EXAMPLES = {"doctor": "saasexport doctor\nsaasexport doctor --quiet\nsaasexport doctor --json"}

COLOURS = {doctor.OK: "green", doctor.WARN: "yellow", doctor.FAIL: "red"}

KEYS = {
    "status": "OK, WARN or FAIL",
    "check": "what was looked at",
    "message": "what was found",
    "remedy": "what to do about it; empty where nothing is to be done",
}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of doctor."""
    for_programs.add_option(options, KEYS, "finding")
    options.add_argument("-q", "--quiet", action="store_true", help="only what is not OK")


def run(options: argparse.Namespace, name: str) -> int:
    """Print a line per finding; exit status 1 if one is FAIL."""
    findings = []
    for finding in doctor.examine(options.config):
        findings.append(finding)
        if not options.json and not (options.quiet and finding.status == doctor.OK):
            status = paint(finding.status.ljust(4), COLOURS[finding.status])
            print(as_typed(f"{status}  {finding.check}: {plain.line(str(finding))}"), flush=True)
    if options.json:
        for_programs.show([finding._asdict() for finding in findings])
    return int(any(finding.status == doctor.FAIL for finding in findings))
