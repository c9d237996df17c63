"""What every pass is given: the exporter, which is the same for all of them, and the options of a job or command."""

import gc
import os
import time
from collections.abc import Callable

from saasexport.capture.changelog import Sizes
from saasexport.clock import now_text
from saasexport.config.keys import OF_DESTINATION
from saasexport.config.secret import read_key
from saasexport.database.deletion_guard import FEWEST
from saasexport.delivery.client import Client
from saasexport.delivery.transport import Settings
from saasexport.errors import DatabaseError
from saasexport.feed import Feed
from saasexport.log import Log
from saasexport.setup.installation import Installation
from saasexport.stdlib import TYPE_CHECKING, Any, NamedTuple, sqlite3
from saasexport.sync.report import Problems, Report

if TYPE_CHECKING:
    from saasexport.sync.repeats import Repeats

# Entities taken through the steps at a time: reads of the shop stay within a few
# milliseconds, and memory is a chunk's, whatever the size of the catalogue.
CHUNK = 250


class Options(NamedTuple):
    """How a job or command wants it; said once, before anything begins."""

    force: bool = False  # send what is delivered already, too
    resend: bool = False  # what failed before is sent again
    send_legacy: bool = False  # what legacy feeds collect is sent at once, not by another job
    batch_size: int | None = None  # items of a batch, instead of the configuration's
    threads: int | None = None  # batches in flight at once, instead of the configuration's
    deadline: float = float("inf")  # time.monotonic(): no new chunk or batch begins after it
    until: float = float("inf")  # the same for chunks alone: it ends a slice
    waits: bool = False  # for whoever has a feed's lock, instead of stepping aside
    progress: Callable[[Feed, Report], None] | None = None  # called after each batch and each chunk
    chunk: int = CHUNK
    fewest: int = FEWEST  # entities that may be gone at once, however small the shop
    reading: Sizes = Sizes()

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self.deadline

    @property
    def is_slice_over(self) -> bool:
        """Whether no new chunk may begin."""
        return time.monotonic() >= min(self.deadline, self.until)


class Exporter:
    """What a job or command syncs with."""

    clock: Callable[[], str] = staticmethod(now_text)

    def __init__(self, installation: Installation, client: Client, log: Log) -> None:
        self.installation = installation
        self.client = client
        self.log = log
        self.problems = Problems()

    def batch_size(self, options: Options, feed: Feed) -> int:
        """The most items of a batch."""
        return options.batch_size or self.installation.batch_size(feed)

    def thread_count(self, options: Options, feed: Feed) -> int:
        """How many batches may be in flight at once; one where items carry no time that would keep them in order."""
        if not self.installation.traits.has_times:
            return 1
        return options.threads or int(self.installation.config.of_feed(feed.name, "thread_count"))

    def repeats(self, options: Options, feed: Feed) -> "Repeats | None":
        """What goes again after a request that was lost, or with what is above it; None as a rule."""
        if self.installation.traits.has_times:
            return None
        from saasexport.sync.repeats import Repeats  # late: few destinations need them

        return Repeats(self.installation, feed, options.waits)

    def stop(self, code: str, about: str, error: BaseException) -> None:
        """Have somebody know what stopped a feed; the traceback of what nobody foresaw is in the log."""
        if isinstance(error, sqlite3.OperationalError):  # the shop's are ShopErrors
            error = DatabaseError(f"{self.installation.config['export.database']}: {error}")
        self.problems.tell(self.log.failure(code, about, error))

    def lines(self) -> list[str]:
        """What went wrong, a line per distinct problem."""
        if self.log.fault:
            place = self.installation.config.place("export.log_dir")
            self.problems.tell(f"{place}: {self.log.fault}; nothing is logged: see its owner and mode, or its disk")
        return self.problems.lines()

    def close(self) -> None:
        """End what the client has open; the installation stays."""
        self.client.close()


def collect_less() -> None:
    """Have Python look for garbage less often; for a process of our own.

    What a chunk makes lives until it is sent, and looking for garbage among it costs a tenth of a full sync.
    """
    gc.freeze()  # the modules stay
    gc.enable()
    gc.set_threshold(50_000, 20, 50)


def exporter_for(installation: Installation, caller: str) -> Exporter:
    """The exporter of a command: as a job's, but without an end."""
    log = Log(installation.config["export.log_dir"], f"bin/{caller}")
    return Exporter(installation, connect(installation, log), log)


def connect(
    installation: Installation, log: Log, uses_backoff: bool = False, deadline: float = float("inf")
) -> Client:
    """The service, as the configuration describes it."""
    settings = service_settings(installation, uses_backoff)
    client = Client(settings, installation.ours, installation.route, log.record_request, deadline)
    if not installation.traits.has_times:
        from saasexport.sync import repeats  # late: few destinations need them

        client.before_request = lambda feed, batch: repeats.begin(installation.ours, feed, batch)
    return client


def service_settings(installation: Installation, uses_backoff: bool = False) -> Settings:
    """How the service is reached; ConfigError if a secret cannot be read."""
    settings = installation.config.sections["service"]
    return Settings(
        url=settings["url"].rstrip("/"),
        environment_id=settings["environment_id"],
        timeout=settings["timeout"],
        max_body=settings["max_body"],
        api_key=read_key(settings["api_key_file"], installation.config.place("service.api_key_file"))
        if settings["api_key_file"]
        else None,
        ca_file=settings["ca_file"],
        requests_per_second=_requests_per_second(installation),
        rate_limit_file=installation.lock_file("service"),
        uses_backoff=uses_backoff,
        transport=settings["transport"],
        private_key_file=settings["private_key_file"] if settings["signature"] == "adobe" else None,
        destination=settings["destination"],
        options=_options_of(installation),
        place=installation.config.place,
    )


def _requests_per_second(installation: Installation) -> float:
    """The limit of all jobs together; the destination's own, if none is given."""
    config = installation.config
    is_given = "service.requests_per_second" in config.given
    return float(config["service.requests_per_second"] if is_given else installation.traits.requests_per_second)


def _options_of(installation: Installation) -> dict[str, Any]:
    """The destination's own settings, for a key file what it holds; where it may keep files, and what it is sent."""
    config = installation.config
    destination = config["service.destination"]
    names = OF_DESTINATION.get(destination, ())
    section = "service" if names else f"service.{destination}"
    options: dict[str, Any] = {
        "folder": os.path.dirname(config["export.database"]),
        "table": lambda name: installation.table(installation.feed(name)),
    }
    for name in names or config.sections.get(section, ()):
        value = config[f"{section}.{name}"]
        if value is not None and name.endswith("_file"):
            options[name.removesuffix("_file")] = read_key(value, config.place(f"{section}.{name}"))
        elif value is not None:
            options[name] = value
    return options
