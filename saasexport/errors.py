"""Every error an admin may see.

The text of an error is one line that says what failed and where; its hint
says what to do about it.  The classes differ by what the caller does next,
not by where the error arose.
"""


class SaasExportError(Exception):
    """Something failed that an admin can do something about."""

    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}; {self.hint}" if self.hint else message


class ConfigError(SaasExportError):
    """The configuration or the command line is wrong: fix it and try again (exit status 2)."""

    exit_status = 2


class ShopError(SaasExportError):
    """The shop database is not as expected, or cannot be read."""


class TooSlow(ShopError):
    """A query of a feed's file takes too long; `line` is that of its name, 0 if it is not known."""

    def __init__(self, feed: str, place: tuple[str, int], reason: str) -> None:
        path, self.line = place
        self.reason = reason
        where = f"{path}:{self.line}" if self.line else path
        super().__init__(f"{feed}: {where}: {reason}" if where else f"{feed}: {reason}")


class DatabaseError(SaasExportError):
    """Our own database cannot be used."""


class Uninstalled(SaasExportError):
    """The installation was taken out of the shop on purpose: jobs do nothing until `init`."""


class ServiceError(SaasExportError):
    """The service gave no usable answer: the batch is sent again later."""


class Busy(SaasExportError):
    """Another job holds the lock: stepping aside is not a failure."""

    exit_status = 0

    def told_on(self, stream: object, can_wait: bool = True) -> str:
        """The text, and to a person at a terminal that all is well; `can_wait` says whether there is --wait."""
        if not getattr(stream, "isatty", bool)():
            return str(self)
        if not can_wait:
            return f"{self}: it is at work, and there is nothing to mend; run this again when it has ended"
        return f"{self}: it is at work, and there is nothing you have to do; --wait waits for it"


class InvalidValue(Exception):
    """A value of the shop cannot become a field of an item.

    Raised while one item is assembled and caught there: that item is set
    aside with the field and the reason, its neighbours go on.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
