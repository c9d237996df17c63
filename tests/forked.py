"""Scripts of bin/, each run in a process forked from one that has imported everything.

They behave as if cron had started them, at a tenth of the cost: Python takes 80 ms to start, to read modules and to
end.  Run as a program, this file is that process; it forks for each request, and ends with its client.
"""

import atexit
import contextlib
import functools
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
LIMIT_SECONDS = 300
AT_THE_START = ("PYTHON", "LANG", "LC_", "TZ")  # what is read once, when Python starts


def run(script, arguments, environ, folder):
    """Run a script; what came of it, as subprocess.run tells it."""
    assert not [name for name in environ if name.startswith(AT_THE_START)], "Python has started already"
    mask = os.umask(0)
    os.umask(mask)
    request = {"argv": [str(script), *arguments], "environ": environ, "folder": str(folder), "mask": mask}
    ended, ending = os.pipe()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, open(ended) as status:
        socket.send_fds(_server(), [json.dumps(request).encode()], [out.fileno(), err.fileno(), ending])
        os.close(ending)
        code = int(status.read())
        printed = [_content(file) for file in (out, err)]
    return subprocess.CompletedProcess(request["argv"], code, *printed)


def _content(file):
    file.seek(0)
    return file.read().decode()


@functools.cache
def _server():
    """The connection to the process, which is started at the first use."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", os.path.realpath(__file__), str(theirs.fileno())],
                env={"PATH": os.defpath},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        except BaseException:  # no process may be started: the test is skipped
            ours.close()
            raise

    def stop():
        ours.close()
        process.wait()

    atexit.register(stop)
    return ours


def _import_everything():
    """Import what a script may import, so that none has to."""
    import importlib
    import pkgutil

    import saasexport

    for module in pkgutil.walk_packages(saasexport.__path__, "saasexport."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


def _requested(connection):
    """A request and its open files, in a process of its own; the caller's own process stays inside."""
    while True:
        message, files, *_ = socket.recv_fds(connection, 1_000_000, 3)
        if not message:
            sys.exit()
        if os.fork() == 0:
            return json.loads(message), files
        for file in files:
            os.close(file)
        with contextlib.suppress(ChildProcessError):  # on a busy machine even the last one may have ended by now
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _become(request, out, err, ending):
    """Become the script's process; a parent stays behind and tells how it ends."""
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.write(ending, str(code).encode())
        os._exit(0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.closerange(3, ending + 1)
    os.chdir(request["folder"])
    os.umask(request["mask"])
    os.environ.clear()
    os.environ.update(request["environ"])
    signal.alarm(LIMIT_SECONDS)
    sys.argv[:] = request["argv"]


def _run(script):
    """Run the script to its end; the status it exits with."""
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if (end.code is not None and not isinstance(end.code, int)) or threading.active_count() > 1:
            raise
        return end.code or 0
    return 0


def _exit(status):
    """End as Python does, without taking apart what this process has not made."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    gc.collect()
    os._exit(status)


if __name__ == "__main__":
    sys.path.insert(0, ROOT)
    _import_everything()
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        request, files = _requested(connection)
    _become(request, *files)
    _exit(_run(sys.argv[0]))
