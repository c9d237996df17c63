"""Opening an installation, setting one up, and taking a new configuration into use.

Opening brings everything in line first: a changed configuration, another data
space, triggers that a migration of the shop dropped.  What an idle tick
compares is kept here too, so that saasexport.idle needs to know no feed.
"""

import os

import saasexport
from saasexport.clock import now_text
from saasexport.config import ownership, settings
from saasexport.database import db, indexer, questions
from saasexport.errors import ConfigError, DatabaseError, SaasExportError, ShopError
from saasexport.feed import Feed
from saasexport.log import Log
from saasexport.setup import copied_shop, feed_set
from saasexport.setup.installation import SQL, Installation, require_installed
from saasexport.stdlib import Any, decode_json, sqlite3

# The modules of the feeds whose changelogs moved; the shop and our database, as saasexport.idle has just opened them.
Moved = tuple[list[str], sqlite3.Connection, sqlite3.Connection]


def open_installation(file: str | None = None, read_only: bool = False, counts: bool = False) -> Installation:
    """Open what a configuration describes, and bring it in line with configuration and shop.

    With `read_only` nothing is changed but, with `counts`, what is counted:
    what is out of line is left to the next job.
    """
    installation, content = connect(file, read_only, counts)
    try:
        copied_shop.require_copy(installation.config)
    except ShopError:
        installation.close()
        raise
    if not read_only:
        bring_in_line(installation, content)
    return installation


def connect(
    file: str | None = None, read_only: bool = False, counts: bool = False, moved: Moved | None = None
) -> tuple[Installation, bytes]:
    """What a configuration describes as it stands, and the bytes of the configuration; nothing is changed."""
    path = settings.find(file)
    content = settings.read(path)
    access: dict[str, Any] = {"read_only": read_only and not counts, "accepts_old": not read_only}
    config, ours = _load_kept(path, content, access, moved)
    if config is None:
        from saasexport.config import parsing  # late: a tick has it from our database

        config = parsing.parse(path, content, feed_set.names_of)
        ours = db.connect_ours(config["export.database"], place=config.place("export.database"), **access)
    assert ours is not None  # noqa: S101  # _load_kept gives both or none
    require_folders(config)
    if not read_only:
        bring_up(config, ours)
    init = "saasexport init --shop " + config["shop.database"]
    if db.setting(ours, "installation_id") is None:
        raise DatabaseError(f"{config['export.database']}: not set up", f"run: {init}")
    installation = Installation(config, ours, read_only)
    require_installed(installation)
    return installation, content


def bring_up(config: settings.Config, ours: sqlite3.Connection) -> None:
    """Bring a database of an older version up to this one, and say so."""
    if ours.execute("pragma user_version").fetchone()[0] == db.SCHEMA_VERSION:
        return
    from saasexport.database import migrations  # late: once in the life of a version

    log = Log(config["export.log_dir"], "saasexport")
    log.tell(f"{config['export.database']}: is brought up to schema {db.SCHEMA_VERSION}, which takes a while")
    migrations.bring_up(ours)
    log.tell(f"{config['export.database']}: has schema {db.SCHEMA_VERSION}")


def bring_in_line(installation: Installation, content: bytes, moved: Moved | None = None) -> None:
    """Take a changed configuration into use, and have the shop's triggers as they should be.

    With the feeds that `moved`, saasexport.idle has just found everything else as it was.
    """
    kept = [db.setting(installation.ours, name) for name in ("config_bytes", "program", "feed_files")]
    if moved and kept == [content, saasexport.__version__, ""]:
        installation.load_only(*moved[:2])
        return
    from saasexport.setup.shop_check import check_shop  # late, with all that knows triggers: for a tick with a change

    if kept != [content, saasexport.__version__, installation.feed_set.files]:
        apply_configuration(installation, content)
    check_shop(installation)


