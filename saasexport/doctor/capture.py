"""What is noticed of the shop, and how far it has come: triggers, changelogs, indexers, items."""

import sqlite3
from dataclasses import replace

from saasexport import queries
from saasexport.capture import changelog, triggers
from saasexport.clock import duration
from saasexport.database import db, indexer
from saasexport.doctor.finding import Examined, Finding, Findings, fail, names, ok, warn
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.status import judgement, numbers
from saasexport.status.judgement import Advice

SQL = queries.beside(__file__)

# Rows that wait for so long, while jobs run, are not going to be read.
STUCK_SECONDS = 600


def feeds(examined: Examined) -> Findings:
    """How every feed is, in the judge's words; what several share is one line."""
    installation = examined.installation
    numbers.count_after_work(installation)
    lines = numbers.rows(installation)
    shared: dict[tuple[str, ...], list[tuple[str, Advice]]] = {}
    for name, health in judgement.of_feeds(installation, lines, numbers.failed_by_status(installation)).items():
        for entry in health.advice:
            key = (entry.level, entry.check, entry.text, entry.command)
            shared.setdefault(key, []).append((name, entry))
    for some in shared.values():
        yield _finding(some)
    usable = [line["feed"] for line in lines if not line["unavailable"]]
    if usable:
        yield ok("feeds", f"{len(usable)} are in use")
    else:
        yield fail("feeds", "none is in use", "see: saasexport feeds")
    unwell = {entry.check for some in shared.values() for _, entry in some if entry.level not in QUIET}
    if not unwell & {"items", "deletions"}:
        yield ok("items", "none failed, none is held back")
    if "indexers" not in unwell:
        yield ok("indexers", "all are valid and updated by schedule")


# Levels of the judge of which nobody has to hear.
QUIET = ("off", "busy")


def _finding(some: list[tuple[str, Advice]]) -> Finding:
    """One line for the feeds of which the same is to be said."""
    _, first = some[0]
    entry = replace(
        first, number=sum(each.number for _, each in some), argument=" ".join(each.argument for _, each in some)
    )
    message = f"{', '.join(name for name, _ in some)}: {entry.sentence.rstrip('.')}"
    if entry.level in QUIET:
        return ok(entry.check, message)
    return warn(entry.check, message, f"run: {entry.whole_command}" if entry.command else "")


def installed_triggers(examined: Examined) -> Findings:
    """The shop has our triggers and changelogs, as they were installed."""
    installation = examined.installation
    shop, path = installation.shop, installation.config["shop.database"]
    present = triggers.list_installed(shop)
    texts = {each.name: each.sql for each in present if each.kind == "trigger"}
    repair = "run reindex_all_invalid: it installs them and compares with the shop what was not seen meanwhile"
    foreign = [name for name, sql in texts.items() if triggers.installation_of(sql) != installation.id]
    if foreign:
        yield fail(
            "triggers",
            f"{path}: {foreign[0]} belongs to another installation of saasexport",
            "is it the right shop? If the other installation is gone: saasexport uninstall, then saasexport init",
        )
        return
    changelogs = {each.name for each in present if each.kind == "table"}
    usable = [feed for feed in installation.enabled_feeds() if not triggers.unavailable(shop, feed)]
    written_to = "".join(texts.values())
    lost = [feed.changelog for feed in usable if feed.changelog not in changelogs and feed.changelog in written_to]
    if lost:
        yield fail("triggers", f"{path}: {lost[0]} is missing: every write of the shop to it fails", repair)
        return
    wanted = triggers.texts(usable, installation.id)
    missing = [name for name in wanted if name not in texts]
    changed = [name for name in wanted if name in texts and texts[name] != wanted[name]]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield fail("triggers", f"{path}: {missing[0]}{more} missing: changes are not noticed", repair)
    if changed:
        yield fail("triggers", f"{path}: {changed[0]} is not as it was installed", repair)
    if not missing and not changed:
        yield ok("triggers", f"{len(wanted)} triggers and {len(changelogs)} changelogs, as they were installed")


def changelogs(examined: Examined) -> Findings:
    """What the triggers wrote is read, and removed once it is."""
    installation = examined.installation
    limit = installation.config["export.changelog_limit"]
    waiting = 0
    is_well = True
    for feed in installation.feeds():
        cursor = indexer.cursor(installation.ours, feed)
        try:
            head, rows = installation.shop.execute(SQL.extent.format(changelog=feed.changelog)).fetchone()
        except sqlite3.OperationalError:
            continue  # there is none: said already
        backlog = max(head - cursor.version_id, 0)
        waiting += backlog
        since = _stuck_since(examined, installation, feed)
        reason = changelog.reason_for_loss(installation.shop, feed, cursor.version_id, cursor.fingerprint)
        if reason:
            is_well = False
            yield warn("changelogs", reason, "run reindex_all_invalid: it compares the feed with the shop")
        elif since is not None:
            is_well = False
            yield fail(
                "changelogs",
                f"{feed.changelog}: {backlog} rows wait, none was read for {duration(since)}",
                f"run reindex_all_invalid -v and see what it says of {feed.name}",
            )
        elif rows > limit:
            is_well = False
            yield warn(
                "changelogs",
                f"{feed.changelog}: {backlog} rows wait, {rows} are kept",
                "run reindex_all_invalid; more rows than [export] changelog_limit are dropped and the feed compared",
            )
    if is_well:
        yield ok("changelogs", f"{waiting} rows wait" if waiting else "all is read")


def _stuck_since(examined: Examined, installation: Installation, feed: Feed) -> float | None:
    """For how long rows have been waiting without any being read; None if that is not long."""
    waiting_since, indexer_status = installation.ours.execute(SQL.waiting, {"feed": feed.name}).fetchone()
    if waiting_since is None or indexer_status != "valid":
        return None
    age = examined.age(waiting_since)
    return age if age > STUCK_SECONDS else None


def reconciliation(examined: Examined) -> Findings:
    """Every feed was compared with the shop not too long ago."""
    installation = examined.installation
    hours = installation.config["export.reconcile_hours"]
    late = []
    for feed in installation.feeds():
        at = installation.ours.execute(SQL.reconciled_at, {"feed": feed.name}).fetchone()[0]
        # One that was never compared is invalid, which is said already.
        if at is not None and examined.age(at) > (2 * hours + 1) * 3600:
            late.append(feed)
    if late:
        yield warn(
            "reconciliation",
            f"{names(late)}: not compared with the shop for more than {2 * hours} hours",
            "run reindex_all_invalid, and see that cron does every minute",
        )
    else:
        yield ok("reconciliation", f"every valid feed was compared with the shop within {2 * hours} hours")


def configuration_in_use(examined: Examined) -> Findings:
    """The configuration is the one that the last job took into use."""
    assert examined.ours is not None  # noqa: S101  # called only then
    with open(examined.config.file, "rb") as file:
        content = file.read()
    if db.setting(examined.ours, "config_bytes") == content:
        yield ok("configuration", f"{examined.config.file}: in use")
    else:
        yield ok("configuration", f"{examined.config.file}: changed, the next job takes it into use")
