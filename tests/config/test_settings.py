"""One file, checked as a whole; what is wrong is said with file, key and what was expected."""

import os
import tomllib

import pytest

from saasexport.config import keys, parsing, settings
from saasexport.database.questions import database_of
from saasexport.errors import ConfigError

FEEDS = ("products", "prices", "orders")
PATH = "/etc/shop/saasexport.toml"
REQUIRED = '[shop]\ndatabase = "shop.sqlite"\n[service]\nurl = "http://here:8765"\nenvironment_id = "testing-1"\n'


def parsed(content):
    """A configuration with these lines."""
    return parsing.parse(PATH, content.encode(), FEEDS)


def with_key(section, line):
    """The required keys, and one more or instead."""
    key = line.partition("=")[0].strip()
    lines = [old for old in REQUIRED.splitlines() if old.partition("=")[0].strip() != key or section == "export"]
    found = "\n".join(lines)
    if f"[{section}]" in found:
        return found.replace(f"[{section}]", f"[{section}]\n{line}")
    return f"{found}\n[{section}]\n{line}"


def complaint(content):
    """What is said, without the file's name."""
    with pytest.raises(ConfigError) as caught:
        parsed(content)
    assert caught.value.exit_status == 2
    message = str(caught.value)
    assert message.startswith(PATH + ": ")
    return message.removeprefix(PATH + ": ")


# What is right


def test_keys_that_are_left_out_have_their_defaults():
    found = parsed(REQUIRED)
    assert found.sections == {
        "shop": {"database": "/etc/shop/shop.sqlite", "parameters": {}},
        "export": {
            "database": "/etc/shop/var/saasexport.sqlite",
            "log_dir": "/etc/shop/var/log",
            "lock_dir": "/etc/shop/var/lock",
            "run_seconds": 50,
            "deletion_guard": 20,
            "changelog_limit": 1_000_000,
            "reconcile_hours": 24,
            "verify_days": 0,
            "feeds_dir": "/etc/shop/feeds.d",
            "built_in": True,
            "metrics_file": None,
            "ping_url": None,
        },
        "mirror": {
            "source": None,
            "password_file": None,
            "prefix": "",
            "tables": (),
            "ca_file": None,
            "load": 0.1,
        },
        "service": {
            "url": "http://here:8765",
            "environment_id": "testing-1",
            "path": "/feeds/{feed}/{environment_id}",
            "api_key_file": None,
            "timeout": 30,
            "requests_per_second": 0,
            "max_body": 4_194_304,
            "ca_file": None,
            "transport": "standard",
            "destination": "commerce",
            "client_id": None,
            "client_secret_file": None,
            "token_url": "https://ims-na1.adobelogin.com/ims/token/v3",
            "items_per_minute": 1_000,
            "items_per_day": 100_000,
            "locales": None,
            "price_books": "all",
            "signature": "none",
            "private_key_file": None,
        },
        "service.typesense": {"collection": None, "api_key_file": None},
        "service.nats": {"subject": None, "token_file": None},
    }
    assert found.feeds == {}
    assert found.given == ("shop.database", "service.url", "service.environment_id")


def test_a_feed_that_is_not_named_has_defaults():
    found = parsed(REQUIRED)
    keys = ("enabled", "batch_size", "thread_count", "path", "exclude", "look_back_days")
    assert [found.of_feed("orders", key) for key in keys] == [True, None, 1, None, (), 7]


def test_keys_of_feeds_are_taken():
    feeds = '[feeds.products]\nenabled = false\nexclude = ["a.b", "c"]\n[feeds.prices]\nbatch_size = 9\n'
    found = parsed(REQUIRED + feeds)
    assert (found.of_feed("products", "enabled"), found.of_feed("products", "exclude")) == (False, ["a.b", "c"])
    assert (found.of_feed("prices", "batch_size"), found.of_feed("prices", "enabled")) == (9, True)
    assert found.given[3:] == ("feeds.products.enabled", "feeds.products.exclude", "feeds.prices.batch_size")


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("shop", "database"),
        *(("export", key) for key in ("database", "log_dir", "lock_dir", "feeds_dir", "metrics_file")),
        *(("service", key) for key in ("api_key_file", "ca_file", "private_key_file")),
    ],
)
def test_a_path_is_relative_to_the_folder_of_the_file(section, key):
    assert parsed(with_key(section, f'{key} = "a/b"'))[f"{section}.{key}"] == "/etc/shop/a/b"
    assert parsed(with_key(section, f'{key} = "/a/b"'))[f"{section}.{key}"] == "/a/b"
    assert "expected" in complaint(with_key(section, f'{key} = ""'))


