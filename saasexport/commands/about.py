"""saasexport list, help, version and completion: what there is to type, as Symfony has it."""

import argparse

import saasexport
from saasexport import commands
from saasexport.commands import for_programs
from saasexport.errors import ConfigError
from saasexport.feeds import all_feeds
from saasexport.usage import COMMANDS

EXAMPLES = {
    "completion": 'eval "$(saasexport completion)"\nsaasexport completion > /etc/bash_completion.d/saasexport',
    "list": "saasexport list\nsaasexport list indexer\nsaasexport list --json",
    "help": "saasexport help saas:resync",
    "version": "saasexport version\nsaasexport version --json",
}

KEYS = {"command": "its name", "summary": "what it does"}

VERSION_KEYS = {"version": "of this program"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The arguments of these commands."""
    if name == "list":
        options.add_argument("group", metavar="GROUP", nargs="?", help="saas, indexer, ...; all without one")
        for_programs.add_option(options, KEYS, "command")
    elif name == "help":
        options.add_argument("command", metavar="COMMAND", nargs="*", default=[], help="a command; all without one")
    elif name == "version":
        for_programs.add_option(options, VERSION_KEYS, "program")
    else:
        options.add_argument("shell", metavar="bash", nargs="?", choices=("bash",), help="the shell")


def run(options: argparse.Namespace, name: str) -> int:
    """Print it."""
    if name == "list":
        return _list(options)
    if name == "help":
        print(_help_of(" ".join(options.command)), end="")
    elif name == "version":
        if options.json:
            return for_programs.show([{"version": saasexport.__version__}])
        print(f"saasexport {saasexport.__version__}")
    else:
        print(_completion(), end="")
    return 0


def _list(options: argparse.Namespace) -> int:
    group = options.group
    names = [name for name in COMMANDS if group is None or name.startswith(f"{group}:")]
    if not names:
        raise ConfigError(f"list: there are no commands of {group!r}", "see: saasexport list")
    summaries = {name: COMMANDS[name][1] for name in names}
    if options.json:
        return for_programs.show([{"command": name, "summary": text} for name, text in summaries.items()])
    if group is None:
        print(commands.usage())
        return 0
    width = max(map(len, names))
    print("\n".join(f"{name:<{width}}  {summary}" for name, summary in summaries.items()))
    return 0


def _help_of(name: str) -> str:
    return commands.parser(commands.find_command(name)).format_help() if name else commands.usage() + "\n"


# A colon parts words in bash, unless it is told not to.
SCRIPT = """\
# Completion of saasexport for bash; made by: saasexport completion
_saasexport() {{
    local word previous command="" each options values
    COMP_WORDBREAKS=${{COMP_WORDBREAKS//:/}}
    word="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}"
    for each in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case " {names} " in *" $each "*) command="$each"; break;; esac
    done
    case "$previous" in
        --feed) COMPREPLY=($(compgen -W "{feeds}" -- "$word")); return;;
        --config | --output | *-file) COMPREPLY=($(compgen -f -- "$word")); return;;
    esac
    case "$command" in
{cases}
        *) options="--config --help --version" values="{names}";;
    esac
    case "$word" in
        -*) COMPREPLY=($(compgen -W "$options" -- "$word"));;
        *) COMPREPLY=($(compgen -W "$values" -- "$word"));;
    esac
}}
complete -F _saasexport saasexport bin/saasexport
"""


def _completion() -> str:
    first = [name for name in COMMANDS if " " not in name]
    names = " ".join(first)
    feeds = all_feeds().values()
    # What stands in the place of an argument: by the name it has in the help.
    values = {
        "FEED": [feed.name for feed in feeds],
        "INDEXER": [feed.indexer for feed in feeds] + [feed.name for feed in feeds],
        "COMMAND": first,
        "retry|drop": ["retry", "drop"],
    }
    cases = []
    for name in first:
        options: list[str] = []
        # A command of two words is one of the values of its first.
        whole = [each for each in COMMANDS if each.partition(" ")[0] == name]
        words = [each.partition(" ")[2] for each in whole[1:]]
        for action in (action for each in whole for action in commands.parser(each)._actions):
            if action.help == argparse.SUPPRESS:
                continue
            options += action.option_strings
            if not action.option_strings:
                words += action.choices or values.get(str(action.metavar), [])
        cases.append(f'        {name}) options="{" ".join(dict.fromkeys(options))}" values="{" ".join(words)}";;')
    return SCRIPT.format(names=names, feeds=" ".join(values["FEED"]), cases="\n".join(cases))
