"""README and docs/ cannot go stale: their blocks are rebuilt here and compared.

UPDATE_DOCS=1 pytest tests/test_docs.py writes them anew.  What the tables for those who know Commerce say is tried in
test_commerce_table.py, and the README's first steps in end_to_end/test_newcomer.py.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys

import pytest

import saasexport
from saasexport import commands, jobs, usage
from saasexport.config import keys, parsing
from saasexport.database import db, views
from saasexport.feeds import all_feeds
from saasexport.service import server
from saasexport.status import metrics
from tests.support import BIN, ROOT
from tests.test_layers import LAYERS, PACKAGE

DOCS = ROOT / "docs"
README = ROOT / "README.md"
ADMINISTRATION = DOCS / "administration.md"
REFERENCE = DOCS / "reference.md"
PAGES = [README, *sorted(DOCS.glob("*.md"))]
BLOCK = re.compile(r"(<!-- begin: (.+?) -->\n)(.*?)(<!-- end -->)", re.S)


def text_of_all():
    """All pages as one text."""
    return "\n".join(page.read_text() for page in PAGES)


def code_of(page, language):
    """The blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.S | re.M)


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
    for section, known in {**keys.KEYS, "feeds.NAME": keys.FEED_KEYS}.items():
        for name, key in known.items():
            default = "required" if key.required else "" if key.default is None else f"`{shown(key.default)}`"
            if name == "batch_size":
                default = "`100`; prices `500`"
            rows.append((f"`[{section}] {name}`", default, key.expected.replace("|", "or"), key.meaning))
    return table(("setting", "default", "expected", "what for"), rows)


def shown(value):
    """A default as the file would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def metrics_block():
    every = (*metrics.ALL, *metrics.OF_MIRROR)
    return table(("metric", "meaning"), [(f"`{metric.name}`", metric.meaning) for metric in every])


def options_table(parser):
    """The options and arguments of a parser, as any version of Python has them."""
    rows = []
    for action in parser._actions:
        if action.dest in ("help", "config", "version") or action.help == argparse.SUPPRESS:
            continue
        choices = "{" + ",".join(action.choices) + "}" if action.choices else None
        value = action.metavar or choices or action.dest.upper()
        names = [f"{name} {value}" if action.nargs != 0 else name for name in action.option_strings] or [value]
        meaning = action.help % {"default": action.default, "prog": parser.prog}
        rows.append((", ".join(f"`{name}`" for name in names).replace("|", "\\|"), meaning))
    return table(("option", "does"), rows) if rows else ""


def command_block(name):
    """A command: what its help says."""
    parser = commands.parser(name)
    parts = [f"### saasexport {name}\n", f"{parser.description}\n", f"```\n{parser.examples.strip()}\n```\n"]
    parts.append(options_table(parser))
    if parser.epilog:
        parts.append(f"```\n{parser.epilog}\n```\n")
    return "\n".join(part for part in parts if part)


def commands_block():
    return "\n".join(command_block(name) for name in usage.COMMANDS)


def service_block():
    examples = server.EXAMPLES.partition("\n")[2]
    return f"```\n{examples}```\n\n{options_table(server.parser())}"


def shop_tables_block():
    rows = []
    for feed in all_feeds().values():
        tables = sorted({subscription.table for subscription in feed.all_subscriptions()})
        rows.append((f"`{feed.name}`", f"`{feed.entity[0]}`", ", ".join(f"`{name}`" for name in tables)))
    return table(("feed", "its entities are the rows of", "it needs"), rows)


def our_tables_block():
    tables = re.findall(r"^create table (\S+) \(\n    -- (.+)$", db.SCHEMA.fixed + db.SCHEMA.feed_table, re.M)
    shown = [(f"`{name}`", says) for name, says in tables if "{" not in name]
    shown.append(("feed tables", "What was sent of a feed, and how it went, per item."))
    for name in ("feed_status", "failed_items", "changelog_backlog"):
        shown.append((f"`{name}`, a view", getattr(views.SQL, name).partition("\n")[0].removeprefix("-- ")))
    return table(("table", "holds"), shown)


def demo_output(folder):
    """What the demo prints, as if it were run at home."""
    done = subprocess.run(
        [sys.executable, "-I", BIN / "saasexport", "demo"],
        cwd=folder,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.replace(str(folder), "/home/you").replace(str(ROOT), "/home/you/saasexport")


def demo_block(output):
    """The demo's output without most lines of its long lists."""
    kept, alike = [], 0
    for line in output.splitlines():
        is_one_of_many = re.search(r"^  (sent )?\w+ +\d+ (item|of)", line)
        alike = alike + 1 if is_one_of_many else 0
        if alike <= 4:
            kept.append(line)
        elif alike == 5:
            kept.append("  ...")
    return "```\n" + "\n".join(kept) + "\n```\n"