def test_a_whole_number_may_stand_for_seconds():
    assert parsed(with_key("service", "timeout = 5"))["service.timeout"] == 5
    assert parsed(with_key("service", "timeout = 0.5"))["service.timeout"] == 0.5


def test_what_is_kept_is_what_was_read():
    found = parsed(REQUIRED + "[feeds.products]\nbatch_size = 3\n")
    kept = settings.from_dict(found.as_dict())
    assert vars(kept) == vars(found)


# What is wrong

TYPES = {str: '"text"', int: "12", float: "1.5", bool: "true", list: '["a"]', dict: "{ a = 1 }"}

KEYS = [(section, name, key) for section, known in keys.KEYS.items() for name, key in known.items()]
KEYS += [("feeds.products", name, key) for name, key in keys.FEED_KEYS.items()]


@pytest.mark.parametrize(("section", "name", "key"), KEYS, ids=[f"{section}.{name}" for section, name, _ in KEYS])
def test_a_value_of_another_type_is_refused(section, name, key):
    assert key.expected
    for kind, value in TYPES.items():
        if kind is key.kind or (key.kind is float and kind is int):
            continue
        expected = f"[{section}] {name}: expected {key.expected}, found "
        assert complaint(with_key(section, f"{name} = {value}")).startswith(expected)


@pytest.mark.parametrize(
    ("section", "name", "good", "bad"),
    [
        ("export", "run_seconds", (1, 86400), (0, 86401, -1)),
        ("export", "deletion_guard", (0, 100), (-1, 101)),
        ("export", "changelog_limit", (1000, 10**12), (999, 0)),
        ("export", "reconcile_hours", (1, 8760), (0, 8761)),
        ("export", "verify_days", (0, 365), (-1, 366)),
        ("service", "timeout", (0.1, 3600), (0, 0.09, 3600.1, "nan", "inf", "-inf")),
        ("service", "requests_per_second", (0, 0.5, 1000), (-0.1, 1000.5, "nan", "inf")),
        ("service", "max_body", (1024,), (1023, 0, -5)),
        ("feeds.products", "batch_size", (1, 10000), (0, 10001, -3)),
        ("feeds.products", "thread_count", (1, 32), (0, 33)),
        ("feeds.products", "look_back_days", (0, 36500), (-1, 36501)),
    ],
)
def test_a_number_has_its_range(section, name, good, bad):
    for value in good:
        parsed(with_key(section, f"{name} = {value}"))
    for value in bad:
        assert f"[{section}] {name}: expected " in complaint(with_key(section, f"{name} = {value}"))


@pytest.mark.parametrize(
    ("name", "values"), [("transport", ["standard", "requests"]), ("signature", ["none", "adobe"])]
)
def test_a_choice_is_one_of_a_few(name, values):
    more = '\nprivate_key_file = "a.pem"'
    assert [parsed(with_key("service", f'{name} = "{value}"{more}'))[f"service.{name}"] for value in values] == values
    assert f'expected "{values[0]}" or "{values[1]}"' in complaint(with_key("service", f'{name} = "other"'))


@pytest.mark.parametrize("value", ["[1]", '[""]', '["a", 2]', '[["a"]]'])
def test_a_list_is_of_names(value):
    assert "expected a list of field names" in complaint(REQUIRED + f"[feeds.products]\nexclude = {value}")


@pytest.mark.parametrize(("section", "name"), [("shop", "database"), ("service", "url"), ("service", "environment_id")])
def test_a_required_key_that_is_missing_is_named(section, name):
    lines = [line for line in REQUIRED.splitlines() if not line.startswith(f"{name} =")]
    expected = keys.KEYS[section][name].expected
    assert complaint("\n".join(lines)) == f"[{section}] {name} is missing: expected {expected}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[shopp]\ndatabase = "a"', "[shopp] is not a known key; did you mean shop?"),
        ("[export]\nrun_secons = 5", "[export] run_secons is not a known key; did you mean run_seconds?"),
        ("[service]\ntime_out = 5", "[service] time_out is not a known key; did you mean timeout?"),
        ("[feeds.product]\nenabled = true", "[feeds] product is not a known key; did you mean products?"),
        (
            "[feeds.products]\nbatchsize = 5",
            "[feeds.products] batchsize is not a known key; did you mean batch_size?",
        ),
        ("[zzz]\na = 1", "[zzz] is not a known key; known are: shop, export, mirror, service, feeds"),
        ("[feeds.zzz]\na = 1", "[feeds] zzz is not a known key; known are: products, prices, orders"),
        ("shop = 5", "shop: expected a table, [shop], found 5"),
        ("feeds = []", "feeds: expected a table, [feeds], found a list"),
        ("[feeds]\nproducts = true", "feeds.products: expected a table, [feeds.products], found True"),
    ],
)
def test_what_is_not_known_is_said_with_what_was_meant(content, message):
    if content.startswith("[service]"):
        whole = REQUIRED.replace("[service]", content)
    elif content.startswith("shop ="):
        whole = content
    elif content.startswith("feeds ="):
        whole = f"{content}\n{REQUIRED}"
    else:
        whole = REQUIRED + content
    assert complaint(whole) == message


