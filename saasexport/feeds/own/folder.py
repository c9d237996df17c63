"""The folder of feeds of one's own: one `.sql` file each, or a pair of a module and its queries."""

import errno
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

from saasexport.errors import SaasExportError
from saasexport.feed import Feed
from saasexport.feeds.own import functions, head, loading
from saasexport.feeds.own.functions import Functions
from saasexport.feeds.own.head import Fault, Head
from saasexport.feeds.own.loaded import Loaded
from saasexport.feeds.own.loading import Surroundings

# Raises SaasExportError if others than the owner of the configuration and root may write a file.
Require = Callable[[str], None]


def paths(folder: str) -> list[str]:
    """The `.sql` files of a folder, by name; none if it is not there.  Those that begin with _ or . are left alone.

    What has its place and is no folder is refused where an installation is opened.
    """
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names if name.endswith(".sql") and name[0] not in "_."]


def load(folder: str, around: Surroundings, require: Require) -> list[Loaded]:
    """Every file of a folder: its feed, or its faults."""
    loaded = [load_file(path, around, require) for path in paths(folder)]
    _refuse_namesakes(loaded)
    return loaded


def load_file(path: str, around: Surroundings, require: Require, other_text: str | None = None) -> Loaded:
    """One file: its feed, or its faults; with another text, as if the file held that."""
    module_file = path[: -len(".sql")] + ".py"
    code = b""
    more: Functions = {}
    try:
        require(path)
        if os.path.exists(module_file):
            require(module_file)
            _require_file(module_file)
            module = _module(module_file)
            if hasattr(module, "FEED"):
                return _of_pair(path, module_file, module)
            code = _bytes(module_file)
            more = functions.check(getattr(module, "FUNCTIONS", {}))
        text = text_of(path) if other_text is None else other_text
    except SaasExportError as error:
        return Loaded(path, _name_only(path), faults=[Fault(0, str(error).removeprefix(f"{path}: "))])
    except UnicodeDecodeError:
        return Loaded(path, Head(), faults=[Fault(0, "is not UTF-8 text")])
    except OSError as error:
        return Loaded(path, Head(), faults=[Fault(0, f"cannot be read: {error.strerror}")])
    except functions.NotFunctions as error:
        return Loaded(module_file, _name_only(path), faults=[Fault(0, f"FUNCTIONS: {error}")])
    except (Exception, SystemExit) as error:  # whatever the module of somebody else raises costs this feed only
        fault = Fault(_line(error, module_file), f"{type(error).__name__}: {error}")
        return Loaded(module_file, _name_only(path), faults=[fault])
    return loading.load(path, text, replace(around, more_functions=more, code=code))


def _name_only(path: str) -> Head:
    """Which feed a file is about that cannot be used: it is that feed that is not available."""
    try:
        return Head(feed=head.read(text_of(path)).feed)
    except (OSError, ValueError):
        return Head()


def _of_pair(path: str, module_file: str, module: ModuleType) -> Loaded:
    feed = module.FEED
    if not isinstance(feed, Feed):
        return Loaded(module_file, _name_only(path), faults=[Fault(0, "FEED is no saasexport.feed.Feed")])
    digest = loading.digest_of(_bytes(path) + _bytes(module_file), {})
    return Loaded(path, Head(feed=feed.name), feed.with_fields(origin=path, digest=digest))


def _module(path: str) -> ModuleType:
    """The module of a pair.  It is the folder owner's code, and may do what the owner may."""
    name = "saasexport_feeds_" + os.path.basename(path)[: -len(".py")]
    spec = spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018  # a .py file has both
    module = module_from_spec(spec)
    sys.modules[name] = module  # for the dataclasses of the module
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # nothing is written beside the files of others
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def _refuse_namesakes(loaded: list[Loaded]) -> None:
    """Two files with one name, or with names that lead to one table: neither is taken."""
    for each in loaded:
        for other in loaded:
            if other is not each and other.name and _is_same(each, other):
                file = os.path.basename(other.path)
                as_well = "" if other.name == each.name else f" as {other.name}, whose table is the same"
                each.faults.append(Fault(each.head.feed_line, f"feed {each.name} stands in {file} as well{as_well}"))
    for each in loaded:
        if each.faults:
            each.feed = None


def _is_same(one: Loaded, other: Loaded) -> bool:
    if one.feed is not None and other.feed is not None:
        return one.feed.table == other.feed.table
    return one.name.lower() == other.name.lower()


def text_of(path: str) -> str:
    """The text of a file of a feed.  OSError or UnicodeDecodeError if it has none."""
    return _bytes(path).decode("utf-8-sig")


def _require_file(path: str) -> None:
    """Raise OSError for what is no file: who opens a pipe waits for ever."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(errno.EINVAL, "it is no file")


def _bytes(path: str) -> bytes:
    _require_file(path)
    with open(path, "rb") as file:
        return file.read()


def _line(error: BaseException, path: str) -> int:
    """The line of a module in which something was raised."""
    if isinstance(error, SyntaxError):
        return error.lineno or 0
    frames: Iterator[int] = (
        frame.lineno or 0 for frame in reversed(traceback.extract_tb(error.__traceback__)) if frame.filename == path
    )
    return next(frames, 0)
