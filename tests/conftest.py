"""Real databases, the real scripts and the real service, for every test that wants them."""

import os
import signal
import sys
import threading
import time

import pytest

from tests.installed import JOBS, Installed
from tests.support import Exporter, Service, demo_shop_copy, flawless_shop_copy


def pytest_addoption(parser):
    """Under a moved clock only this process has it moved as the test expects: programs it starts are left out."""
    parser.addoption("--in-process", action="store_true", help="skip every test that starts a program")


def pytest_configure(config):
    """What is started in the background ignores Ctrl-C, and so would all programs that tests interrupt.

    With --in-process, starting a program skips the test that does.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.getoption("--in-process"):
        sys.addaudithook(_skip_programs)
        # A test that is skipped in its middle leaves open what it has opened; the ordinary run finds what is forgotten.
        config.addinivalue_line("filterwarnings", "ignore::ResourceWarning")
        config.addinivalue_line("filterwarnings", "ignore::pytest.PytestUnraisableExceptionWarning")
        # libfaketime refuses to sleep when it leaves the monotonic clock alone; a wait is none of its business.
        time.sleep = threading.Event().wait


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Of a test marked sample(number) so many inputs, spread evenly, are run every day; the others are thorough.

    What is slow is not counted.
    """
    of_function = {}
    for item in items:
        marker = item.get_closest_marker("sample")
        if marker and not item.get_closest_marker("slow"):
            of_function.setdefault((item.path, item.originalname), (marker.args[0], []))[1].append(item)
    for number, cases in of_function.values():
        everyday = {round(place * (len(cases) - 1) / max(number - 1, 1)) for place in range(number)}
        for place, item in enumerate(cases):
            if place not in everyday:
                item.add_marker(pytest.mark.thorough)


def pytest_terminal_summary(terminalreporter, config):
    """What was left out, and how to run it."""
    if "not thorough" in config.option.markexpr:
        terminalreporter.write_line("left out: more inputs of the same kinds (tests/run --thorough)")
    if "not slow" in config.option.markexpr:
        terminalreporter.write_line("left out: what takes minutes (tests/run --slow)")


def _skip_programs(event, arguments):
    if "PYTEST_CURRENT_TEST" in os.environ and event in ("subprocess.Popen", "os.fork", "os.posix_spawn", "os.system"):
        pytest.skip("starts a program")


@pytest.fixture(autouse=True)
def umask():
    """Jobs and commands make private files; called in process, that must not outlast the test."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    """The embedded Commerce Service, as a process of its own on a free port."""
    found = Service(tmp_path_factory.mktemp("service"))
    yield found
    found.stop()


@pytest.fixture
def own_service(tmp_path):
    """A service of the test's own, to be stopped, killed and started again."""
    found = Service(tmp_path / "service")
    yield found
    found.stop()


@pytest.fixture(scope="session")
def demo_shop_file(tmp_path_factory):
    """The demo shop, made once; copy it, do not write to it."""
    return demo_shop_copy(tmp_path_factory.mktemp("demo") / "shop.sqlite")


@pytest.fixture(scope="session")
def flawless_shop_file(tmp_path_factory):
    """The demo shop without what cannot be assembled, on purpose; copy it, do not write to it."""
    return flawless_shop_copy(tmp_path_factory.mktemp("flawless") / "shop.sqlite")


@pytest.fixture
def exporter(tmp_path, demo_shop_file, service):
    """An installation on a copy of the demo shop, with a data space of its own."""
    return Exporter.on_copy(tmp_path, demo_shop_file, service)


@pytest.fixture(scope="session")
def healthy(tmp_path_factory, demo_shop_file, service):
    """An installation whose jobs have all run; copy it, do not change it."""
    found = Exporter.on_copy(tmp_path_factory.mktemp("healthy"), demo_shop_file, service)
    for job in JOBS:
        found.run(job)
    return found


@pytest.fixture
def installed(tmp_path, healthy):
    """An installation in which all is well."""
    return Installed.on_copy_of(healthy, tmp_path)
