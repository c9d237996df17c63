"""Capture that can be trusted: triggers and changelogs as they should be, and what was not seen meanwhile.

Migrations of the shop drop triggers silently, files are exchanged and restored.
So whenever the shop's schema is not the one we know, what is installed is
compared by name and text, put right, and the feeds concerned are walked anew.
"""

import json
from collections.abc import Iterable

import saasexport
from saasexport import queries
from saasexport.capture import triggers
from saasexport.capture.triggers import Installed
from saasexport.clock import now_text
from saasexport.database import db, indexer, questions
from saasexport.database.hashing import encode
from saasexport.errors import DatabaseError, ShopError
from saasexport.feed import Feed
from saasexport.log import Log
from saasexport.setup.installation import Installation, require_installed
from saasexport.stdlib import sqlite3

SQL = queries.beside(__file__)


def check_shop(installation: Installation) -> None:
    """Have the shop's triggers and changelogs as they should be, and know what was not seen meanwhile."""
    ours, shop = installation.ours, installation.shop
    version = _schema_version(shop)
    is_known = db.setting(ours, "shop_version") == version and db.setting(ours, "usable") is not None
    has_faults = installation.feed_set.nameless or any(feed.fault for feed in installation.enabled_feeds())
    # Those that were kept are ours, so that their texts need not be read for whose they are.
    if is_known and not has_faults and db.kept_triggers(ours) == _by_name(db.read_shop(shop, triggers.SQL.candidates)):
        return
    present = triggers.list_installed(shop)
    _refuse_anothers(installation, present)
    if is_known and not has_faults and db.kept_triggers(ours) == _by_name(present):
        return  # the shop has more triggers whose names begin as ours do
    if db.kept_triggers(ours) and not any(each.kind == "trigger" for each in present):
        _recognise(installation)
    usable = _usable(installation)
    wanted = triggers.changelog_texts(usable)
    tables = {each.name: each.sql for each in present if each.kind == "table"}
    changelogs = {name for name, sql in tables.items() if triggers.is_as_written(sql, wanted.get(name, ""))}
    if not changelogs == set(tables) == set(wanted) or _by_name(present) != triggers.texts(usable, installation.id):
        before = triggers.changelog_texts_of_0_1_0(usable)
        changelogs |= {name for name, sql in tables.items() if triggers.is_as_written(sql, before.get(name, ""))}
        _reinstall(installation, usable, present, changelogs)
        version = _schema_version(shop)  # first, so that what is altered meanwhile is looked at by the next run
        present = triggers.list_installed(shop)
    _keep(installation, usable, present, version)


def _keep(installation: Installation, usable: list[Feed], present: list[Installed], version: int) -> None:
    """Put on record which feeds the shop can have, and how its triggers were seen."""
    ours = installation.ours
    with db.transaction(ours):
        for feed in installation.all_feeds.values():
            if feed not in usable:
                _forget_cursor(ours, feed, "unavailable" if installation.is_enabled(feed) else "switched off")
            else:
                _take_up(ours, feed)
        db.keep_triggers(ours, _by_name(present))
        db.keep(
            ours,
            # Not known while something is wrong: so every run looks again, and says so.
            shop_version=None if installation.lost or installation.unanswered else version,
            usable=questions.describe_feeds(usable, installation.module_of),
            reconcile_hours=installation.config["export.reconcile_hours"],
        )


def _schema_version(shop: sqlite3.Connection) -> int:
    return int(db.read_shop(shop, "pragma schema_version")[0][0])


def _usable(installation: Installation) -> list[Feed]:
    """The wanted feeds that the shop can give; what is wrong with the others is in `installation.lost`."""
    ours, shop = installation.ours, installation.shop
    if not db.read_shop(shop, "select 1 from sqlite_master limit 1"):
        path = installation.config["shop.database"]
        raise ShopError(f"{path}: holds no table", "a copy that failed? Put the right file back")
    once = _once_available(ours)
    usable: list[Feed] = []
    lost: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    for feed in installation.enabled_feeds():
        reason = reasons[feed.name] = triggers.unavailable(shop, feed)
        if not reason:
            usable.append(feed)
        elif feed.fault or known_as(feed) in once or triggers.describe_clash(shop, feed):
            lost.setdefault(reason, []).append(feed.name)
    never_answered = _list_never_answered(installation, usable)
    with db.transaction(ours):
        for name, reason in reasons.items():
            ours.execute(indexer.SQL.set_unavailable, {"feed": name, "reason": reason or None})
        for feed, kept in never_answered:
            ours.execute(SQL.remember_never_answered, {"feed": feed.name, "never_answered": kept})
        db.keep(ours, once_available=" ".join(sorted(once | {known_as(feed) for feed in usable})))
    installation.lost = [f"{', '.join(names)}: not synced: {reason}" for reason, names in lost.items()]
    installation.lost += installation.feed_set.nameless
    return usable


