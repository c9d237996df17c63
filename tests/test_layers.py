"""Who may import whom: a module imports from its own layer and from lower ones only."""

import ast
import functools
import graphlib
import sys

import pytest

from tests.support import BIN, ROOT

PACKAGE = ROOT / "saasexport"

# The wings, from the ground up: a module imports from its own wing and from lower rows only.
# What is not named here is not in the house.
ROWS = (
    ("", "stdlib", "errors", "queries", "clock", "lock", "plain", "config", "web", "usage",
     "shapes", "presets"),
    ("feed", "values", "entity_key"),
    ("shop", "database"),
    ("feeds", "log", "mirror"),
    ("delivery", "capture"),
    ("setup",),
    ("status",),
    ("sync",),
    ("doctor",),
    ("dashboard",),
    ("jobs",),
    ("commands", "demo"),
    ("idle",),
    ("__main__",),
)
LAYERS = {name: row for row, names in enumerate(ROWS) for name in names}
LAYERS["service"] = -1  # apart: it imports itself, errors, the loader of queries, the shapes and the HTTP server

# An idle tick imports a job only when there is something to do; `saasexport.reindex` is imported when it is called;
# migrations need every feed's table.
LATE = {
    ("", "sync"),
    ("database", "feeds"),
}

# What carries the state of a pass is an object, not a list of parameters.
MOST_PARAMETERS = 5
ENGINE = ("database", "capture", "delivery", "setup", "sync")

# The optional extras, each in the one module that needs it.
EXTRAS = {"delivery.requests_connection": {"requests"}, "delivery.signature": {"cryptography"},
    "mirror.mysql": {"pymysql"}, "mirror.mysql_rows": {"pymysql"}, "mirror.postgresql": {"psycopg"},
    "service.graphql.endpoint": {"graphql"},
}

# What a feed may know: a newcomer writes it with these and the shop's tables.
OF_FEEDS = {"feed", "stdlib", "queries", "values", "errors", "shop", "feeds", ""}

# Those who make feeds of SQL files know the shapes of items and the kinds of keys besides.
OF_OWN_FEEDS = OF_FEEDS | {"shapes", "entity_key"}


def modules():
    """Every module of the package, as the name below saasexport -> file."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = modules()


def top(name):
    """The module or folder of the first level."""
    return name.partition(".")[0]


@functools.cache
def syntax(path):
    """The syntax tree of a file, read once for all rules."""
    return ast.parse(path.read_text())


@functools.cache
def imports(path):
    """The full names of what a file imports."""
    found = set()
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name.removeprefix("saasexport.") in MODULES else node.module for name in names}
    return found


def ours(path):
    """What a file imports of the package, below saasexport."""
    return {
        name.removeprefix("saasexport").removeprefix(".")
        for name in imports(path)
        if name.partition(".")[0] == "saasexport"
    }


def test_every_module_has_a_layer_and_every_layer_a_module():
    assert {top(name) for name in MODULES} == set(LAYERS)


def test_few_things_lie_at_the_top():
    """What everybody passes on the way in: more than these, and a house cannot be found one's way in."""
    files = [path.name for path in PACKAGE.iterdir() if path.is_file()]

    assert len(files) <= 14, sorted(files)


def test_a_module_imports_from_its_own_layer_and_from_lower_ones():
    arrows = {(name, imported) for name, path in MODULES.items() for imported in ours(path)}
    upward = [(name, imported) for name, imported in arrows if is_upward(top(name), top(imported))]
    assert sorted(upward) == []


def is_upward(importer, imported):
    """Whether a folder imports from a higher layer without a reason; the service stands apart."""
    if -1 in (LAYERS[importer], LAYERS[imported]):
        return False
    return LAYERS[imported] > LAYERS[importer] and (importer, imported) not in LATE


def test_no_import_leads_back_to_where_it_came_from():
    """Late imports included.  The package itself is left out: whoever imports a module of it has imported it."""
    arrows = {name: {imported for imported in ours(path) if imported} - {name} for name, path in MODULES.items()}

    assert circle(arrows) == []


@pytest.mark.parametrize(
    ("arrows", "expected"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"a"}}, ["a", "b", "a"]),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, ["a", "b", "c", "a"]),
        ({"a": {"a"}}, ["a", "a"]),
        ({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}, []),
    ],
)
def test_a_circle_is_found_and_named(arrows, expected):
    found = circle(arrows)

    # Where a circle is entered is of no importance.
    assert set(found) == set(expected)
    assert len(found) == len(expected)


def circle(arrows):
    """The modules of a circle, in the order of their imports; none if there is none."""
    try:
        graphlib.TopologicalSorter(arrows).prepare()
    except graphlib.CycleError as error:
        return error.args[1][::-1]
    return []


