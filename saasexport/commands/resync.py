"""saasexport saas:resync: sync one feed now, in full or in part, as bin/magento saas:resync does.

It takes the feed's lock only: a feed that a job is busy with is left to it.
"""

import argparse
import sys
import time

from saasexport.commands import by_ids, question
from saasexport.commands.progress import Progress, summary
from saasexport.config import keys
from saasexport.delivery import destinations
from saasexport.entity_key import EntityId
from saasexport.errors import Busy, ConfigError
from saasexport.feed import Feed
from saasexport.log import duration
from saasexport.setup.installation import Installation
from saasexport.setup.opening import open_installation
from saasexport.status import numbers
from saasexport.status.judgement import quantity
from saasexport.sync import resync
from saasexport.sync.exporter import Exporter, Options, collect_less, exporter_for
from saasexport.sync.report import Report
from saasexport.sync.resync import Selection
from saasexport.sync.trial import Trial, trial, try_stored
from saasexport.usage import as_typed

EXAMPLES = {
    "saas:resync": """
saasexport saas:resync --feed products
saasexport saas:resync --feed products --by-ids '24-MB01,24-MB02'
saasexport saas:resync --feed prices --by-ids '14,15' --id-type productId
saasexport saas:resync --feed products --estimate
EXPORTER_EXTENDED_LOG=1 saasexport saas:resync --feed products --dry-run
"""
}

# What Adobe's service accepts (commerce.md 6), for an estimate when no limit is configured.
ADOBES_RATE = 2


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of saas:resync."""
    add = options.add_argument
    # Adobe's page has a line with a space in it, `--feed= products`.
    add("name", metavar="FEED", nargs="?", help=argparse.SUPPRESS)
    add("--feed", metavar="NAME", help="the feed, in any letter case")
    add("--by-ids", metavar="LIST", help="only these entities, changed or not; comma separated, SKUs by default")
    add("--by-ids-file", metavar="FILE", help="the same, from a file with one a line; -: from standard input")
    add("--id-type", metavar="TYPE", help="how to read --by-ids: sku, productId, ...")
    add("--cleanup-feed", action="store_true", help="empty the feed table first; only after the data space was cleaned")
    add("--yes", "-y", action="store_true", help="do not ask before --cleanup-feed")
    add("--continue-resync", action="store_true", help="go on after the highest source id already exported")
    add("--no-reindex", action="store_true", help="legacy feeds: send the stored rows again without collecting")
    add("--force", action="store_true", help="send everything, delivered or not")
    add("--dry-run", action="store_true", help="collect, send nothing, save nothing")
    add("--wait", action="store_true", help="wait for a feed in use, instead of doing nothing")
    add("--estimate", action="store_true", help="only tell how many records and requests it would be, and how long")
    for option, key in (("--thread-count", "thread_count"), ("--batch-size", "batch_size")):
        other = "--" + option[2:].title().replace("-", "")
        add(option, f"--{other[2].lower()}{other[3:]}", metavar="N", type=_Number(key), help=_HELP[key])


_HELP = {"thread_count": "batches in flight at once", "batch_size": "items of a batch"}


class _Number:
    """A whole number within the bounds that the configuration sets for a key."""

    def __init__(self, key: str) -> None:
        self.key = keys.FEED_KEYS[key]

    def __call__(self, text: str) -> int:
        value = int(text) if text.isascii() and text.isdecimal() else None
        if value is None or not self.key.check(value):
            raise argparse.ArgumentTypeError(f"expected {self.key.expected}, found {text!r}")
        return value


def run(options: argparse.Namespace, name: str) -> int:
    """Check the options, then do it under the feed's lock."""
    # A trial stages in our database, and rolls it back.
    installation = open_installation(options.config, options.estimate or options.dry_run, counts=options.dry_run)
    try:
        feed = _feed(installation, options)
        options.lines = by_ids.lines_of(options.by_ids_file) if options.by_ids_file is not None else []
        _check(options, feed)
        collect_less()
        exporter = exporter_for(installation, " ".join(["saasexport saas:resync", *_options_for_log(options)]))
        try:
            return _run(exporter, feed, options)
        finally:
            exporter.close()
    finally:
        installation.close()