@pytest.mark.parametrize("content", [b"[shop", b"a = ", b"\xff\xfe", b"[shop]\n[shop]\n", b"a = 1\na = 2"])
def test_what_is_not_toml_is_told(content):
    with pytest.raises(ConfigError) as caught:
        parsing.parse(PATH, content, FEEDS)
    assert str(caught.value).startswith(f"{PATH}: not TOML: ")


@pytest.mark.parametrize("url", ["", "here", "ftp://here", "http://", "http:///", "https://a b", "http://a\\nb"])
def test_an_address_is_of_http(url):
    assert complaint(with_key("service", f'url = "{url}"')).startswith(
        "[service] url: expected the service's http or https address, found "
    )
    assert complaint(with_key("export", f'ping_url = "{url}"')).startswith(
        "[export] ping_url: expected an http or https address, found "
    )


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a?b", "a%20b", "é", "a\\r\\nX-Header: b"])
def test_an_environment_can_stand_in_an_address(name):
    assert "[service] environment_id: expected the SaaS data space id" in complaint(
        with_key("service", f'environment_id = "{name}"')
    )


@pytest.mark.parametrize("name", ["testing-1", "5f0b1c2e-0000-4000-8000-aabbccddeeff", "a_b.c~d", "X"])
def test_usual_environments_are_taken(name):
    assert parsed(with_key("service", f'environment_id = "{name}"'))["service.environment_id"] == name


@pytest.mark.parametrize(
    ("route", "reason"),
    [
        ("feeds/{feed}", "expected a path that begins with /"),
        ("", "expected a path that begins with /"),
        ("/{shop}", "only {feed} and {environment_id} may stand in braces"),
        ("/{0}", "only {feed} and {environment_id} may stand in braces"),
        ("/{}", "only {feed} and {environment_id} may stand in braces"),
        ("/{feed", "only {feed} and {environment_id} may stand in braces"),
        ("/{feed.x}", "only {feed} and {environment_id} may stand in braces"),
        ("/{feed[x]}", "only {feed} and {environment_id} may stand in braces"),
        ("/{feed!r}", "only {feed} and {environment_id} may stand in braces"),
        ("/{feed:>999999999999}", "only {feed} and {environment_id} may stand in braces"),
        ("/{{feed}}", "only {feed} and {environment_id} may stand in braces"),
        ("/a b", "expected a path of printable ASCII characters"),
        ("/a#b", "expected a path of printable ASCII characters"),
        ("/é", "expected a path of printable ASCII characters"),
    ],
)
def test_a_route_is_a_path_with_known_names(route, reason):
    assert complaint(with_key("service", f'path = "{route}"')).startswith(f"[service] path: {reason}")
    assert complaint(REQUIRED + f'[feeds.products]\npath = "{route}"').startswith(f"[feeds.products] path: {reason}")


def test_a_signature_needs_its_key():
    assert complaint(with_key("service", 'signature = "adobe"')) == (
        '[service] private_key_file: needed with signature = "adobe"'
    )


# Where it is


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working directory, and nothing in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SAASEXPORT_CONFIG", raising=False)
    monkeypatch.setattr(settings, "DEFAULT_FILES", ("saasexport.toml", str(tmp_path / "etc.toml")))
    return tmp_path


def test_the_option_comes_first_then_the_environment_then_here_then_etc(folder, monkeypatch):
    (folder / "etc.toml").touch()
    assert settings.find() == str(folder / "etc.toml")
    (folder / "saasexport.toml").touch()
    assert settings.find() == str(folder / "saasexport.toml")
    monkeypatch.setenv("SAASEXPORT_CONFIG", "from_environment.toml")
    assert settings.find() == str(folder / "from_environment.toml")
    assert settings.find("from_option.toml") == str(folder / "from_option.toml")


