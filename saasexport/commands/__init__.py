"""bin/saasexport: finds the command, reads its options, turns errors into exit status.

Each command is a module with `configure(options, name)`, `run(options, name)` and
help that starts with examples; it is imported only when it is called.
"""

import argparse
import os
import sys
from importlib import import_module
from types import ModuleType

from saasexport import lock, plain
from saasexport.errors import Busy, ConfigError, SaasExportError
from saasexport.usage import COMMANDS, Parser, as_typed, near


def main(argv: list[str] | None = None) -> int:
    """Run a command; gives the exit status."""
    lock.open_standard_streams()
    argv = list(sys.argv[1:] if argv is None else argv)
    os.umask(0o077)
    plain.guard_streams()
    try:
        status = _run(argv)
        sys.stdout.flush()
        return status
    except Busy as busy:
        print(f"saasexport: {busy.told_on(sys.stderr, can_wait=False)}; nothing done", file=sys.stderr)
        return 0
    except SaasExportError as error:
        print(as_typed(f"saasexport: {plain.line(str(error))}"), file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt as interrupt:
        became = str(interrupt) or "the next run goes on from here"
        print(f"saasexport: interrupted; {became}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of a pipe (head, less) has seen enough; Python must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except Exception as error:
        print(f"saasexport: {plain.line(_unforeseen(argv, error))}", file=sys.stderr)
        return 1


def _unforeseen(argv: list[str], error: Exception) -> str:
    """The line about what nobody foresaw; its traceback goes to the log, if there is one."""
    from saasexport.jobs import failure  # late: only the commands that sync load this much

    named = [argv[at + 1] for at, option in enumerate(argv[:-1]) if option == "--config"]
    named += [option.partition("=")[2] for option in argv if option.startswith("--config=")]
    return failure(named[0] if named else None, "saasexport", error)


def _run(argv: list[str]) -> int:
    config, argv = _config_option(argv)
    if not argv or argv[0] in ("-h", "--help"):
        print(usage())
        return 0
    if argv[0] in ("-V", "--version"):
        argv = ["version", *argv[1:]]
    if argv[0].startswith("-"):
        raise ConfigError(f"unrecognized argument {argv[0]!r}", "see: saasexport --help")
    if " ".join(argv[:2]) in COMMANDS:
        argv = [" ".join(argv[:2]), *argv[2:]]
    name = find_command(argv[0])
    options = parser(name, config)
    status: int = _module(name).run(options.parse_args(argv[1:]), name)
    return status


def _module(name: str) -> ModuleType:
    return import_module(f"saasexport.commands.{COMMANDS[name][0]}")


def parser(name: str, config: str | None = None) -> Parser:
    """The options of a command."""
    summary = COMMANDS[name][1]
    options = _Options(
        prog=f"saasexport {name}",
        description=f"{summary[:1].upper()}{summary[1:]}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        given_before=() if config is None else ("config",),
    )
    options.examples = _module(name).EXAMPLES[name]
    options.add_argument("--config", metavar="PATH", default=config, help="the configuration file")
    _module(name).configure(options, name)
    return options


def _config_option(argv: list[str]) -> tuple[str | None, list[str]]:
    """--config may stand before the command, too."""
    if argv == ["--config"]:
        raise ConfigError("--config: expected one argument", "see: saasexport --help")
    if argv[:1] == ["--config"]:
        config, rest = argv[1], argv[2:]
    elif argv and argv[0].startswith("--config="):
        config, rest = argv[0].partition("=")[2], argv[1:]
    else:
        return None, argv
    if rest and rest[0].partition("=")[0] == "--config":
        raise ConfigError("--config is given twice", "see: saasexport --help")
    return config, rest


class _Options(Parser):
    """Options whose help starts with examples: most people look for the line to copy."""

    examples = ""

    def format_help(self) -> str:
        """The examples, then the usual."""
        lines = [f"  {line}" for line in self.examples.strip().splitlines()]
        return "\n".join(["examples:", *lines, "", super().format_help()])


def find_command(name: str) -> str:
    """A command by its name, or by the beginnings of its parts where they are clear, as bin/magento takes them."""
    if name in COMMANDS:
        return name
    parts = name.split(":")
    meant = [
        command
        for command in COMMANDS
        if len(parts) == len(command.split(":"))
        and all(whole.startswith(part) for part, whole in zip(parts, command.split(":"), strict=True))
    ]
    if len(meant) == 1:
        return meant[0]
    raise _unknown(name)


# What Commerce has and nobody misses here.
NOT_NEEDED = {
    "commerce-data-export:orders:link": "orders have their UUIDs from the first sync on",
    "commerce-data-export:config:export": "there is no message queue to take the shop's configuration",
    "commerce-data-export:config:add-paths-to-whitelist": "the shop's configuration is not exported",
}


def _unknown(name: str) -> ConfigError:
    if name in NOT_NEEDED:
        return ConfigError(f"{name} is not needed here", NOT_NEEDED[name])
    meant = near(name, COMMANDS)
    return ConfigError(f"there is no command {name!r}", f"did you mean {meant}?" if meant else "see: saasexport list")


def usage() -> str:
    """What `saasexport --help` prints."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {summary}" for name, (_, summary) in COMMANDS.items()]
    return "\n".join(
        [
            "examples:",
            "  saasexport demo",
            "  saasexport init --shop shop.sqlite",
            "  saasexport status",
            "",
            "usage: saasexport [--config PATH] COMMAND [options]",
            "",
            "SaaS Data Export for shops that keep their data in SQLite.",
            "",
            "commands:",
            *lines,
            "",
            "saasexport COMMAND --help tells more.  The configuration is --config PATH,",
            "else $SAASEXPORT_CONFIG, else ./saasexport.toml,",
            "else /etc/saasexport/saasexport.toml.",
        ]
    )
