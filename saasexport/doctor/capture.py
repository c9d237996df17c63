"""What is noticed of the shop, and how far it has come: triggers, changelogs, indexers, items."""

import sqlite3

from saasexport import queries
from saasexport.capture import changelog
from saasexport.database import db, indexer
from saasexport.doctor.finding import Findings, Patient, ago, fail, names, ok, warn
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.status import status

SQL = queries.beside(__file__)

# More rows than this in a backlog is a warning on Commerce's status page, too.
LONG_BACKLOG = 1_000

# Rows that wait for so long, while jobs run, are not going to be read.
STUCK_SECONDS = 600


def feeds(patient: Patient) -> Findings:
    """Every feed that is wanted can be had."""
    found = patient.installation
    usable = found.feeds()
    for feed in found.enabled():
        reason = changelog.unavailable(found.shop, feed)
        if reason:
            yield warn(
                "feeds",
                f"{feed.name} is unavailable: {reason}",
                f"mend the shop's schema, or switch it off: [feeds.{feed.name}] enabled = false",
            )
    off = [feed.name for feed in found.all_feeds.values() if not found.is_enabled(feed)]
    more = f"; switched off: {', '.join(off)}" if off else ""
    if usable:
        yield ok("feeds", f"{len(usable)} are in use{more}")
    else:
        yield fail("feeds", f"none is in use{more}", "see: saasexport feeds")


def triggers(patient: Patient) -> Findings:
    """The shop has our triggers and changelogs, as they were installed."""
    found = patient.installation
    shop, path = found.shop, found.config["shop.database"]
    present = changelog.installed(shop)
    texts = {name: sql for kind, name, _, sql in present if kind == "trigger"}
    repair = "run reindex_all_invalid: it installs them and compares with the shop what was not seen meanwhile"
    strange = [name for name, sql in texts.items() if f"/* saasexport {found.id} */" not in sql]
    if strange:
        yield fail(
            "triggers",
            f"{path}: {strange[0]} belongs to another installation of saasexport",
            "is it the right shop? If the other installation is gone: saasexport uninstall, then saasexport init",
        )
        return
    changelogs = {name for kind, name, _, _ in present if kind == "table"}
    usable = [feed for feed in found.enabled() if not changelog.unavailable(shop, feed)]
    lost = [feed.changelog for feed in usable if feed.changelog not in changelogs]
    if lost and texts:
        yield fail("triggers", f"{path}: {lost[0]} is missing: every write of the shop to it fails", repair)
        return
    wanted = changelog.triggers(usable, found.id)
    missing = [name for name in wanted if name not in texts]
    changed = [name for name in wanted if name in texts and texts[name] != wanted[name]]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield fail("triggers", f"{path}: {missing[0]}{more} missing: changes are not noticed", repair)
    if changed:
        yield fail("triggers", f"{path}: {changed[0]} is not as it was installed", repair)
    if not missing and not changed:
        yield ok("triggers", f"{len(wanted)} triggers and {len(changelogs)} changelogs, as they were installed")


def changelogs(patient: Patient) -> Findings:
    """What the triggers wrote is read, and removed once it is."""
    found = patient.installation
    status.count_after_work(found)
    limit = found.config["export.changelog_limit"]
    waiting = 0
    is_well = True
    for feed in found.feeds():
        view = indexer.view(found.ours, feed)
        try:
            head, rows = found.shop.execute(SQL.extent.format(changelog=feed.changelog)).fetchone()
        except sqlite3.OperationalError:
            continue  # there is none: said already
        backlog = max(head - view.version_id, 0)
        waiting += backlog
        since = _stuck_since(patient, found, feed)
        reason = changelog.lost(found.shop, feed, view.version_id, view.fingerprint)
        if reason:
            is_well = False
            yield warn("changelogs", reason, "run reindex_all_invalid: it compares the feed with the shop")
        elif since is not None:
            is_well = False
            yield fail(
                "changelogs",
                f"{feed.changelog}: {backlog} rows wait, none was read for {ago(since)}",
                f"run reindex_all_invalid -v and see what it says of {feed.name}",
            )
        elif rows > limit or backlog > LONG_BACKLOG:
            is_well = False
            yield warn(
                "changelogs",
                f"{feed.changelog}: {backlog} rows wait, {rows} are kept",
                "run reindex_all_invalid; more rows than [export] changelog_limit are dropped and the feed compared",
            )
    if is_well:
        yield ok("changelogs", f"{waiting} rows wait" if waiting else "all is read")