def masked(line):
    """A line without what differs from run to run."""
    return re.sub(r"\b(item|request)s\b", r"\1", " ".join(re.sub(r"\d[\d.,]*", "#", line).split()))


def missing(shown, output):
    """Lines of a block that the demo does not print any more, and its chapters that the block does not have."""
    printed = {masked(line) for line in output.splitlines()} | {"...", "```"}
    gone = [line for line in shown.splitlines() if masked(line) not in printed]
    chapters = [line for line in output.splitlines() if line and not line.startswith(" ")]
    return gone + [line for line in chapters if masked(line) not in map(masked, shown.splitlines())]


BLOCKS = {
    "metrics": metrics_block,
    "saasexport --help": lambda: f"```\n{commands.usage()}\n```\n",
    "commands": commands_block,
    "jobs": lambda: options_table(jobs.parser("resend_failed", "")),
    "commerce_service": service_block,
    "feeds": feeds_block,
    "settings": settings_block,
    "tables of the shop": shop_tables_block,
    "tables of saasexport": our_tables_block,
}
DEMO, DEMO_IN_FULL = "demo", "demo, in full"


def blocks():
    """Every block of every page: name -> body."""
    every = [(name, body) for page in PAGES for _, name, body, _ in BLOCK.findall(page.read_text())]
    assert len(dict(every)) == len(every), "a block stands twice"
    return dict(every)


def test_the_pages_show_what_the_program_says(tmp_path):
    shown = blocks()
    wanted = {name: make() for name, make in BLOCKS.items()}
    output = demo_output(tmp_path)
    if os.environ.get("UPDATE_DOCS"):
        # The README's demo is cut by hand.
        bodies = {**shown, **wanted}
        if missing(shown[DEMO_IN_FULL], output):
            bodies[DEMO_IN_FULL] = demo_block(output)
        for page in PAGES:
            page.write_text(BLOCK.sub(lambda block: block[1] + bodies[block[2]] + block[4], page.read_text()))
        shown = blocks()
    in_full, short = shown.pop(DEMO_IN_FULL), shown.pop(DEMO)
    assert shown == wanted, "UPDATE_DOCS=1 pytest tests/test_docs.py writes the blocks anew"
    assert missing(in_full, output) == []
    assert missing(short, output) == [], "cut what the demo prints to 25 lines for the README"


def test_the_readme_is_short():
    (demo,) = re.findall(r"begin: demo -->\n```\n(.*?)```", README.read_text(), re.S)
    assert len(demo.splitlines()) <= 25
    assert len(README.read_text().splitlines()) <= 220


def test_every_setting_the_pages_name_is_real():
    text = text_of_all()
    known = {key for of_section in keys.KEYS.values() for key in of_section} | set(keys.FEED_KEYS)
    for section, name in re.findall(r"`\[(\w[\w.]*)\] (\w+)`", text):
        assert name in known, f"[{section}] {name}"


def test_every_setting_says_what_it_is_for():
    known = [key for section in (*keys.KEYS.values(), keys.FEED_KEYS) for key in section.values()]
    assert [key for key in known if not key.meaning] == []


def test_every_script_the_pages_name_is_real():
    scripts = {path.name for path in BIN.iterdir()} | {"magento"}  # Commerce's own
    for script in re.findall(r"\bbin/(\w+)", text_of_all()):
        assert script in scripts


def lines_of_code():
    """What stands as code in the pages: words between backquotes, and the lines of blocks."""
    found, is_block = [], False
    for line in BLOCK.sub("", text_of_all()).splitlines():
        if line.strip().startswith("```"):
            is_block = not is_block
        else:
            found += [line] if is_block else re.findall(r"`([^`]+)`", line)
    return [line.partition(" #")[0].strip().removeprefix("$ ") for line in found]


CALL = re.compile(r"(?:\w+=1 )?(?:sudo -u \w+ )?(?:bin/)?saasexport (?:--config \S+ )?(?=[a-z])")
CALLS = sorted({line for line in lines_of_code() if CALL.match(line)})


@pytest.mark.parametrize("line", CALLS)
def test_every_call_the_pages_name_is_understood(line, capsys):
    words = shlex.split(CALL.sub("", line, count=1))
    name = " ".join(words[:2]) if " ".join(words[:2]) in usage.COMMANDS else words[0]
    assert name in usage.COMMANDS
    with pytest.raises(SystemExit):
        commands.main([name, "--help"])
    helped = capsys.readouterr().out
    for option in (word.partition("=")[0] for word in words if word.startswith("-")):
        assert re.search(rf"^ +(-\w, )?{option}\b", helped, re.M), option


def test_there_are_calls_to_understand():
    assert len(CALLS) > 20


