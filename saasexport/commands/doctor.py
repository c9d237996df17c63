"""saasexport doctor: what is wrong, and what to do about it."""

import argparse
import json
import sys

from saasexport import doctor

EXAMPLES = {"doctor": "saasexport doctor\nsaasexport doctor --quiet\nsaasexport doctor --json"}

COLOURS = {doctor.OK: "32", doctor.WARN: "33", doctor.FAIL: "31;1"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of doctor."""
    options.add_argument("--json", action="store_true", help="for programs: a list of objects, one per finding")
    options.add_argument("-q", "--quiet", action="store_true", help="only what is not OK")


def run(options: argparse.Namespace, name: str) -> int:
    """Print a line per finding; exit status 1 if one is FAIL."""
    findings = []
    for finding in doctor.examine(options.config):
        findings.append(finding)
        if not options.json and not (options.quiet and finding.status == doctor.OK):
            print(f"{_coloured(finding.status)}  {finding.check}: {finding}", flush=True)
    if options.json:
        print(json.dumps([finding._asdict() for finding in findings], indent=1))
    return int(any(finding.status == doctor.FAIL for finding in findings))


def _coloured(status: str) -> str:
    import os

    shown = f"{status:<4}"
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        return f"\033[{COLOURS[status]}m{shown}\033[0m"
    return shown
