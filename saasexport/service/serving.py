"""The embedded Commerce Service at work: the house's server over a store.

Nothing has to be cleaned up after a kill: what was acknowledged is in the
database, the rest was never said to be.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from saasexport.errors import ConfigError
from saasexport.service.optimizer.application import Client, Optimizer
from saasexport.service.routes import Routes, own_route
from saasexport.service.store import Store
from saasexport.service.storefront.endpoint import Storefront
from saasexport.shapes import SHAPES
from saasexport.shapes.words import FeedShape
from saasexport.web.hosts import Hosts
from saasexport.web.server import Limits, Server, is_private, listen

if TYPE_CHECKING:
    from saasexport.service.settings import Settings

# For a whole request, and for its answer.
REQUEST_SECONDS = 30.0

# A connection without a request; jobs run every minute and may find theirs open.
IDLE_SECONDS = 75.0

MOST_CONNECTIONS = 512

# What all bodies and answers together may take in memory, in bodies of the largest size.
BODIES_IN_MEMORY = 8


class CommerceService(Server):
    """The service; `serve()` runs it until `stop()`."""

    def __init__(
        self,
        database: str,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        allowed_hosts: Iterable[str] = (),
        api_key: bytes = b"",
        max_body: int = 16_777_216,
        routes: Iterable[tuple[str, str]] = (),
        shapes: Iterable[FeedShape] = (),
        request_seconds: float = REQUEST_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
        most_connections: int = MOST_CONNECTIONS,
        verbose: bool = False,
        settings: "Settings | None" = None,
        storefront_key: bytes = b"",
        allowed_origins: Iterable[str] = (),
    ) -> None:
        known = {**SHAPES, **{shape.feed: shape for shape in shapes}}
        own = [own_route(feed, path, known) for feed, path in routes]
        # A port that is taken, or one that others reach, is found out before a database is made.
        listener = listen(host, port)
        if not api_key and not is_private(listener):
            listener.close()
            raise ConfigError(
                f"whoever reaches {host} could read and change what is kept here",
                "have it ask for a key: --api-key-file FILE",
            )
        try:
            self.store = Store(database)
        except BaseException:
            listener.close()
            raise
        hosts = Hosts([host, *allowed_hosts], "a proxy's name is given with --allow-host")
        limits = Limits(request_seconds, idle_seconds, most_connections, max_body * BODIES_IN_MEMORY)
        self._storefront = Storefront(self.store, settings, storefront_key, allowed_origins)
        routes_of_all = Routes(self.store, api_key, max_body, own, known, self._storefront)
        super().__init__(listener, routes_of_all, hosts, limits, verbose)

    def serve(self) -> None:
        """Serve until `stop()`, and close the database."""
        super().serve()
        self._storefront.stop()
        self.store.close()


class OptimizerService(Server):
    """The double of Adobe Commerce Optimizer, which keeps its state in memory."""

    def __init__(self, tenant: str, client: Client, host: str = "127.0.0.1", port: int = 0, **more: Any) -> None:
        listener = listen(host, port)
        self.application = Optimizer(tenant, client, **more)
        memory = self.application.max_body * BODIES_IN_MEMORY
        limits = Limits(REQUEST_SECONDS, IDLE_SECONDS, MOST_CONNECTIONS, memory)
        super().__init__(listener, self.application, Hosts([host], "it is there for this machine"), limits)
