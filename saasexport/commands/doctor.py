"""saasexport doctor: what is wrong, and what to do about it."""

import argparse
import json

from saasexport import doctor
from saasexport.commands.colour import painted

EXAMPLES = {"doctor": "saasexport doctor\nsaasexport doctor --quiet\nsaasexport doctor --json"}

COLOURS = {doctor.OK: "green", doctor.WARN: "yellow", doctor.FAIL: "red"}


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
            status = painted(finding.status.ljust(4), COLOURS[finding.status])
            print(f"{status}  {finding.check}: {finding}", flush=True)
    if options.json:
        print(json.dumps([finding._asdict() for finding in findings], indent=1))
    return int(any(finding.status == doctor.FAIL for finding in findings))