def test_without_any_the_remedy_is_told(folder):
    with pytest.raises(ConfigError, match=r"no configuration.*saasexport init --shop FILE"):
        settings.find()


def test_an_empty_environment_variable_is_none(folder, monkeypatch):
    monkeypatch.setenv("SAASEXPORT_CONFIG", "")
    (folder / "saasexport.toml").touch()
    assert settings.find() == str(folder / "saasexport.toml")


def test_a_file_that_cannot_be_read_is_told(folder):
    with pytest.raises(ConfigError, match=r"none\.toml: No such file or directory"):
        settings.read(str(folder / "none.toml"))
    with pytest.raises(ConfigError, match="Is a directory"):
        settings.read(str(folder))


# The reader without a TOML parser

TRICKY = [
    "",
    '[export]\ndatabase = "a.sqlite"',
    "[export]\ndatabase = 'a.sqlite'",
    '[export] # comment\ndatabase="a.sqlite" # comment = "b"',
    '  [ export ]  \n  database   =   "a.sqlite"  ',
    '\t[export]\r\ndatabase = "a.sqlite"\r\n',
    '[export]\n# database = "b"\ndatabase = "/abs/a.sqlite"',
    '[shop]\ndatabase = "b"\n[export]\nlog_dir = "c"',
    '[export]\ndatabases = "b"',
    '[export]\ndatabase = ""',
    'export.database = "a.sqlite"',
    'export = { database = "a.sqlite" }',
    '[export]\n"database" = "a.sqlite"',
    "['export']\ndatabase = 'a.sqlite'",
    '["export"]\ndatabase = "a.sqlite"',
    '[export]\ndatabase = "a\\"b"',
    '[export]\ndatabase = "a\\u00e9.sqlite"',
    '[export]\ndatabase = "é.sqlite"',
    '[export]\ndatabase = "a#b.sqlite"',
    "[export]\ndatabase = 'a]b.sqlite'",
    '[export]\ndatabase = """a.sqlite"""',
    "[export]\ndatabase = '''a.sqlite'''",
    '[export]\nlog_dir = """\n[shop]\ndatabase = "b"\n"""\ndatabase = "a.sqlite"',
    '[export]\nlog_dir = """\ndatabase = "b"\n"""',
    '[feeds.products]\nexclude = [\n"a",\n]\n[export]\ndatabase = "a.sqlite"',
    '[service]\nurl = """\n[export]\ndatabase = "b"\n"""',
    '[export]\ndatabase = "a.sqlite"\n[export.more]\ndatabase = "b"',
    '[export]\ndatabase = [\n"b"]',
]


@pytest.mark.parametrize("content", TRICKY, ids=range(len(TRICKY)))
def test_the_plain_scan_finds_our_database_or_one_that_does_not_have_this_configuration(content):
    value = tomllib.loads(content).get("export", {}).get("database", "var/saasexport.sqlite")
    found = database_of(PATH, content.encode())
    if not isinstance(value, str):
        return  # not a configuration at all
    plain = "\\" not in content and '"""' not in content and "'''" not in content
    if plain and not content.startswith(("export", '["', "['")) and '"database"' not in content:
        assert found == os.path.join("/etc/shop", value)
    # Where it errs, the bytes kept in what it finds are compared: see test_idle.
    assert isinstance(found, str)


# Destinations


def service(*lines, url="http://here:8765"):
    """A configuration with further lines of [service]."""
    head = f'[shop]\ndatabase = "shop.sqlite"\n[service]\nurl = "{url}"\nenvironment_id = "testing-1"\n'
    return head + "\n".join(lines) + "\n"


def test_another_destination_is_another_data_space():
    spaces = [
        parsed(service()).data_space,
        parsed(service('destination = "typesense"')).data_space,
        parsed(service('destination = "typesense"', "[service.typesense]", 'collection = "shops"')).data_space,
        parsed(service("[service.typesense]", 'collection = "shops"')).data_space,
        parsed(service('destination = "nats"', url="nats://here")).data_space,
        parsed(service('destination = "nats"', "[service.nats]", 'subject = "a.b"', url="tls://here")).data_space,
    ]
    assert spaces == [
        "testing-1",
        "typesense::testing-1",
        "typesense:shops:testing-1",
        "testing-1",
        "nats::testing-1",
        "nats:a.b:testing-1",
    ]


