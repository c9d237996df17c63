"""How people are told what they may type: the commands, wrong usage in one line, and what they probably meant."""

import argparse
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from saasexport.errors import ConfigError

# So much of a name must be right before another is proposed: a wrong guess misleads more than none.
SIMILAR = 0.8


# Command -> its module, and one line about it.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "the whole story in one minute, needing nothing"),
    "init": ("init", "set up: configuration, our database, triggers in the shop"),
    "uninstall": ("uninstall", "take triggers and changelogs out of the shop"),
    "status": ("status", "per feed: records, delivered, failed, awaiting, backlog"),
    "failed": ("failed", "the items that are not delivered, and why"),
    "dashboard": ("dashboard", "the status pages, in a browser or as a file"),
    "show": ("show", "one item: what the shop says, and what was sent"),
    "feeds": ("feeds", "every feed: mode, indexer, table, why it is unavailable"),
    "feeds check": ("feeds_check", "try files of feeds of your own on the shop"),
    "feeds new": ("feeds_new", "the beginning of a feed's file, every field with its type"),
    "feeds watch": ("feeds_watch", "the watch lines that a feed's file lacks, proven; --write"),
    "doctor": ("doctor", "what is wrong with the installation, and what to do"),
    "check": ("check", "one line and an exit status, for Nagios and its like"),
    "verify": ("verify", "whether the service holds what the shop says; --repair"),
    "search": ("storefront", "what a storefront finds for a phrase"),
    "recommend": ("storefront", "what a storefront shows beside a product"),
    "config": ("config", "the configuration in force, and where it comes from"),
    "schema": ("schema", "the tables, views and triggers as installed"),
    "deletions": ("deletions", "deletions held back by the guard; --confirm releases them"),
    "saas:resync": ("resync", "sync a feed in full"),
    "indexer:info": ("indexer", "the indexers"),
    "indexer:status": ("indexer", "whether each is ready, and its backlog"),
    "indexer:show-mode": ("indexer", "how each is updated"),
    "indexer:set-mode": ("indexer", "have them updated by schedule, or on save"),
    "indexer:reindex": ("indexer", "sync their feeds in full, now"),
    "indexer:reset": ("indexer", "mark them invalid, for the next job"),
    "indexer:set-status": ("indexer", "set them invalid, suspended or valid"),
    "cron:install": ("cron", "put the jobs into your crontab"),
    "cron:remove": ("cron", "take them out again"),
    "timer:install": ("timer", "systemd timers in cron's place"),
    "timer:remove": ("timer", "take them out again"),
    "completion": ("about", "what bash needs to complete commands and options"),
    "list": ("about", "the commands, or those of a group"),
    "help": ("about", "the help of a command"),
    "version": ("about", "the version of this program"),
}


class _Once(argparse._StoreAction):
    """A value that is given once: of two, one would be silently forgotten."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        """Keep it, unless there is one already."""
        assert isinstance(parser, Parser)  # noqa: S101  # no other makes this action
        if option and self.dest in parser.given:
            parser.error(f"{option} is given twice")
        parser.given.add(self.dest)
        super().__call__(parser, namespace, values, option)


class Parser(argparse.ArgumentParser):
    """Options of a script or command; what is wrong is one line and the help to look at, exit status 2."""

    def __init__(self, given_before: Iterable[str] = (), **more: Any) -> None:
        super().__init__(**more)
        self.given: set[str] = set()
        self._given_before = given_before
        for name in (None, "store"):
            self.register("action", name, _Once)
        self.register("type", None, _utf8)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """The options, and what is none of them."""
        self.given = set(self._given_before)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Raise the line."""
        command = self.prog.partition(" ")[2]
        raise ConfigError(f"{command}: {message}" if command else message, f"see: {self.prog} --help")

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print help or version, and know at once whether that was possible: argparse would pass over it."""
        print(message, end="", file=file or sys.stderr, flush=True)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """The options, which may stand between names as well: `failed retry --status rejected products`."""
        parsed, rest = self.parse_known_args(args, namespace)
        return self.parse_intermixed_args(args, namespace) if rest else parsed


def _utf8(text: str) -> str:
    """An argument: looked for in a database, sent, or shown, it has to be text."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not UTF-8") from error
    return text


def near(name: str, names: Iterable[str]) -> str:
    """The one name that was probably meant; empty if that is not plain."""
    from difflib import SequenceMatcher  # late: only for a message

    def ratio(each: str) -> float:
        parts, others = name.casefold().split(":"), each.casefold().split(":")
        if len(parts) != len(others):
            return 0.0
        return min(SequenceMatcher(None, part, other).ratio() for part, other in zip(parts, others, strict=True))

    ratios = {each: ratio(each) for each in names}
    likely = [each for each, similarity in ratios.items() if similarity >= SIMILAR]
    best = [each for each in likely if ratios[each] == max(ratios.values())]
    return best[0] if len(best) == 1 else ""


def as_typed(text: str) -> str:
    """A text for people, in which our commands are called as this program was: bin/saasexport, for one."""
    called = _typed_name()
    names = "|".join([*map(re.escape, COMMANDS), "--help"])
    text = re.sub(rf"(?<![\w./-])saasexport (?=(--config \S+ )?({names})\b)", lambda _: f"{called} ", text)
    # And the help of a job or of the service.
    return re.sub(r"(?<=see: )\w+(?= --help)(?<!saasexport)", lambda script: _beside(called, script[0]), text)


def _beside(called: str, script: str) -> str:
    """A job or the service as it is typed where the commands are called so."""
    words = shlex.split(called)
    folder, name = os.path.split(words[-1])
    if name != "saasexport" or words[:-1]:
        return f"{called} {script}"  # the single file, or the module
    return shlex.quote(os.path.join(folder, script))


def _typed_name() -> str:
    """What stands before a command's name: for a job and the service, the script beside."""
    typed = sys.argv[0]
    before = sys.orig_argv[: len(sys.orig_argv) - len(sys.argv)]
    if typed.endswith((".pyz", "saasexport/__main__.py")):
        return shlex.join(sys.orig_argv[: len(before) + 1])
    if before[-2:] == ["-m", "saasexport"] or "".join(before[-1:]).endswith(".pyz"):
        return shlex.join(before)  # a job, named by the first argument
    folder, name = os.path.split(typed)
    if name != "saasexport":
        typed = os.path.join(folder, "saasexport")
        if not folder or not os.path.isfile(typed):
            return "saasexport"
    return "saasexport" if shutil.which("saasexport") == typed else shlex.quote(typed)
