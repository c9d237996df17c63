"""saasexport init: write a configuration, create our database, install triggers."""

import argparse
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from saasexport import lock
from saasexport.capture import triggers
from saasexport.commands import new_configuration
from saasexport.commands.new_configuration import DEFAULT_SERVICE
from saasexport.commands.progress import Progress
from saasexport.config import addresses, ownership, parsing, settings
from saasexport.config.keys import KEYS
from saasexport.database import db
from saasexport.errors import ConfigError, ShopError
from saasexport.feeds import all_feeds
from saasexport.feeds.own import folder
from saasexport.presets import PRESETS, Preset
from saasexport.setup import copied_shop, feed_set, mirroring, preset
from saasexport.setup.installation import Installation
from saasexport.setup.opening import begin, set_up, take_over
from saasexport.usage import as_typed

EXAMPLES = {
    "init": """
saasexport init --shop shop.sqlite
saasexport init --shop /srv/shop/shop.sqlite --service https://commerce.example.com --environment production-1
"""
}

def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of init."""
    options.register("type", None, str)  # what is no text cannot stand in a configuration, which says so
    options.add_argument("--shop", metavar="FILE", required=True, help="the shop's SQLite database")
    options.add_argument(
        "--mirror",
        metavar="ADDRESS",
        help="the server that the shop lives in, mysql:// or postgresql://USER@HOST/DATABASE:"
        " FILE is then the copy that is kept of it",
    )
    options.add_argument("--password-file", metavar="FILE", help="holds the password of that user")
    options.add_argument("--prefix", metavar="P", help="what the names of the shop's tables begin with there")
    options.add_argument("--service", metavar="URL", help=f"the Commerce Service (default {DEFAULT_SERVICE})")
    options.add_argument(
        "--environment",
        metavar="ID",
        help=f"the SaaS data space (default {settings.DEFAULT_ENVIRONMENT}, with a service on this machine only)",
    )
    options.add_argument(
        "--preset",
        metavar="NAME",
        help=f"feeds for a known shop, recognised if left out: {', '.join(each.name for each in PRESETS)}",
    )
    options.add_argument(
        "--take-over",
        action="store_true",
        help="beside triggers of another installation: go on as that one, whose database is lost",
    )


def run(options: argparse.Namespace, name: str) -> int:
    """Set everything up; safe to run again.  Refused, it leaves no file."""
    named = settings.named_file(options.config) or "saasexport.toml"
    path = settings.checked_name(os.path.abspath(named))
    shop = os.path.abspath(options.shop)
    if not options.mirror and (options.password_file or options.prefix):
        raise ConfigError("init: --password-file and --prefix belong to --mirror", "name the server: --mirror ADDRESS")
    is_new = not os.path.exists(path)
    ownership.require(path, "")  # where others may write, nothing else would work afterwards
    content = new_configuration.text_of(path, options, False).encode() if is_new else settings.read(path)
    with TemporaryDirectory() as folder_of_skeleton:
        config = parsing.parse(path, content, feed_set.names_of)
        if copied_shop.is_configured(config):
            looked_at = os.path.join(folder_of_skeleton, "shop.sqlite")
            mirroring.skeleton(config, looked_at)
        elif not os.path.exists(shop):
            raise ConfigError(f"{shop}: the shop database does not exist", "see --shop")
        else:
            looked_at = shop
        return _run(options, path, looked_at)


def _run(options: argparse.Namespace, path: str, looked_at: str) -> int:
    """Set up for a shop, whose tables another file may have as well, where it is a copy that is still to be made."""
    shop = os.path.abspath(options.shop)
    is_new = not os.path.exists(path)
    is_commerces = _is_commerces(looked_at)
    place = options.mirror or shop
    chosen = _preset(looked_at, options.preset, place) if options.preset or (is_new and not is_commerces) else None
    has_own = bool(chosen or folder.paths(os.path.join(os.path.dirname(path), KEYS["export"]["feeds_dir"].default)))
    is_own_only = has_own and not is_commerces
    content = new_configuration.text_of(path, options, is_own_only).encode() if is_new else settings.read(path)
    config = parsing.parse(path, content, feed_set.names_of)
    if is_new:
        _require_environment(config, options.environment)
    else:
        _require_same(config, shop, options)
    if chosen is None:
        _require_feeds(config, looked_at)
    with _nothing_left(path, config):
        if is_new:
            new_configuration.write(path, content)
        copied = preset.copy(chosen, config["export.feeds_dir"]) if chosen else None
        if copied_shop.is_configured(config):
            begin(config).close()
        else:
            installation = (take_over if options.take_over else set_up)(config, content)
    if copied_shop.is_configured(config):
        _copy(config)
        installation = (take_over if options.take_over else set_up)(config, content)
    try:
        print(f"configuration  {path}" + (" (written)" if is_new else ""))
        if chosen and copied:
            _print_copies(chosen, copied, config["export.feeds_dir"])
        _print_installation(installation)
    finally:
        installation.close()
    return 0


def _print_copies(chosen: Preset, copied: preset.Copied, place: str) -> None:
    kept = f" ({len(copied.kept)} were there and are kept)" if copied.kept else ""
    print(f"preset         {chosen.title}: {len(copied.written)} feeds copied{kept} to {place}")


def _print_installation(installation: Installation) -> None:
    config = installation.config
    print(f"our database   {config['export.database']}")
    if copied_shop.is_configured(config):
        state = copied_shop.state(installation.ours)
        print(f"server         {config['mirror.source']}: {state.tables} tables copied in {state.seconds:.1f} s")
    print(f"shop           {config['shop.database']}: {len(installation.feeds())} feeds watch it")
    print(f"service        {config['service.url']}, environment {config['service.environment_id']}")
    print(as_typed("next           run reindex_all_invalid, or have cron do it: saasexport cron:install"))


def _is_commerces(path: str) -> bool:
    """Whether a shop has the tables of a feed that is built in."""
    shop = db.connect_shop(path, place="--shop")
    try:
        return any(not triggers.lacking(shop, feed) for feed in all_feeds().values())
    finally:
        shop.close()


def _preset(path: str, name: str | None, place: str) -> Preset | None:
    """The preset that is asked for, or that the shop of a place fits; None if there is none."""
    shop = db.connect_shop(path, place="--shop")
    try:
        if name is None:
            return preset.of_shop(shop)
        chosen = preset.find(name)
        if lack := preset.lacking(chosen, shop):
            raise ShopError(f"{place}: does not fit the preset {name}: it lacks {lack}")
        return chosen
    finally:
        shop.close()


def _require_environment(config: settings.Config, environment: str | None) -> None:
    if environment is None and not addresses.is_local(config["service.url"]):
        raise ConfigError(
            f"{config['service.url']}: which data space is it to have?",
            "name it: --environment ID, as its operator gave it to you",
        )


def _require_same(config: settings.Config, shop: str, options: argparse.Namespace) -> None:
    """Refuse options that say something else than a configuration that is there: it is never changed."""
    if not _is_same(config["shop.database"], shop):
        raise ConfigError(
            f"{config.file}: is for another shop, {config['shop.database']}",
            "choose another file with --config PATH",
        )
    if options.service and options.service.rstrip("/") != config["service.url"].rstrip("/"):
        raise ConfigError(
            f"{config.file}: has another service, {config['service.url']}",
            "change [service] url there, or leave it out",
        )
    if options.mirror not in (None, config["mirror.source"]):
        has = f"another server, {config['mirror.source']}" if config["mirror.source"] else "no [mirror]"
        raise ConfigError(f"{config.file}: has {has}", "change [mirror] there, or leave --mirror out")
    if options.environment not in (None, config["service.environment_id"]):
        raise ConfigError(
            f"{config.file}: has another environment, {config['service.environment_id']}",
            "change [service] environment_id there, or leave it out",
        )


def _require_feeds(config: settings.Config, path: str) -> None:
    """Refuse what is no shop before anything is written: a mistyped name must not stand in a configuration."""
    built_in = all_feeds().values() if config["export.built_in"] else ()
    feeds = [feed for feed in built_in if config.of_feed(feed.name, "enabled")]
    has_files = feed_set.needs_shop(config)
    # What is looked at may be a likeness of the server's tables, which nobody has heard of.
    place = config["mirror.source"] or path
    shop = db.connect_shop(path, place="--shop")
    try:
        tables = [row[0] for row in shop.execute("select name from sqlite_master where type = 'table'")]
        reasons = dict.fromkeys(triggers.unavailable(shop, feed) for feed in feeds)
    finally:
        shop.close()
    if not tables:
        raise ShopError(f"{place}: holds no table", "a copy that failed? Is it the shop's SQLite database?")
    if has_files:
        return  # each says for itself what is wrong with it
    if not reasons:
        none = f"[export] built_in is false, and {config['export.feeds_dir']} holds no feed"
        hint = "see [feeds.NAME] enabled" if built_in else none
        raise ConfigError(f"{config.file}: every feed is switched off", hint)
    if "" in reasons:
        return
    looked_for = sorted({feed.subscriptions[0].table for feed in feeds})
    ends = sorted((table, name) for name in looked_for for table in tables if table.endswith("_" + name))
    hint = _hint(ends, place != path)
    if any(name in tables for name in looked_for):
        raise ShopError(f"{place}: has no feed: {'; '.join(reasons)}", hint if ends else "")
    raise ShopError(f"{place}: has no table that a feed reads, looked for {', '.join(looked_for)}", hint)


def _hint(ends: list[tuple[str, str]], is_mirrored: bool) -> str:
    """The way out for a shop without a table that a feed reads; `ends`: tables, and what they end with."""
    if not ends:
        own = "A shop of another make needs feeds of its own: docs/any-shop.md"
        return "write its feeds first: docs/mirror.md" if is_mirrored else f"is this the shop's SQLite database? {own}"
    table, name = ends[0]
    return f"there is {table}: " + (
        f"say --prefix {table.removesuffix(name)}" if is_mirrored else "table prefixes are not supported"
    )


@contextmanager
def _nothing_left(path: str, config: settings.Config) -> Iterator[None]:
    """Take away again what was not there before, if what follows is refused."""
    database = config["export.database"]
    paths = [path, *(database + suffix for suffix in ("", "-wal", "-shm"))]
    paths += [config["export.log_dir"], config["export.lock_dir"], config["export.feeds_dir"]]
    folders = [os.path.dirname(made) for made in paths]
    while folders:
        paths += folders
        folders = [os.path.dirname(folder) for folder in folders if not os.path.exists(folder)]
    missing = [made for made in dict.fromkeys(paths) if not os.path.lexists(made)]
    try:
        yield
    except BaseException:
        for made in missing:
            if os.path.isdir(made):
                shutil.rmtree(made, ignore_errors=True)
            elif os.path.lexists(made):
                os.unlink(made)
        raise


def _copy(config: settings.Config) -> None:
    """Make the first copy, or go on with one that was cut off; one that is there is brought up to date."""
    bar = Progress(0, unit="rows")
    rows = 0

    def expect(number: int) -> None:
        bar.expected = number

    def progress(table: str, number: int) -> None:
        nonlocal rows
        rows += number
        bar.show(table, rows)

    ours = db.connect_ours(config["export.database"])
    try:
        with lock.held(os.path.join(config["export.lock_dir"], "mirror_shop.lock"), "init", waits=True):
            mirroring.update(config, ours, report=mirroring.Told(expect, progress))
    finally:
        bar.close()
        ours.close()


def _is_same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
