"""Whatever is wrong with a value is told in one line that names the configuration's file, the key, and the way out."""

import itertools
import json
import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from saasexport.config import parsing
from saasexport.config.keys import FEED_KEYS, KEYS
from saasexport.errors import ConfigError
from tests.support import Exporter

PATH = "/etc/shop/saasexport.toml"
ALL = [
    *((section, name) for section, keys in KEYS.items() for name in keys),
    *(("feeds.products", name) for name in FEED_KEYS),
]
# Those of a destination count with that one only.
PATHS = [
    (section, name)
    for section, keys in KEYS.items()
    for name, key in keys.items()
    if key.is_path and "." not in section
]
FOLDERS = ("log_dir", "lock_dir", "feeds_dir")

VALUES = [
    *("true", "0", "-1", "1e999", "nan", "1979-05-27", "[]", "[[]]", '["a", 1]', "{}", "{a = {b = []}}"),
    *('""', '"\\u0000"', '"a\\nb"', '"a\\u001bb"', '"\\r"', '"' + "x" * 5000 + '"', "9" * 5000),
]


def with_value(section, name, value):
    """A configuration that has a value for a key."""
    tables = {
        "shop": {"database": '"shop.sqlite"'},
        "service": {"url": '"http://here:8765"', "environment_id": '"testing-1"'},
    }
    if section == "mirror":
        tables["mirror"] = {"source": '"mysql://reader@127.0.0.1:9/shop"'}
    tables.setdefault(section, {})[name] = value
    lines = ((f"[{table}]", *(f"{key} = {v}" for key, v in given.items())) for table, given in tables.items())
    return "".join(f"{line}\n" for line in itertools.chain(*lines))


@pytest.mark.parametrize(("section", "name"), ALL)
def test_a_value_that_is_refused_is_told_by_file_and_key_in_one_line(section, name):
    refused = []
    for value in VALUES:
        try:
            parsing.parse(PATH, with_value(section, name, value).encode(), ("products",))
        except ConfigError as error:
            line = str(error)
            # A number of thousands of digits is no TOML that Python reads: told with its line.
            assert line.startswith((f"{PATH}: [{section}] {name}: expected ", f"{PATH}: not TOML: ")), line
            assert line.isprintable()
            assert len(line) < 500
            refused.append(value)
    assert '"\\u0000"' in refused
    assert '"a\\nb"' in refused
    assert {"1979-05-27", "[[]]"} <= set(refused)


# What paths lead to


@pytest.fixture(scope="module")
def ready(tmp_path_factory, demo_shop_file):
    """An installation without a service, to be copied."""
    return Exporter.on_copy(tmp_path_factory.mktemp("ready"), demo_shop_file)


def copied(ready, folder, settings):
    """The configuration of a copy, with settings of its own."""
    shutil.copytree(ready.folder, folder, dirs_exist_ok=True)
    config = folder / "saasexport.toml"
    config.write_text(ready.config.read_text().replace(str(ready.folder), str(folder)) + settings)
    return config


def lay(folder, kind):
    """Put something else in the place of what a key names; gives its path."""
    path = folder / "bad"
    if kind == "folder":
        path.mkdir(mode=0o700)
    elif kind in ("file", "a file above"):
        path.write_text("hello\n")
        path.chmod(0o600)
    elif kind == "pipe":
        os.mkfifo(path, 0o600)
    elif kind == "link to nowhere":
        path.symlink_to(folder / "nowhere")
    elif kind == "link to itself":
        path.symlink_to(path)
    return {"a file above": path / "below", "long": folder / ("x" * 300)}.get(kind, path)


KINDS = ("missing", "folder", "file", "pipe", "link to nowhere", "link to itself", "a file above", "long")
NO_FOLDER = ("file", "pipe", "link to nowhere", "link to itself", "a file above")
GOOD = {
    **dict.fromkeys(FOLDERS, ("missing", "folder")),
    "api_key_file": ("file",),
    "password_file": ("file",),
    "client_secret_file": ("file",),
    "metrics_file": ("missing", "file", "pipe", "link to nowhere", "link to itself"),
}