def without_code(text):
    """A page without its blocks of code and what stands between backquotes."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^ *```.*?^ *```", "", text, flags=re.S | re.M))


def anchors(text):
    """What GitHub lets one link to: its headings, in small letters, blanks as hyphens, without punctuation."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^ *```.*?^ *```", "", text, flags=re.S | re.M), re.M)
    return [re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings]


def links(page):
    """Every link within this repository, as it is written in a page."""
    text = without_code(page.read_text())
    every = re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"|^\[[^\]]+\]: (\S+)$", text, re.M)
    return [link for found in every for link in found if link and not re.match(r"\w+:", link)]


def broken(page):
    """The links of a page that lead nowhere."""
    wrong = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        # Of two headings that read alike, the second has another anchor on GitHub.
        if not target.is_file() or (anchor and anchors(target.read_text()).count(anchor) != 1):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    assert broken(page) == []


def test_a_link_that_leads_nowhere_is_noticed(tmp_path):
    (tmp_path / "other.md").write_text("# A heading, with `code`\n\n```\n# no heading\n```\n# Twice\n# twice\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](other.md) [b](other.md#a-heading-with-code) [c](#here) [d](https://example.com/x)\n# Here\n"
        "[e](missing.md) [f](other.md#no-heading) [g](#there) [k](other.md#twice) `[h](nowhere.md)` ![i](no.png)\n"
        '<img src="none.png">\n[j]: lost.md#here\n'
    )
    assert broken(page) == [
        "missing.md",
        "other.md#no-heading",
        "#there",
        "other.md#twice",
        "no.png",
        "none.png",
        "lost.md#here",
    ]


def test_every_page_can_be_reached_from_the_readme():
    assert {path for path in map(DOCS.joinpath, os.listdir(DOCS)) if path.suffix == ".md"} <= {
        (ROOT / link.partition("#")[0]).resolve() for link in links(README)
    }


def test_every_picture_is_shown():
    shown = {(page.parent / link).resolve() for page in PAGES for link in links(page) if link.endswith(".png")}
    assert shown == set(DOCS.glob("*.png"))


def test_the_tree_is_the_one_whose_layers_are_checked():
    tree = re.search(r"\nsaasexport/\n((?:    .*\n)+)", (ROOT / "docs" / "design.md").read_text())[1]
    names = [name for line in tree.splitlines() for name in line.strip().partition("  ")[0].split()]
    for name in names:
        assert name.endswith("/") == (PACKAGE / name.rstrip("/")).is_dir(), name
    wings = [name.rstrip("/") for name in names]
    assert set(wings) == set(LAYERS) - {""}
    rows = [LAYERS[name] for name in wings]
    assert rows == sorted(rows, reverse=True)


def test_every_file_and_folder_the_pages_name_is_there():
    named = set(re.findall(r"`((?:saasexport|tests|packaging)/[\w./-]*)`", text_of_all()))
    assert {"saasexport/capture/changelog.py", "saasexport/sync/", "tests/run"} <= named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    assert [name for name in sorted(named) if name.endswith("/") != (ROOT / name).is_dir()] == []


def test_every_code_of_the_logs_is_explained_and_no_other():
    named = set(re.findall(r"`CDE(\d\d-\d\d)`", REFERENCE.read_text()))
    source = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    assert named == set(re.findall(r'"(0[1-4]-\d\d)"', source))


def test_every_variable_the_pages_name_is_read():
    source = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    named = set(re.findall(r"\b((?:EXPORTER|PERSIST|SAASEXPORT)_[A-Z_]+)\b", text_of_all()))
    assert named == set(re.findall(r'environ\.get\("(\w+_\w+)"', source)) - {"SERVER_SOFTWARE", "NO_COLOR"}


def test_the_settings_that_leave_personal_data_out_are_understood():
    (text,) = code_of(ADMINISTRATION, "toml")
    required = '[shop]\ndatabase = "s"\n[service]\nurl = "http://x"\nenvironment_id = "e"\n'
    config = parsing.parse("/c.toml", (required + text).encode(), tuple(all_feeds()))
    assert config.of_feed("orders", "exclude") == [
        "customerEmail",
        "payment.billingAddress",
        "shipping.shippingAddress.phone",
    ]


def test_what_is_left_out_of_an_order_is_there_to_be_left_out(exporter):
    (text,) = code_of(ADMINISTRATION, "toml")
    exporter.tick(check=False)
    (order,) = (item for item in exporter.items("orders") if item["commerceOrderId"] == "15")
    assert order["customerEmail"]
    assert order["payment"]["billingAddress"]
    assert order["shipping"]["shippingAddress"]["phone"]
    exporter.write_config(text)
    exporter.tick(check=False)
    (order,) = (item for item in exporter.items("orders") if item["commerceOrderId"] == "15")
    assert "customerEmail" not in order
    assert "billingAddress" not in order["payment"]
    assert "phone" not in order["shipping"]["shippingAddress"]


