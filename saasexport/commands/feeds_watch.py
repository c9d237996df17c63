"""saasexport feeds watch: the watch lines that a feed's file lacks, proven on a copy of the shop."""

import argparse
import os
import sys

from saasexport import plain
from saasexport.commands import feeds_check
from saasexport.commands.feeds_check import Bench
from saasexport.errors import ConfigError
from saasexport.feeds.own import checking, entities, folder, proposal
from saasexport.feeds.own.loaded import Loaded
from saasexport.feeds.own.proposal import Proposal
from saasexport.feeds.own.trial import MOST
from saasexport.feeds.own.verdict import shown_name
from saasexport.setup import feed_set
from saasexport.values import leaving_out

EXAMPLES = {"feeds watch": "saasexport feeds watch feeds.d/products.sql\nsaasexport feeds watch products --write"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of feeds watch."""
    options.add_argument("file", metavar="FILE", help="a .sql file, or a feed")
    help_of_seconds = f"how long each of its two steps may take; else {proposal.SECONDS:g}"
    options.add_argument("--seconds", metavar="N", default=f"{proposal.SECONDS:g}", help=help_of_seconds)
    options.add_argument("--write", action="store_true", help="put the lines into the file")


def run(options: argparse.Namespace, name: str) -> int:
    """Print the lines, or write them into the file; gives the exit status."""
    try:
        seconds = feeds_check.require_seconds("--seconds", options.seconds, float(options.seconds))
    except ValueError:
        raise ConfigError(f"--seconds: {options.seconds!r} is no number of seconds") from None
    with feeds_check.open_bench(options.config) as bench:
        [loaded] = bench.load(options.file)
        path = plain.line(bench.show_path(loaded.path))
        if loaded.feed is None or not loaded.queries:
            return _refuse(path, loaded)
        with open(loaded.path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
        proposed = _propose(bench, loaded, text, seconds)
    if options.write and proposed.lines:
        _write(loaded.path, proposal.with_lines(text, proposed))
        print(f"{path}: {len(proposed.lines)} lines written" if len(proposed.lines) > 1 else f"{path}: 1 line written")
    else:
        sys.stdout.write(proposed.text)
    for table in proposed.unsolved:
        remedy = f"a via that finds it, or -- everything: {shown_name(table)}"
        print(f"{path}: {table}: no line {'is' if proposed.is_whole else 'was yet seen to be'} enough; {remedy}")
    for table in proposed.unshown:
        print(f"{path}: {table}: no row shows what a change of it leads to: every item is compared when it changes")
    if not proposed.is_whole:
        print(f"{path}: the time was over before all was tried; give it more: --seconds {2 * seconds:g}")
    if not (proposed.lines or proposed.unsolved or proposed.unshown):
        print(f"{path}: no line is missing")
    return 1 if proposed.unsolved else 0


def _refuse(path: str, loaded: Loaded) -> int:
    for fault in sorted(loaded.faults):
        print(checking.Finding(fault.line, fault.reason).in_words(path))
    if not loaded.faults:
        raise ConfigError(f"{path}: what a module reads is not known", "declare its subscriptions in FEED")
    return 1


def _propose(bench: Bench, loaded: Loaded, text: str, seconds: float) -> Proposal:
    around = feed_set.surroundings(bench.config, bench.shop)

    def load(other: str) -> Loaded:
        return folder.load_file(loaded.path, around, lambda _: None, other)

    assert loaded.feed is not None  # noqa: S101  # the caller looked
    with leaving_out(bench.config.of_feed(loaded.feed.name, "exclude")):
        shop = bench.shop_of(loaded.feed)
        return proposal.propose(text, load, shop, entities.entity_ids(loaded.feed, shop, MOST), seconds)


def _write(path: str, text: str) -> None:
    """Exchange the file's text at once; who owns it, and may read it, stays."""
    path = os.path.realpath(path)
    status = os.stat(path)
    unfinished = f"{path}.{os.urandom(8).hex()}"
    try:
        with open(unfinished, "x", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(unfinished, status.st_mode & 0o7777)
        if os.geteuid() == 0:
            os.chown(unfinished, status.st_uid, status.st_gid)
        os.replace(unfinished, path)
    except OSError as error:
        if os.path.exists(unfinished):
            os.unlink(unfinished)
        raise ConfigError(f"{path}: {error.strerror}") from error