def _stuck_since(patient: Patient, found: Installation, feed: Feed) -> float | None:
    """For how long rows have been waiting without any being read; None if that is not long."""
    waiting_since, indexer_status = found.ours.execute(SQL.waiting, {"feed": feed.name}).fetchone()
    if waiting_since is None or indexer_status != "valid":
        return None
    age = patient.age(waiting_since)
    return age if age > STUCK_SECONDS else None


def indexers(patient: Patient) -> Findings:
    """Every feed is valid, and updated by schedule."""
    found = patient.installation
    states = [(feed, indexer.state(found.ours, feed)) for feed in found.feeds()]
    unfinished: dict[str, list[tuple[Feed, indexer.State]]] = {}
    for feed, state in states:
        if state.status in ("invalid", "working"):
            what = "being synced in full" if state.status == "working" else "to be synced in full"
            reason = f" ({state.reason})" if state.reason else ""
            unfinished.setdefault(what + reason, []).append((feed, state))
    for what, some in unfinished.items():
        since = min(state.updated for _, state in some)
        feeds = names(feed for feed, _ in some)
        yield warn("indexers", f"{feeds}: {what}, since {since} UTC", "cron's reindex_all_invalid goes on with it")
    suspended = [feed for feed, state in states if state.status == "suspended"]
    if suspended:
        ids = " ".join(feed.indexer for feed in suspended)
        yield warn(
            "indexers",
            f"{names(suspended)}: suspended, passed over by cron",
            f"run: saasexport indexer:set-status invalid {ids}",
        )
    on_save = [feed for feed, _ in states if indexer.view(found.ours, feed).mode != "schedule"]
    if on_save:
        ids = " ".join(feed.indexer for feed in on_save)
        yield warn(
            "indexers",
            f"{names(on_save)}: Update on Save, what the shop's program forgets comes late",
            f"run: saasexport indexer:set-mode schedule {ids}",
        )
    if not unfinished and not suspended and not on_save:
        yield ok("indexers", "all are valid and updated by schedule")


def reconciled(patient: Patient) -> Findings:
    """Every feed was compared with the shop not too long ago."""
    found = patient.installation
    hours = found.config["export.reconcile_hours"]
    late = []
    for feed in found.feeds():
        at = found.ours.execute(SQL.reconciled_at, {"feed": feed.name}).fetchone()[0]
        # One that was never compared is invalid, which is said already.
        if at is not None and patient.age(at) > (2 * hours + 1) * 3600:
            late.append(feed)
    if late:
        yield warn(
            "reconciliation",
            f"{names(late)}: not compared with the shop for more than {2 * hours} hours",
            "run reindex_all_invalid, and see that cron does every minute",
        )
    else:
        yield ok("reconciliation", f"every valid feed was compared with the shop within {2 * hours} hours")


def items(patient: Patient) -> Findings:
    """Everything is delivered, or on its way."""
    found = patient.installation
    is_well = True
    counts = status.failed_by_status(found)
    waiting = sum(by_status.get(2, 0) for by_status in counts.values())
    if waiting:
        # One line for all feeds: mostly it is the service, which has a line of its own.
        is_well = False
        those = "1 item waits" if waiting == 1 else f"{waiting:,} items wait"
        yield warn("items", f"{those} to be sent again", "resend_failed does it every five minutes")
    for line in status.rows(found):
        name = line["feed"]
        failed = sum(counts.get(name, {}).get(code, 0) for code in (1, 400))
        if failed:
            is_well = False
            those = "1 item" if failed == 1 else f"{failed:,} items"
            yield warn("items", f"{those} of {name} failed", f"see why: saasexport failed {name}")
        if line["awaiting"] > LONG_BACKLOG:
            is_well = False
            feed = found.all_feeds[name]
            job = feed.exporter if feed.legacy else "reindex_all_invalid"
            remedy = f"run {job}, and see that cron does"
            yield warn("items", f"{line['awaiting']} items of {name} await submission", remedy)
        if line["held"]:
            is_well = False
            yield warn(
                "deletions",
                f"{line['held']} entities of {name} are gone at once: their deletion is held back",
                f"if they are really gone, run: saasexport deletions {name} --confirm",
            )
    if is_well:
        yield ok("items", "none failed, none is held back")


def configuration_in_use(patient: Patient) -> Findings:
    """The configuration is the one that the last job took into use."""
    assert patient.ours is not None  # noqa: S101  # called only then
    with open(patient.config.file, "rb") as file:
        content = file.read()
    if db.setting(patient.ours, "config_bytes") == content:
        yield ok("configuration", f"{patient.config.file}: in use")
    else:
        yield ok("configuration", f"{patient.config.file}: changed, the next job takes it into use")
