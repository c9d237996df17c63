"""Manual pages from the help texts: one per script, and one for the configuration file.

What a help text says stands in one place, the program; here it only gets the
sections that `man` readers expect.
"""

import os
import sys
from contextlib import redirect_stdout, suppress
from importlib import import_module
from io import StringIO

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, ROOT)
os.environ["COLUMNS"] = "100"

from saasexport import __version__, commands, jobs
from saasexport.__main__ import JOBS
from saasexport.commands import COMMANDS
from saasexport.config import keys
from saasexport.service import server

SUMMARIES = {
    "saasexport": "administer SaaS Data Export",
    "mirror_shop": "bring the copy of a shop that lives in a database server up to date",
    "reindex_all_invalid": "send what changed in the shop, and sync in full every feed that is invalid",
    "saas_data_exporter": "send what the legacy feeds have collected, orders excepted",
    "sales_data_exporter": "send what the orders feed has collected",
    "resend_failed": "collect the failed items again and send them",
    "cleanup_deleted_feed_items": "remove rows of items that were deleted and delivered as such",
    "commerce_service": "the embedded Commerce Service",
}

FILES = """\
/etc/saasexport/saasexport.toml   the configuration, if there is none in the working directory: saasexport.toml(5)
/etc/cron.d/saasexport            when the jobs run
/var/lib/saasexport               our database and the locks
/var/log/saasexport               the logs
"""

EXIT_STATUS = """\
0   done, nothing to do, or another run holds the lock
1   something failed: a line on standard error per distinct problem
2   wrong usage or configuration
"""


def pages() -> dict[str, str]:
    """File name of a page -> its text."""
    found = {f"{name}.1": script_page(name) for name in SUMMARIES}
    return {**found, "saasexport.toml.5": configuration_page()}


def script_page(name: str) -> str:
    """The page of a script."""
    parts = [heading(name, 1, SUMMARIES[name]), section("DESCRIPTION", help_of(name))]
    if name == "saasexport":
        texts = [(command, help_of(name, command)) for command in COMMANDS]
        parts += [".SH COMMANDS\n", *(section(command, text, ".SS") for command, text in texts)]
    if name != "commerce_service":
        parts += [section("EXIT STATUS", EXIT_STATUS), section("FILES", FILES)]
    others = [f"{other}(1)" for other in SUMMARIES if other != name]
    parts.append(section("SEE ALSO", ", ".join([*others, "saasexport.toml(5)"])))
    return "".join(parts)


def configuration_page() -> str:
    """The page of the configuration file, from the keys that are checked."""
    parts = [heading("saasexport.toml", 5, "configuration of saasexport")]
    intro = (
        "A TOML file: --config PATH, else $SAASEXPORT_CONFIG, else ./saasexport.toml, else\n"
        "/etc/saasexport/saasexport.toml.  Paths are relative to its folder.  Unknown keys, wrong types\n"
        "and values out of range are errors that name file, key and what was expected.\n"
    )
    parts.append(section("DESCRIPTION", intro))
    for name, known in {**keys.KEYS, "feeds.NAME": keys.FEED_KEYS}.items():
        parts.append(section(f"[{name}]", "\n".join(key_line(key, known[key]) for key in known)))
    hint = "saasexport(1): saasexport config shows the values in force and where each comes from"
    parts.append(section("SEE ALSO", hint))
    return "".join(parts)


def key_line(name: str, key: keys.Key) -> str:
    """One key: what it is for, what it expects, and what it is if left out."""
    if key.required:
        default = "required"
    else:
        default = "optional" if key.default in (None, ()) else f"default {str(key.default).lower()}"
    return f"{name:<20} {key.meaning}\n{'':<20} {key.expected} ({default})"


def help_of(script: str, command: str = "") -> str:
    """What a script, or a command of saasexport, prints for --help."""
    if script in JOBS:
        return jobs.parser(script, import_module(f"saasexport.jobs.{script}").__doc__ or "").format_help()
    if script == "commerce_service":
        return server.parser().format_help()
    if not command:
        return commands.usage()
    with redirect_stdout(StringIO()) as printed, suppress(SystemExit):
        commands.main([command, "--help"])
    return printed.getvalue()


def heading(name: str, number: int, summary: str) -> str:
    """Title and name."""
    title = f'.TH "{name.upper()}" "{number}" "" "saasexport {__version__}" "SaaS Data Export"\n'
    return f"{title}.SH NAME\n{escaped(name)} \\- {escaped(summary)}\n"


def section(title: str, text: str, macro: str = ".SH") -> str:
    """A section whose text is shown as it is."""
    return f'{macro} "{title}"\n.nf\n{escaped(text.strip())}\n.fi\n'


def escaped(text: str) -> str:
    """Text for roff: nothing in it is a command."""
    lines = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").splitlines()
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in lines)
