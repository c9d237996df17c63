"""The README cannot go stale: its blocks are rebuilt here and compared.

UPDATE_DOCS=1 pytest tests/test_docs.py writes them anew.
"""

import os
import re

from saasexport import commands, config, metrics
from saasexport.feeds import all_feeds
from tests.support import BIN, ROOT

README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- begin: (.+?) -->\n)(.*?)(<!-- end -->)", re.S)


def table(head, rows):
    """A table in Markdown."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows]) + "\n"


def feeds_block():
    rows = []
    for feed in all_feeds().values():
        mode = "legacy" if feed.legacy else "immediate"
        rows.append((f"`{feed.name}`", mode, f"`{feed.indexer}`", f"`{feed.table}`", ", ".join(feed.identity)))
    return table(("feed", "mode", "indexer", "feed table", "an item is identified by"), rows)


def settings_block():
    rows = []
    for section, keys in {**config.KEYS, "feeds.NAME": config.FEED_KEYS}.items():
        for name, key in keys.items():
            default = "required" if key.required else "" if key.default is None else f"`{shown(key.default)}`"
            if name == "batch_size":
                default = "`100`; prices `500`"
            rows.append((f"`[{section}] {name}`", default, key.expected.replace("|", "or")))
    return table(("setting", "default", "expected"), rows)


def shown(value):
    """A default as the file would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def metrics_block():
    return table(("metric", "meaning"), [(f"`{metric.name}`", metric.meaning) for metric in metrics.ALL])


BLOCKS = {
    "metrics": metrics_block,
    "saasexport --help": lambda: f"```\n{commands.usage()}\n```\n",
    "feeds": feeds_block,
    "settings": settings_block,
}


def test_the_readme_shows_what_the_program_says():
    text = README.read_text()
    found = {name: body for _, name, body, _ in BLOCK.findall(text)}
    wanted = {name: make() for name, make in BLOCKS.items()}
    if os.environ.get("UPDATE_DOCS"):
        README.write_text(BLOCK.sub(lambda block: block[1] + wanted[block[2]] + block[4], text))
        return
    assert found == wanted, "UPDATE_DOCS=1 pytest tests/test_docs.py writes the blocks anew"


def test_every_setting_the_readme_names_is_real():
    text = README.read_text()
    known = {key for keys in config.KEYS.values() for key in keys} | set(config.FEED_KEYS)
    for section, name in re.findall(r"`\[(\w[\w.]*)\] (\w+)`", text):
        assert name in known, f"[{section}] {name}"


def test_every_command_the_readme_names_is_real():
    text = README.read_text()
    scripts = {path.name for path in BIN.iterdir()}
    for script in re.findall(r"\bbin/(\w+)", text):
        assert script in scripts
    for command in re.findall(r"saasexport ((?:indexer|cron|saas):[\w-]+)", text):
        assert command in commands.COMMANDS, command
    for command in re.findall(r"`(?:bin/)?saasexport ([a-z]+)\b[^`:]*`", text):
        assert command in commands.COMMANDS, command


def test_every_status_and_feed_has_an_entry():
    text = README.read_text()
    for status in (200, 400, 0, 1, 2):
        assert re.search(rf"^\| `{status}` \|", text, re.M), status
    for feed in all_feeds():
        assert f"| `{feed}` |" in text


def test_the_queries_of_the_readme_run(exporter):
    scripts = re.findall(r"```sql\n(.*?)```", README.read_text(), re.S)
    assert scripts
    for script in scripts:
        for query in filter(str.strip, re.sub(r"--.*", "", script).split(";")):
            exporter.ask(query)


def test_every_line_of_the_crontab_names_a_script():
    lines = (ROOT / "crontab.example").read_text().splitlines()
    jobs = [line for line in lines if line and not line.startswith("#") and "=" not in line.split()[0]]
    named = {match for line in jobs for match in re.findall(r"bin/(\w+)", line)}
    assert named == {
        "reindex_all_invalid",
        "saas_data_exporter",
        "sales_data_exporter",
        "resend_failed",
        "cleanup_deleted_feed_items",
    }