def _feed(installation: Installation, options: argparse.Namespace) -> Feed:
    name = (options.feed or options.name or "").strip()
    if not name:
        raise ConfigError("saas:resync: --feed NAME is missing", f"feeds are: {', '.join(installation.all_feeds)}")
    if options.feed and options.name:
        raise ConfigError(f"saas:resync: unrecognised argument {options.name!r}", "one feed at a time")
    return installation.feed(name)


def _check(options: argparse.Namespace, feed: Feed) -> None:
    """Refuse combinations that contradict each other."""
    stored = options.no_reindex and feed.legacy
    wrong = {
        "--id-type says how to read --by-ids, which is missing": options.id_type and not by_ids.is_given(options),
        "--by-ids names no id": by_ids.is_given(options) and not by_ids.keys(options),
        "--by-ids and --continue-resync exclude each other": by_ids.is_given(options) and options.continue_resync,
        "--cleanup-feed leaves nothing to continue from": options.cleanup_feed and options.continue_resync,
        "--cleanup-feed leaves no stored rows for --no-reindex to send": options.cleanup_feed and stored,
        "--cleanup-feed would forget what --by-ids does not name": (
            options.cleanup_feed and by_ids.is_given(options) and not options.dry_run
        ),
    }
    for reason, is_so in wrong.items():
        if is_so:
            raise ConfigError(f"saas:resync: {reason}", "see: saasexport saas:resync --help")


def _options_for_log(options: argparse.Namespace) -> list[str]:
    """The options as they stand in the log, where a caller is named."""
    given = []
    for name, value in vars(options).items():
        if name not in ("config", "name", "lines") and value not in (None, False):
            option = "--" + name.replace("_", "-")
            given.append(option if value is True else f"{option}={value}")
    return given


def _run(exporter: Exporter, feed: Feed, options: argparse.Namespace) -> int:
    resync.require(exporter.installation, feed)
    if options.no_reindex and not feed.legacy:
        message = f"--no-reindex is without effect: {feed.name} is an immediate feed, which is collected as it is sent"
        print(f"saasexport: saas:resync: {message}", file=sys.stderr)
    ids = by_ids.entities(exporter, feed, options) if by_ids.is_given(options) else None
    if ids == []:
        return 1
    if options.estimate:
        print(_estimate(exporter, feed, options, ids))
        return 0
    if options.cleanup_feed and not options.dry_run and not _is_confirmed(exporter, feed, options):
        print(f"{feed.name}: nothing done", file=sys.stderr)
        return 1
    operation = "full sync" if ids is None else resync.BY_IDS
    try:
        with exporter.installation.lock(feed.name, operation, options.wait):
            return _dry_run(exporter, feed, options, ids) if options.dry_run else _sync(exporter, feed, options, ids)
    except Busy as busy:
        exporter.log.operation(feed.name, operation, f"operation skipped - {busy}")
        print(f"{feed.name}: operation skipped - {busy.told_on(sys.stdout)}")
        return 0


def _is_confirmed(exporter: Exporter, feed: Feed, options: argparse.Namespace) -> bool:
    if options.yes:
        return True
    rows = resync.count_rows(exporter.installation, feed)
    warning = f"--cleanup-feed empties {feed.table} ({rows:,} rows): deletions the service does not know of are lost"
    if not sys.stdin or not sys.stdin.isatty():
        raise ConfigError(f"{feed.name}: {warning}", "if the data space was cleaned, say --yes")
    print(f"{warning}.\nDo it only after the data space was cleaned.", file=sys.stderr)
    return question.is_confirmed()


def _sync(exporter: Exporter, feed: Feed, options: argparse.Namespace, ids: list[EntityId] | None) -> int:
    began = time.monotonic()
    shown = Progress(_count_expected(exporter, feed))
    try:
        report = _report(exporter, _options_of_passes(options, shown), feed, options, ids)
    finally:
        shown.close()
    entities = quantity(report.processed, "entity")
    print(f"{feed.name}: {summary(report)} ({entities}, {duration(time.monotonic() - began)})")
    if not report.is_complete:
        print(f"saasexport: {feed.name}: its indexer was reset meanwhile: the next job begins anew", file=sys.stderr)
    if report.failures and not exporter.lines():
        message = f"{feed.name}: what failed before fails still; see: saasexport failed {feed.name}"
        print(as_typed(f"saasexport: {message}"), file=sys.stderr)
    for line in exporter.lines():
        print(as_typed(f"saasexport: {line}"), file=sys.stderr)
    return 1 if report.failures or exporter.lines() or not report.is_complete else 0