def test_the_example_of_update_on_save_sends_what_changed(exporter):
    (script,) = (code for code in code_of(ADMINISTRATION, "python") if "reindex(" in code)
    exporter.tick(check=False)
    exporter.change("update catalog_product_entity_varchar set value = 'On save' where entity_id = 1")
    assert "/srv/saasexport/saasexport.toml" in script
    exec(script.replace("/srv/saasexport/saasexport.toml", str(exporter.config)), {})  # noqa: S102  # that is the point
    assert exporter.item("products", sku="KL-ESP-HOUSE", storeViewCode="default")["name"] == "On save"


def test_update_on_save_tells_whether_it_could(exporter):
    from saasexport import lock

    assert saasexport.reindex("products", [1], str(exporter.config)) is True
    with lock.held(exporter.folder / "var" / "lock" / "products.lock", "full sync"):
        assert saasexport.reindex("products", [1], str(exporter.config)) is False


def test_update_on_save_keeps_what_a_service_that_is_down_did_not_take(exporter, tmp_path):
    exporter.tick(check=False)
    exporter.change("update catalog_product_entity_varchar set value = 'Later' where entity_id = 1")
    exporter.config.write_text(exporter.config.read_text().replace(exporter.url, "http://127.0.0.1:9"))
    assert saasexport.reindex("products", [1], str(exporter.config)) is True
    assert {row[0] for row in exporter.ask("select status from cde_products_feed where source_entity_id = 1")} == {2}


def section(page, heading):
    """What stands under a heading, up to the next one of its level."""
    level = heading.partition(" ")[0]
    return page.read_text().partition(f"\n{heading}\n")[2].partition(f"\n{level} ")[0]


def test_every_status_and_feed_has_an_entry():
    text = section(REFERENCE, "## Statuses")
    for status in (200, 400, 0, 1, 2):
        assert re.search(rf"^\| `{status}` \|", text, re.M), status
    for feed in all_feeds():
        assert f"| `{feed}` |" in section(REFERENCE, "## Feeds")


def test_every_feed_and_status_is_in_the_glossary():
    entries = re.findall(r"^\| (.+?) \|", section(REFERENCE, "## Glossary"), re.M)
    words = [word for entry in entries for word in entry.split(", ")]
    statuses = {"`200`", "`400`", "`0`", "`1`", "`2`", "`valid`", "`invalid`", "`working`", "`suspended`"}
    assert {f"`{feed}`" for feed in all_feeds()} | statuses <= set(words)
    assert len(words) == len(set(words))


@pytest.mark.parametrize("page", [README, ADMINISTRATION, REFERENCE], ids=lambda page: page.name)
def test_the_queries_of_a_page_run(page, exporter):
    scripts = code_of(page, "sql")
    assert scripts or page != README
    for script in scripts:
        for query in filter(str.strip, re.sub(r"--.*", "", script).split(";")):
            exporter.ask(query)


def test_every_line_of_the_crontab_names_a_script():
    lines = (ROOT / "crontab.example").read_text().splitlines()
    jobs = [line for line in lines if " --cron " in line]
    named = {match for line in jobs for match in re.findall(r"bin/(\w+)", line)}
    assert named == {
        "mirror_shop",
        "reindex_all_invalid",
        "saas_data_exporter",
        "sales_data_exporter",
        "resend_failed",
        "cleanup_deleted_feed_items",
    }


# What a comment cites: a page of docs/, and the number of one of its headings.
CITATION = re.compile(r"\b([\w-]+\.md)\b,? ?((?:\d+(?:\.\d+)*(?:(?:,| and| to) )?)*)")


def citations():
    """Every citation in the program and its tests: file, page, number of a heading or empty."""
    for folder in ("saasexport", "tests", "packaging"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".sql") and path.name != "test_docs.py":
                text = re.sub(r"\n *(#|--)? *", " ", path.read_text())
                for page, numbers in CITATION.findall(text):
                    for number in re.findall(r"\d+(?:\.\d+)*", numbers) or [""]:
                        yield str(path.relative_to(ROOT)), page, number


def test_every_page_and_heading_that_a_comment_cites_is_there():
    headings = {
        path.name: {number.rstrip(".") for number in re.findall(r"^#+ (\d[\d.]*)", path.read_text(), re.M)}
        for path in [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")]
    }
    assert [
        (path, page, number)
        for path, page, number in citations()
        if page not in headings or (number and number not in headings[page])
    ] == []
    assert sum(page == "feeds.md" for _, page, _ in citations()) > 100