def _load_kept(
    path: str, content: bytes, access: dict[str, Any], moved: Moved | None
) -> tuple[settings.Config | None, sqlite3.Connection | None]:
    """The configuration as it was kept when these bytes were last checked."""
    database = questions.database_of(path, content)
    if not database or not os.path.exists(database):
        return None, None
    try:
        if moved:
            ours = moved[2]
            db.commit_durably(ours)
        else:
            ours = db.connect_ours(database, **access)
        if db.setting(ours, "config_bytes") == content and db.setting(ours, "config_file") == path:
            return settings.from_dict(decode_json(db.setting(ours, "config"))), ours
        ours.close()
    except (SaasExportError, sqlite3.Error):
        pass
    return None, None


def require_folders(config: settings.Config) -> None:
    """Refuse what is no folder, and folders of locks and logs in which others may make files."""
    for key in ("export.lock_dir", "export.log_dir"):
        ownership.require_one(config[key], config.place(key) + ": ")
    # Without a folder for logs the shop's changes are sent all the same.
    for key in ("export.lock_dir", "export.feeds_dir"):
        ownership.require_folder(config[key], config.place(key))


def identity_in(config: settings.Config) -> str | None:
    """The id of the installation whose triggers stand in a shop; None if there are none."""
    from saasexport.capture import triggers

    shop = db.connect_shop(config["shop.database"], place=config.place("shop.database"))
    try:
        ours = triggers.list_installed(shop)
        ids = [triggers.installation_of(each.sql) for each in ours if each.kind == "trigger"]
    finally:
        shop.close()
    return next(filter(None, ids), None)


def take_over(config: settings.Config, content: bytes) -> Installation:
    """Set up beside the triggers of an installation whose database is lost, as that installation.

    Nothing is known of what it sent, so every feed is compared with the shop.
    """
    identity = identity_in(config)
    ours = _make(config, config["export.database"])
    with db.transaction(ours):
        if identity is not None and db.setting(ours, "installation_id") not in (None, identity):
            db.keep(ours, installation_id=identity)
            values = {"reason": "another installation was taken over", "now": now_text()}
            ours.execute(indexer.SQL.invalidate_all, values)
    ours.close()
    return set_up(config, content, identity)


def _make(config: settings.Config, file: str) -> sqlite3.Connection:
    """Our database with its fixed tables, which are made if they are not there."""
    ours = db.connect_ours(file, create=True, accepts_old=True, place=config.place("export.database"))
    db.install(ours)
    bring_up(config, ours)
    return ours


def set_up(
    config: settings.Config, content: bytes, identity: str | None = None, file: str | None = None
) -> Installation:
    """Create our database, or complete it; nothing that is there is lost.

    `identity` is what the shop's triggers carry already, and `file` where the database is made, if it was lost.
    """
    from saasexport.setup import machine
    from saasexport.setup.shop_check import check_shop

    ours = begin(config, identity, file)
    installation = Installation(config, ours)
    shop_identity = installation.shop_identity  # the shop is not read in a transaction of ours
    with db.transaction(ours):
        db.keep(ours, shop_identity=shop_identity)
        for feed in installation.all_feeds.values():
            indexer.add(ours, feed, now_text())
            _make_feed_table(ours, feed)
        # Who sets up on purpose, again after a move, says that this is the place.
        db.keep(ours, machine=machine.fingerprint(config["export.database"]), uninstalled=None)
    apply_configuration(installation, content)
    check_shop(installation)
    return installation


def begin(config: settings.Config, identity: str | None = None, file: str | None = None) -> sqlite3.Connection:
    """Our database with the id of this installation, before the shop is asked anything."""
    require_folders(config)
    ours = _make(config, file or config["export.database"])
    with db.transaction(ours):
        if db.setting(ours, "installation_id") is None:
            db.keep(ours, installation_id=identity or os.urandom(8).hex(), cleaned_at=now_text())
    return ours


