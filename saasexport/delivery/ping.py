"""Tell a dead-man's switch (healthchecks.io and its like) that the jobs run and do well.

It raises the alarm when it hears nothing, or `/fail`.  A process of its own does
the talking: whatever becomes of it, the job neither waits for it nor fails.
An idle tick loads this module, which loads nothing more unless it is time.
"""

import os
import time

# While nothing changes, an answer that is this old is renewed; the switch should wait for twice as long.
EVERY_SECONDS = 300

# The end of a ping that hangs, in resolving a name for instance, where no timeout reaches.
GIVE_UP_SECONDS = 10


def tell(url: str, folder: str, is_well: bool) -> None:
    """Have it told how it stands, unless it was told the same lately; `folder` keeps what was."""
    state = "well" if is_well else "failed"
    path = os.path.join(folder, "ping.state")
    if not is_due(path, state) or os.fork():
        return
    try:
        _alone()
        if _is_heard(url, is_well):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            os.write(file, state.encode())
    finally:
        # Nothing of the parent's may be flushed, closed or rolled back here.
        os._exit(0)


def is_due(path: str, state: str) -> bool:
    """Whether the switch has not heard of this state, or not for some time."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return True
    try:
        age = time.time() - os.fstat(file).st_mtime
        return os.read(file, 100) != state.encode() or not 0 <= age < EVERY_SECONDS
    except OSError:
        return True
    finally:
        os.close(file)


def address_of(url: str, is_well: bool) -> tuple[str, str]:
    """The server, and the path to ask for: with /fail at its end if something failed."""
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    path, question, query = path.partition("?")
    path = path.rstrip("/") + ("" if is_well else "/fail")
    return f"{scheme}://{host}", "/" + path.lstrip("/") + question + query


def _is_heard(url: str, is_well: bool) -> bool:
    from saasexport.delivery.http_connection import Connection
    from saasexport.errors import SaasExportError

    server, path = address_of(url, is_well)
    connection = Connection(server, GIVE_UP_SECONDS / 2)
    try:
        return connection.post(path, {"User-Agent": "saasexport"}, b"").status == 200
    except SaasExportError:
        return False


def _alone() -> None:
    """Let go of the parent: of its output, for which cron waits, and of its process group."""
    import signal

    os.setsid()
    for descriptor in range(3):
        os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(GIVE_UP_SECONDS)