def test_no_function_of_the_engine_takes_many_parameters():
    offenders = [
        f"{name}: {function.name}"
        for name, path in MODULES.items()
        if top(name) in ENGINE
        for function in ast.walk(syntax(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and len(parameters(function)) > MOST_PARAMETERS
    ]

    assert offenders == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(): ...", []),
        ("def f(self, a, b=1): ...", ["a", "b"]),
        ("def f(a, /, b, *, c, d=1): ...", ["a", "b", "c", "d"]),
        ("async def f(cls, *a, **b): ...", ["a", "b"]),
        ("def f(a, *rest, b): ...", ["a", "b", "rest"]),
    ],
)
def test_parameters_of_every_kind_count_but_self(text, expected):
    assert parameters(ast.parse(text).body[0]) == expected


def parameters(function):
    """The names of a function's parameters, `self` aside."""
    given = function.args
    rest = [each for each in (given.vararg, given.kwarg) if each is not None]
    names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs, *rest)]
    return [name for name in names if name not in ("self", "cls")]


def test_the_service_shares_the_wire_format_and_no_code():
    for name, path in MODULES.items():
        if top(name) == "service":
            shared = {"service", "errors", "queries", "web", "shapes", ""}
            # One rule for all scripts: who may read a key, how wrong usage is told, what reaches a terminal.
            of_scripts = {"config.secret", "usage", "plain"} if name == "service.server" else set()
            assert {top(imported) for imported in ours(path) - of_scripts} <= shared, name


def test_shapes_are_data_that_knows_nothing_else():
    for name, path in MODULES.items():
        if top(name) == "shapes":
            assert {top(imported) for imported in ours(path)} <= {"shapes"}, name


def test_the_http_server_knows_nothing_of_what_it_serves():
    for name, path in MODULES.items():
        if top(name) == "web":
            assert {top(imported) for imported in ours(path)} <= {"web", "errors", "queries", "plain"}, name


def test_only_who_starts_the_service_imports_it():
    users = {name for name, path in MODULES.items() if "service" in map(top, ours(path)) and top(name) != "service"}
    # `feeds check` says what the service would say of an item.
    assert {top(name) for name in users - {"commands.feeds_check"}} <= {"__main__", "demo"}


def test_a_feed_knows_the_shop_and_nothing_of_the_engine():
    feeds = {name: path for name, path in MODULES.items() if top(name) in ("feeds", "shop")}
    arrows = {(name, imported) for name, path in feeds.items() for imported in ours(path)}
    assert sorted(arrow for arrow in arrows if top(arrow[1]) not in allowed(arrow[0])) == []
    assert len(feeds) > 40


def allowed(feed):
    """What a module of a feed may import."""
    return OF_OWN_FEEDS if feed.startswith("feeds.own") else OF_FEEDS


def test_nothing_but_the_standard_library_is_imported():
    files = {**MODULES, **{path.name: path for path in BIN.iterdir()}}
    strange = {name: foreign(path) - EXTRAS.get(name, set()) for name, path in files.items()}
    assert {name: names for name, names in strange.items() if names} == {}


def foreign(path):
    """The packages a file imports that are neither ours nor the standard library's."""
    return {name.partition(".")[0] for name in imports(path)} - {"saasexport"} - sys.stdlib_module_names


def test_extras_are_imported_late():
    for module, names in EXTRAS.items():
        tree = ast.parse(MODULES[module].read_text())
        at_the_top = {
            alias.name.partition(".")[0] for node in tree.body if isinstance(node, ast.Import) for alias in node.names
        } | {node.module.partition(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom)}
        assert not names & at_the_top


def test_every_module_and_every_public_name_says_what_it_is_for():
    assert [name for path in MODULES.values() for name in silent(path)] == []


def silent(path):
    """The public names of a file, and the file, that have no docstring."""
    tree = syntax(path)
    nodes = [("", tree)]
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else []
        nodes += [
            (one.name, one)
            for one in (node, *inner)
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not one.name.startswith("_")
        ]
    return [f"{path}: {name}" for name, node in nodes if not ast.get_docstring(node)]


def test_a_sql_file_stands_beside_the_module_that_asks_it():
    alone = {"schema.sql": "db.py", "shop.sql": "shop.py", "backoff.sql": "backoff.py"}
    # A preset's files are feeds, which the loader reads like anybody's.
    others = {*PACKAGE.glob("**/migrations/*.sql"), *PACKAGE.glob("**/presets/*/*.sql")}
    files = {*PACKAGE.rglob("*.sql")} - others
    modules = {
        path: path.parent / alone[path.name] if path.name in alone else path.with_suffix(".py") for path in files
    }
    assert [path for path, module in modules.items() if not module.is_file()] == []
    assert len(files) > 30
