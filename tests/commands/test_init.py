"""What init refuses, and that it then leaves no file."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from saasexport.commands import main
from saasexport.config import parsing
from saasexport.config.addresses import is_local
from saasexport.doctor import network
from saasexport.doctor.finding import Examined
from tests.support import demo_shop_copy


@pytest.fixture
def init(tmp_path, monkeypatch, capsys):
    """Runs init in an empty folder; gives its exit status and what it printed on stderr."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(*arguments, shop=tmp_path / "shop.sqlite"):
        status = main(["init", "--shop", str(shop), *arguments])
        return status, capsys.readouterr().err

    run.folder, run.shop = folder, tmp_path / "shop.sqlite"
    return run


def make(path, script):
    """A database from a script."""
    with closing(sqlite3.connect(path)) as shop:
        shop.executescript(script)


LOOKED_FOR = "has no table that a feed reads, looked for "


@pytest.mark.sample(5)
@pytest.mark.parametrize(
    ("script", "said"),
    [
        (None, "holds no table; a copy that failed?"),
        ("create table note (x)", "is this the shop's SQLite database?"),
        ("create table mage_store_website (x)", "there is mage_store_website: table prefixes are not supported"),
        ("create table m2_catalog_product_entity (x)", "there is m2_catalog_product_entity: table prefixes are not"),
        ("create table d_catalog_product_entity (x); create table a (x)", "there is d_catalog_product_entity"),
        ("create table catalog_product_entity (x)", "has no feed: "),
        ("create view v as select 1", "holds no table"),
    ],
)
@pytest.mark.parametrize("has_configuration", [False, True])
def test_a_shop_without_a_feed_is_an_error_that_leaves_no_file(init, script, said, has_configuration):
    init.shop.touch()
    if script:
        make(init.shop, script)
    before = init.shop.read_bytes()
    if has_configuration:
        (init.folder / "saasexport.toml").write_text(
            f'[shop]\ndatabase = "{init.shop}"\n[service]\nurl = "http://127.0.0.1:9"\nenvironment_id = "a"\n'
        )
    status, printed = init()
    assert status == 1
    assert said in printed
    if "prefix" in said or "is this" in said:
        assert LOOKED_FOR + "catalog_category_entity, catalog_product_entity, " in printed
    assert [file.name for file in init.folder.iterdir()] == ["saasexport.toml"] * has_configuration
    assert init.shop.read_bytes() == before


def test_whatever_refuses_it_no_file_is_left(init, tmp_path, demo_shop_file):
    shutil.copy(demo_shop_file, init.shop)
    assert init()[0] == 0
    deep = tmp_path / "a" / "b" / "saasexport.toml"
    status, printed = init("--config", str(deep))
    assert (status, "belongs to another installation" in printed) == (1, True)
    assert not (tmp_path / "a").exists()
    clean = demo_shop_copy(tmp_path / "clean.sqlite")
    for arguments, expected in [
        (["--service", "ftp://x"], 2),
        (["--service", "https://commerce.example.com"], 2),
        (["--service", "http://10.0.0.1:8765"], 2),
        (["--environment", ""], 2),
    ]:
        assert init("--config", str(deep), *arguments, shop=clean)[0] == expected
        assert not (tmp_path / "a").exists()
    assert init("--config", str(deep), shop=tmp_path / "nothing.sqlite")[0] == 2
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("config", "mode", "refused"),
    [
        ("saasexport.toml", 0o777, "."),
        ("saasexport.toml", 0o1777, "."),
        ("saasexport.toml", 0o702, "."),
        ("saasexport.toml", 0o733, "."),
        ("../here/other.toml", 0o722, "."),
        ("below/saasexport.toml", 0o777, None),  # a folder of its own is made there, which is its owner's only
    ],
)
def test_nothing_is_set_up_where_others_may_exchange_it(init, demo_shop_file, config, mode, refused):
    init.folder.chmod(mode)
    before = demo_shop_file.read_bytes()
    if refused is None:
        shop = shutil.copy(demo_shop_file, init.shop)
        assert init("--config", config, shop=shop) == (0, "")
        return
    status, said = init("--config", config, shop=demo_shop_file)
    assert (status, said.count("\n"), os.listdir(init.folder)) == (2, 1, [])
    assert f"saasexport: {init.folder}: belongs to " in said
    assert said.endswith(f"; run: chmod go-w {init.folder}\n")
    assert demo_shop_file.read_bytes() == before


def test_a_data_space_is_named_unless_the_service_is_on_this_machine(init, demo_shop_file):
    shutil.copy(demo_shop_file, init.shop)
    status, printed = init("--service", "https://commerce.example.com")
    assert (status, "--environment ID" in printed) == (2, True)
    assert init("--service", "https://commerce.example.com", "--environment", "shop-1")[0] == 0
    assert 'environment_id = "shop-1"' in (init.folder / "saasexport.toml").read_text()
    status, printed = init("--environment", "shop-2")
    assert (status, "has another environment, shop-1" in printed) == (2, True)
    assert init("--environment", "shop-1")[0] == 0


