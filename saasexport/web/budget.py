"""So many bytes for all requests of a server together."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from saasexport.web.wire import Refusal

# Takes so many bytes of the budget before they are in memory, or refuses; a negative number gives them back.
Taking = Callable[[int], None]


class Budget:
    """So many bytes for all requests together: one that would exceed it has to come again later."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def share(self) -> Iterator[Taking]:
        """Gives a function that takes so many bytes, or refuses; they are returned at the end."""
        taken = 0

        def taking(size: int) -> None:
            nonlocal taken
            with self._lock:
                if size > self._left:
                    later = ("Retry-After", "1")
                    raise Refusal(503, "too many requests at once", headers=(later,), closes=True)
                self._left -= size
            taken += size

        try:
            yield taking
        finally:
            with self._lock:
                self._left += taken