def _list_never_answered(installation: Installation, usable: list[Feed]) -> list[tuple[Feed, str]]:
    """What the shop cannot answer of feeds that this version asks for the first time: it never had that.

    What it cannot answer besides was lost, though nobody watches it: `installation.unanswered` has the reason.
    """
    from saasexport.setup import shop_reads  # late: when the shop's schema has changed

    first_time = []
    for feed in usable:
        if feed.origin:
            continue  # its file is read anew, and has words for it
        reasons = shop_reads.list_unanswered(installation.shop, feed)
        [(kept,)] = installation.ours.execute(SQL.never_answered, {"feed": feed.name}).fetchall()
        version, never = json.loads(kept) if kept else (None, [])
        if version != saasexport.__version__:
            first_time.append((feed, encode([saasexport.__version__, reasons])))
        elif lost := [reason for reason in reasons if reason not in never]:
            installation.unanswered[feed.name] = lost[0]
    return first_time


def _take_up(ours: sqlite3.Connection, feed: Feed) -> None:
    """Have a feed whose file is another than it was compared with the shop, and its deletions held back."""
    [(kept,)] = ours.execute(indexer.SQL.digest, {"feed": feed.name}).fetchall()
    is_changed = kept not in (None, feed.digest)
    if kept != feed.digest:
        values = {"feed": feed.name, "digest": feed.digest, "is_changed": is_changed}
        ours.execute(indexer.SQL.set_digest, values)
    if is_changed:
        indexer.invalidate(ours, feed, "its file was changed", now_text())


def known_as(feed: Feed) -> str:
    """What a feed is called among those that the shop once gave: a file's is another than the built-in one."""
    return f"{feed.name}.sql" if feed.origin else feed.name


def _once_available(ours: sqlite3.Connection) -> set[str]:
    """The feeds that the shop could give at some time: what it never had is no fault, what it lost is one."""
    names = db.setting(ours, "once_available")
    if names is None:
        return {row[0] for row in ours.execute(SQL.once_reconciled)}
    return set(names.split())


def _reinstall(
    installation: Installation, usable: list[Feed], present: list[Installed], changelogs: set[str]
) -> None:
    """Install what is missing; feeds whose triggers were gone or changed are walked anew."""
    path = installation.config["shop.database"]
    # Before the shop is put right: whoever is killed in between must find it missing again.
    _mark_unseen(installation, usable, present, changelogs)
    writer = db.connect_shop(path, write=True, place=installation.config.place("shop.database"))
    try:
        triggers.install(writer, usable, installation.id, lambda: require_installed(installation))
    except (sqlite3.Error, DatabaseError) as error:
        message = f"{path}: triggers cannot be installed: {error}"
        Log(installation.config["export.log_dir"], "saasexport").error("04-06", message)
        is_refused = db.code_of(error) == sqlite3.SQLITE_READONLY
        raise ShopError(message, "see its owner and mode, and those of its folder" if is_refused else "") from error
    finally:
        writer.close()
    # And after it: another job may have walked a feed meanwhile, without the triggers.
    _mark_unseen(installation, usable, present, changelogs)


def _mark_unseen(
    installation: Installation, usable: list[Feed], present: list[Installed], changelogs: set[str]
) -> None:
    texts = _by_name(present)
    kept = db.kept_triggers(installation.ours)
    unseen = {triggers.table_of(name) for name, text in kept.items() if texts.get(name) != text}
    with db.transaction(installation.ours):
        for feed in usable:
            if feed.changelog not in changelogs:
                _forget_cursor(installation.ours, feed, "its changelog is new")
            elif unseen & {entry.table for entry in feed.all_subscriptions()}:
                indexer.invalidate(installation.ours, feed, "triggers were missing or changed", now_text())


def _by_name(present: Iterable[tuple[str, str, str, str]]) -> dict[str, str]:
    return {name: sql for kind, name, _, sql in present if kind == "trigger"}


def _refuse_anothers(installation: Installation, present: list[Installed]) -> None:
    path, installation_id = installation.config["shop.database"], installation.id
    for each in present:
        if each.kind == "trigger" and triggers.installation_of(each.sql) != installation_id:
            raise ShopError(
                f"{path}: trigger {each.name} belongs to another installation of saasexport",
                "is this the right shop? If it is: saasexport uninstall there, or saasexport init --take-over here"
                " if that installation's database is lost",
            )


# Rows looked at to tell whether a shop is the one we know.
SAMPLE = 200


def _recognise(installation: Installation) -> None:
    """Refuse a shop that carries nothing of ours and knows less than half of our entities."""
    watched = [feed for feed in installation.enabled_feeds() if not triggers.unavailable(installation.shop, feed)]
    tables = [(feed, installation.table(feed)) for feed in watched]
    known = same = 0
    for feed, table in tables:
        rows = table.rows("sample", limit=SAMPLE)
        if not rows:
            continue
        shop = installation.shop_now(lambda kind, entity_id: f"{kind}/{entity_id}", feed, 0)
        identities = table.identities(feed.assemble(shop, sorted({row[0] for row in rows})))
        known += len(rows)
        same += sum(row[1] in identities for row in rows)
    if same * 2 < known:
        raise ShopError(
            f"{installation.config['shop.database']}: is another shop: it has none of our triggers,"
            f" and of {known} items looked up it knows {same}",
            "put the right file back, or set up this one in a folder of its own",
        )


def _forget_cursor(ours: sqlite3.Connection, feed: Feed, reason: str) -> None:
    ours.execute(SQL.forget_cursor, {"feed": feed.name, "now": now_text()})
    indexer.invalidate(ours, feed, reason, now_text())