@pytest.mark.sample(1)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("section", "name"), PATHS)
def test_a_path_that_leads_to_something_else_is_told_by_file_and_key(ready, tmp_path, section, name, kind):
    shutil.copytree(ready.folder, tmp_path, dirs_exist_ok=True)
    content = with_value(section, name, json.dumps(str(lay(tmp_path, kind))))
    content = content.replace("shop.sqlite", str(tmp_path / "shop.sqlite")).replace("http:", "https:")
    if name == "private_key_file":
        content = content.replace("[service]\n", '[service]\nsignature = "adobe"\n')
    if name == "client_secret_file":
        optimizer = 'destination = "optimizer"\nclient_id = "me"\ntoken_url = "https://127.0.0.1:9/"\n'
        content = content.replace("[service]\n", f"[service]\n{optimizer}")
    (tmp_path / "saasexport.toml").write_text(content)
    config = tmp_path / "saasexport.toml"
    done = ready.run("saasexport", "--config", config, "doctor", "--quiet")
    lines = [line for line in done.stdout.splitlines() if f"{config}: [{section}] {name}" in line]
    assert (bool(lines), done.stderr) == (kind not in GOOD.get(name, ()), ""), done.stdout
    assert "cannot be checked" not in done.stdout
    assert all("; " in line for line in lines)  # the way out


@pytest.mark.sample(2)
@pytest.mark.parametrize("kind", NO_FOLDER)
@pytest.mark.parametrize("name", ["lock_dir", "feeds_dir"])
def test_what_is_no_folder_stops_jobs_and_commands_with_one_line(ready, tmp_path, name, kind):
    path = lay(tmp_path, kind)
    config = copied(ready, tmp_path, f'[export]\n{name} = "{path}"\n')
    for command in (("reindex_all_invalid",), ("saasexport", "status"), ("saasexport", "indexer:reindex", "orders")):
        done = ready.run(command[0], "--config", config, *command[1:])
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"{command[0]}: {config}: [export] {name}: {path}: ")
        assert done.stderr.endswith("; name a folder\n")
        assert done.stderr.count("\n") == 1


@pytest.mark.sample(1)
@pytest.mark.parametrize("kind", NO_FOLDER)
def test_without_a_folder_for_logs_all_is_sent_and_it_is_told(exporter, kind):
    path = lay(exporter.folder, kind)
    exporter.write_config(f'[export]\nlog_dir = "{path}"\n[feeds.products]\nenabled = false')
    done = exporter.run("reindex_all_invalid", "--cron")
    lines = [line for line in done.stderr.splitlines() if "log_dir" in line]
    assert (done.returncode, len(lines)) == (1, 1), done.stderr
    assert lines[0].startswith(f"reindex_all_invalid: {exporter.config}: [export] log_dir: {path}/")
    assert lines[0].endswith("; nothing is logged: see its owner and mode, or its disk")
    assert exporter.items("categoryPermissions")


SAME = {
    ("export", "database"): "shop.sqlite",
    ("export", "metrics_file"): "shop.sqlite",
    ("service", "api_key_file"): "saasexport.toml",
    ("service", "ca_file"): "var/saasexport.sqlite",
    ("service", "private_key_file"): "/etc/shop/../shop/shop.sqlite",
}


@pytest.mark.parametrize(("section", "name"), SAME)
def test_one_file_has_not_two_meanings(section, name):
    with pytest.raises(ConfigError) as caught:
        parsing.parse(PATH, with_value(section, name, json.dumps(SAME[section, name])).encode(), ("products",))
    assert str(caught.value).startswith(f"{PATH}: [{section}] {name}: /etc/shop/")
    assert str(caught.value).endswith(", too; name another file")


@pytest.mark.parametrize("schema", ["", "create table note (x)", "pragma user_version = 2; create table note (x)"])
def test_a_database_of_another_program_is_never_taken_for_ours(ready, tmp_path, schema):
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.executescript(schema)
    path.touch(mode=0o600)
    before = path.read_bytes()
    config, shop = copied(ready, tmp_path, f'[export]\ndatabase = "{path}"\n'), tmp_path / "shop.sqlite"
    said = f"{path}: is no database of saasexport; see {config}: [export] database"
    for command in (("reindex_all_invalid",), ("saasexport", "status"), ("saasexport", "init", "--shop", shop)):
        if command[-1] == shop and not schema:
            continue  # what is empty is made
        done = ready.run(command[0], "--config", config, *command[1:])
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"{command[0]}: {said}")
        assert path.read_bytes() == before