@pytest.mark.sample(6)
@pytest.mark.parametrize(
    "address",
    [
        b"http://user:s3cret@host",
        b"https://host/?token=s3cret",
        b"https://host/#s3cret",
        b"http://host\n",
        b'http://host"\n[export]\nbuilt_in = false\nlog_dir = "x',
        b"http://ho st",
        b" http://host",
        "http://bücher.example".encode(),
        b"http://host/{feed.x}",
        b"http://host/\x00",
        "http://host".encode("utf-16"),
        b"http://host/\xff",
        b"http://\xe9.example",
        b"host:8765",
        b"",
        b"http://host:65536",
        b"http://host\x1b[31m",
        "http://host/\u2028".encode(),
    ],
)
def test_an_address_that_is_none_is_one_line_and_no_file(init, demo_shop_file, address):
    shutil.copy(demo_shop_file, init.shop)
    status, printed = init("--environment", "e1", "--service", os.fsdecode(address))
    assert status == 2
    assert printed.count("\n") == 1
    assert printed[:-1].isprintable()
    assert "[service] url: expected " in printed or "--service " in printed
    assert "s3cret" not in printed
    assert list(init.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--environment", b"\xff"),
        ("--environment", b"a\nb"),
        ("--shop", b"sh\xffop.sqlite"),
        ("--shop", b"sh\nop.sqlite"),
        ("--shop", b"sh\x7fop.sqlite"),
        ("--config", b"\xff.toml"),
        ("--config", b"a\nb.toml"),
    ],
)
def test_a_name_that_cannot_stand_in_a_configuration_is_one_line_and_no_file(init, demo_shop_file, option, text):
    text = os.fsdecode(text)
    shop = init.folder.parent / (text if option == "--shop" else "shop.sqlite")
    shutil.copy(demo_shop_file, shop)
    status, printed = init(*([] if option == "--shop" else [option, text]), shop=shop)
    assert (status, printed.count("\n")) == (2, 1)
    assert printed[:-1].isprintable()
    assert list(init.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8765", True),
        ("http://127.1.2.3", True),
        ("http://localhost:80/x", True),
        ("https://LOCALHOST", True),
        ("http://[::1]:8765", True),
        ("http://10.0.0.1", False),
        ("http://127.example.com", False),
        ("https://localhost.example.com", False),
        ("http://[2001:db8::1]:80", False),
        ("https://commerce.example.com/127.0.0.1", False),
    ],
)
def test_a_service_is_on_this_machine_if_its_address_says_so(url, expected):
    assert is_local(url) is expected


@pytest.mark.parametrize(
    ("url", "environment", "warnings"),
    [
        ("https://commerce.example.com", "testing-1", 1),
        ("http://10.1.2.3:8765", "testing-1", 1),
        ("https://commerce.example.com", "testing-2", 0),
        ("http://127.0.0.1:8765", "testing-1", 0),
        ("http://localhost", "testing-1", 0),
    ],
)
def test_doctor_warns_of_the_data_space_for_trials_at_a_service_elsewhere(url, environment, warnings):
    content = f'[shop]\ndatabase = "a"\n[service]\nurl = "{url}"\nenvironment_id = "{environment}"\n'
    examined = Examined(parsing.parse("/saasexport.toml", content.encode(), ()), datetime(2026, 1, 2, tzinfo=UTC))
    assert [finding.status for finding in network.environment(examined)] == ["WARN"] * warnings


# Beside another installation


def other_installation(exporter):
    """Triggers of an installation whose database is lost."""
    exporter.run("saasexport", "init", "--shop", exporter.shop_file, check=True)
    for path in (exporter.folder / "var").glob("saasexport.sqlite*"):
        path.unlink()


def test_beside_triggers_of_another_installation_init_is_refused_and_names_both_ways_out(exporter):
    other_installation(exporter)
    done = exporter.run("saasexport", "init", "--shop", exporter.shop_file)
    assert done.returncode == 1
    assert "belongs to another installation of saasexport" in done.stderr
    assert "saasexport uninstall there, or " in done.stderr
    assert "saasexport init --take-over here" in done.stderr
    assert not (exporter.folder / "var" / "saasexport.sqlite").exists()


def test_take_over_goes_on_as_the_installation_whose_database_is_lost(exporter):
    other_installation(exporter)
    before = exporter.ask_shop("select name, sql from sqlite_master order by name")
    exporter.run("saasexport", "init", "--shop", exporter.shop_file, "--take-over", check=True)
    assert exporter.ask_shop("select name, sql from sqlite_master order by name") == before
    assert exporter.ask("select distinct status from indexer_state") == [("invalid",)]
    assert exporter.run("reindex_all_invalid").stderr.count("\n") <= 2
    assert exporter.ask("select count(*) from indexer_state where status <> 'valid'") == [(0,)]


def test_take_over_of_a_shop_without_triggers_is_an_ordinary_init(exporter, tmp_path):
    exporter.run("saasexport", "init", "--shop", exporter.shop_file, "--take-over", check=True)
    assert exporter.ask("select count(installation_id) from installation") == [(1,)]