def _options_of_passes(options: argparse.Namespace, shown: Progress | None = None) -> Options:
    """What the command line says of every pass."""
    return Options(
        force=options.force,
        send_legacy=True,
        batch_size=options.batch_size,
        threads=options.thread_count,
        progress=shown,
    )


def _report(
    exporter: Exporter, wanted: Options, feed: Feed, options: argparse.Namespace, ids: list[EntityId] | None
) -> Report:
    """Choose the way to send."""
    if options.cleanup_feed:
        resync.empty(exporter, feed)
    if options.no_reindex and feed.legacy:
        return resync.stored_again(exporter, wanted, feed, _selection(exporter, feed, options, ids))
    if ids is not None:
        return resync.some_entities(exporter, wanted, feed, ids)
    if options.continue_resync:
        return resync.onwards(exporter, wanted, feed)
    return resync.from_the_start(exporter, wanted, feed)


def _dry_run(exporter: Exporter, feed: Feed, options: argparse.Namespace, ids: list[EntityId] | None) -> int:
    shown = Progress(_count_expected(exporter, feed))
    try:
        report, faults = _trial(exporter, _options_of_passes(options, shown), feed, options, ids)
    finally:
        shown.close()
    entities = quantity(report.processed, "entity")
    print(f"{feed.name}: dry run: {summary(report, 'to be sent', 'to be deleted')} ({entities})")
    for entity, reason in faults:
        print(f"saasexport: {feed.name}: entity {entity}: {reason}", file=sys.stderr)
    more = report.failed - len(faults)
    if more > 0:
        print(f"saasexport: {feed.name}: and {more} more", file=sys.stderr)
    return 1 if report.failed else 0


def _trial(
    exporter: Exporter, wanted: Options, feed: Feed, options: argparse.Namespace, ids: list[EntityId] | None
) -> Trial:
    selection = _selection(exporter, feed, options, ids)
    if options.no_reindex and feed.legacy:
        return try_stored(exporter, wanted, feed, selection)
    is_forced = wanted.force or ids is not None
    return trial(exporter, wanted._replace(force=is_forced), feed, selection, options.cleanup_feed)


def _selection(
    exporter: Exporter, feed: Feed, options: argparse.Namespace, ids: list[EntityId] | None
) -> Selection:
    return Selection(ids, resync.highest_exported(exporter.installation, feed) if options.continue_resync else None)


def _estimate(exporter: Exporter, feed: Feed, options: argparse.Namespace, ids: list[EntityId] | None) -> str:
    """How many records and requests, and how long at the service's rate; unchanged items need none."""
    wanted = _options_of_passes(options)
    stored = options.no_reindex and feed.legacy
    if ids is None and not options.continue_resync and not stored:
        records = _count_expected(exporter, feed)
    else:
        records = _trial(exporter, wanted, feed, options, ids).report.items
    size = exporter.batch_size(wanted, feed)
    requests = -(-records // size)
    configured = exporter.installation.config["service.requests_per_second"]
    rate = configured or ADOBES_RATE
    whose = "[service] requests_per_second" if configured else "what Adobe's service accepts"
    unchanged = "" if wanted.force or ids is not None else "; unchanged records are not sent"
    seconds = requests / rate
    time_needed = f"{seconds / 60:.1f} minutes" if seconds >= 60 else f"{seconds:.1f} seconds"
    return (
        f"{feed.name}: {quantity(records, 'record')}, {quantity(requests, 'request')} of up to {size} items,"
        f" {time_needed} at {rate:g} requests a second ({whose}){unchanged}{_quota(exporter, feed, records)}"
    )


def _quota(exporter: Exporter, feed: Feed, records: int) -> str:
    """What the destination's limits mean for so many; nothing where it has none."""
    settings = exporter.client.settings
    describe = destinations.traits(settings.destination).describe_limits
    return describe(feed.name, records, settings.options) if describe else ""


def _count_expected(exporter: Exporter, feed: Feed) -> int:
    return numbers.source_records(exporter.installation, feed)