def apply_configuration(installation: Installation, content: bytes) -> None:
    """Take a new or changed configuration into use, in one transaction."""
    from saasexport.database import views  # late: a configuration is seldom another

    _check_excluded(installation)
    ours, config = installation.ours, installation.config
    environment = config.data_space
    with db.transaction(ours):
        for feed in installation.all_feeds.values():
            indexer.add(ours, feed, now_text())
            _make_feed_table(ours, feed)
        if db.setting(ours, "program") not in (None, saasexport.__version__):
            # Another version may assemble items in another way, and watch other tables.
            for feed in installation.all_feeds.values():
                indexer.invalidate(ours, feed, f"saasexport {saasexport.__version__} was installed", now_text())
        _compare_excluded(installation)
        before = db.setting(ours, "environment_id")
        if before != environment:
            use_environment(installation, environment)
        if before not in (None, environment):
            for feed in installation.all_feeds.values():
                installation.table(feed).use_environment()
        views.make(ours, installation.all_feeds.values())
        _keep_configuration(installation, content)


def _keep_configuration(installation: Installation, content: bytes) -> None:
    import json  # late, as above

    config = installation.config
    db.keep(
        installation.ours,
        environment_id=config.data_space,
        program=saasexport.__version__,
        config_bytes=content,
        config_file=config.file,
        lock_dir=config["export.lock_dir"],
        log_dir=config["export.log_dir"],
        ping_url=config["export.ping_url"],
        shop_file=config["shop.database"],
        mirror_source=config["mirror.source"],
        feeds_dir=config["export.feeds_dir"],
        feed_files=installation.feed_set.files,
        config=json.dumps(config.as_dict()),
        shop_version=None,  # so that check_shop looks at everything anew
    )


# What the items of a feed depend on beside the shop.
KEYS_OF = {"priceBooks": "service.price_books"}


def _compare_excluded(installation: Installation) -> None:
    """Have the feeds walked anew whose settings are not what they were; all, if what is too large is another."""
    kept = db.setting(installation.ours, "config")
    if kept is None:
        return
    before = settings.from_dict(decode_json(kept))
    for feed in installation.all_feeds.values():
        key = KEYS_OF.get(feed.name)
        if key and before[key] != installation.config[key]:
            indexer.invalidate(installation.ours, feed, f"[service] {key.rpartition('.')[2]} is another", now_text())
        if list(before.of_feed(feed.name, "exclude")) != list(installation.config.of_feed(feed.name, "exclude")):
            indexer.invalidate(installation.ours, feed, "other fields are left out", now_text())
        elif before["service.max_body"] != installation.config["service.max_body"]:
            indexer.invalidate(installation.ours, feed, "[service] max_body is another", now_text())


# A row remembers the data spaces it was delivered to in the bits of one number.
MOST_ENVIRONMENTS = 63


def use_environment(installation: Installation, environment: str) -> None:
    """Make a data space the one in force; of more than can be remembered the one used longest ago is forgotten."""
    ours = installation.ours
    others = ours.execute(SQL.environments, {"environment_id": environment}).fetchall()
    for (bit,) in others[: max(len(others) + 1 - MOST_ENVIRONMENTS, 0)]:
        for feed in installation.all_feeds.values():
            installation.table(feed).forget_environment(1 << bit)
        ours.execute(SQL.forget_environment, {"bit": bit})
    ours.execute(SQL.use_environment, {"environment_id": environment, "now": now_text()})


def _check_excluded(installation: Installation) -> None:
    for feed in installation.all_feeds.values():
        for name in installation.config.of_feed(feed.name, "exclude"):
            if name in feed.identity:
                raise ConfigError(
                    f"{installation.config.file}: [feeds.{feed.name}] exclude: {name} identifies the items"
                    " and cannot be left out"
                )


def _make_feed_table(ours: sqlite3.Connection, feed: Feed) -> None:
    if ours.execute("select 1 from sqlite_master where name = ?", (feed.table,)).fetchone():
        return
    for statement in db.statements(db.feed_table_script(feed)):
        ours.execute(statement)
