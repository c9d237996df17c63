"""A Python that is too old says so in one line, whichever script it was asked to run."""

import ast
import os
import subprocess
import sys

import pytest

from tests.support import BIN, ROOT

SCRIPTS = sorted(BIN.iterdir())

# In the place of an older Python, none of which is installed: it tells another version.
PRETENDING = """
import runpy, sys
sys.dont_write_bytecode = True
sys.version_info = {version}
sys.argv = [{script!r}, "--help"]
sys.path.insert(0, {root!r})
runpy.run_path({script!r}, run_name="__main__")
"""


def started(script, version):
    """What a script prints under a version, and its exit status."""
    code = PRETENDING.format(version=version, script=str(script), root=str(ROOT))
    return subprocess.run(
        [sys.executable, "-S", "-c", code], env={"PATH": os.defpath}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_which_python_it_needs(script):
    done = started(script, (3, 10, 12, "final", 0))
    expected = "saasexport needs Python 3.11 or later; this is Python 3.10.12\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 0, 1), (3, 6, 9), (3, 9, 2), (3, 10, 0)])
def test_every_older_python_is_told_with_its_version(version):
    done = started(BIN / "reindex_all_invalid", version)
    shown = ".".join(map(str, version))
    expected = f"saasexport needs Python 3.11 or later; this is Python {shown}\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)


@pytest.mark.thorough
def test_the_single_file_says_it_too(tmp_path):
    path = tmp_path / "saasexport.pyz"
    build = [sys.executable, ROOT / "packaging" / "build_zipapp", "--output", path]
    subprocess.run(build, check=True, capture_output=True)
    done = started(path, (3, 8, 10))
    expected = "saasexport needs Python 3.11 or later; this is Python 3.8.10\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)


@pytest.mark.parametrize("path", [ROOT / "saasexport" / "__init__.py", *SCRIPTS], ids=lambda path: path.name)
def test_what_an_old_python_has_to_read_is_in_old_syntax(path):
    source = path.read_text()
    tree = ast.parse(source, feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Nonlocal, ast.Starred)
    assert source.isascii()
    assert [node for node in ast.walk(tree) if isinstance(node, newer)] == []
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert [one.name for one in functions if one.returns or one.args.kwonlyargs or one.args.posonlyargs] == []
    assert [arg.arg for one in functions for arg in one.args.args if arg.annotation] == []


def test_the_version_is_looked_at_before_anything_of_ours_is_imported():
    tree = ast.parse((ROOT / "saasexport" / "__init__.py").read_text())
    first = [ast.unparse(node).splitlines()[0] for node in tree.body[1:3]]
    assert first == ["import sys", "if sys.version_info < (3, 11):"]


def test_no_pattern_has_what_python_3_11_2_gets_wrong():
    """Possessive quantifiers and atomic groups lose groups there, and it is Debian 12's."""
    found = {
        path.name: constant.value
        for path in (ROOT / "saasexport").rglob("*.py")
        for constant in ast.walk(ast.parse(path.read_text()))
        if isinstance(constant, ast.Constant)
        and isinstance(constant.value, str)
        and any(sign in constant.value for sign in (")*+", ")++", ")?+", "(?>"))
    }
    assert found == {}