def test_the_settings_of_a_destination_stand_in_a_section_of_their_own():
    found = parsed(service('destination = "typesense"', "[service.typesense]", 'api_key_file = "t.key"'))
    assert found["service.typesense.api_key_file"] == "/etc/shop/t.key"
    assert found["service.typesense.collection"] is None
    assert found.given[-1] == "service.typesense.api_key_file"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            service('destination = "typesense"', 'path = "/a"'),
            '[service] path: has no meaning with destination = "typesense"',
        ),
        (
            service('destination = "nats"', 'api_key_file = "a"', url="nats://here"),
            '[service] api_key_file: has no meaning with destination = "nats"',
        ),
        (
            service('destination = "typesense"', 'signature = "none"'),
            '[service] signature: has no meaning with destination = "typesense"',
        ),
        (
            service('destination = "typesense"', "[feeds.products]", 'path = "/a"'),
            '[feeds.products] path: has no meaning with destination = "typesense"',
        ),
        (
            service('destination = "nats"', 'transport = "requests"', url="nats://here"),
            '[service] transport: expected "standard" with destination = "nats"',
        ),
        (
            service('destination = "optimizer"', 'client_id = "a"'),
            '[service] client_secret_file: needed with destination = "optimizer"',
        ),
        (
            service('destination = "optimizer"', 'client_secret_file = "a"'),
            '[service] client_id: needed with destination = "optimizer"',
        ),
        (
            service('destination = "kafka"'),
            '[service] destination: expected "commerce", "optimizer", "typesense" or "nats", found \'kafka\'',
        ),
        (service('price_books = "none"'), '[service] price_books: expected "all" or "used", found \'none\''),
        (service('price_books = "USED"'), '[service] price_books: expected "all" or "used", found \'USED\''),
        (service("price_books = true"), '[service] price_books: expected "all" or "used", found True'),
        (service('price_books = ["used"]'), '[service] price_books: expected "all" or "used", found a list'),
        (service('price_books = {base = "used"}'), '[service] price_books: expected "all" or "used", found a table'),
        (
            service("items_per_minute = {prices = 5}"),
            "[service] items_per_minute: expected a number of products, at least 1, found a table",
        ),
        (
            service("items_per_day = {products = 99}"),
            "[service] items_per_day: expected a number of products, at least 100, found a table",
        ),
        (service("[service.typesense]", 'index = "a"'), "[service.typesense] index is not a known key"),
        (service("typesense = 1"), "service.typesense: expected a table, [service.typesense], found 1"),
    ],
)
def test_what_a_destination_has_no_use_for_is_refused(content, message):
    assert complaint(content).partition("; ")[0] == message


def test_limits_of_products_may_stand_in_tables_that_say_so():
    given = "items_per_minute = {products = 5_000}\nitems_per_day = { products = 500_000 }"
    found = parsed(service('destination = "optimizer"', 'client_id = "a"', 'client_secret_file = "b"', given))
    assert (found["service.items_per_minute"], found["service.items_per_day"]) == (5_000, 500_000)


@pytest.mark.parametrize("subject", ["", "a..b", ".a", "a.", "a b", "a.*", "a.>", "ä", "a/b"])
def test_a_subject_that_nats_would_not_take_is_refused(subject):
    said = complaint(service('destination = "nats"', "[service.nats]", f'subject = "{subject}"', url="nats://here"))
    assert said.startswith("[service.nats] subject: expected a subject, of letters, digits, -_ and dots between, found")


@pytest.mark.parametrize(
    ("destination", "url", "schemes"),
    [
        ("nats", "http://here:4222", "nats:// or tls://"),
        ("commerce", "nats://here:4222", "http:// or https://"),
        ("typesense", "tls://here", "http:// or https://"),
    ],
)
def test_an_address_has_a_scheme_of_its_destination(destination, url, schemes):
    assert complaint(service(f'destination = "{destination}"', url=url)).endswith(f"which must begin with {schemes}")


def test_a_configuration_that_an_older_version_kept_has_the_defaults_of_new_keys():
    kept = parsed(REQUIRED).as_dict()
    del kept["sections"]["service"]["destination"], kept["sections"]["service.nats"]
    del kept["sections"]["export"]["log_dir"]
    assert settings.from_dict(kept).as_dict() == parsed(REQUIRED).as_dict()
