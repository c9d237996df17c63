"""The gate through which text reaches a person: terminal, mail and page.

What a shop or a service says is data: it must neither move the cursor, nor turn
the direction of what follows, nor look like a line of ours.  A character that
could is shown as JSON writes it (a backslash, u and four digits), and so is one
that the terminal lacks, so that --json stays JSON wherever it goes.
"""

import codecs
import os
import sys

from saasexport.errors import SaasExportError
from saasexport.stdlib import Any

# Controls (C0, C1), line and paragraph separators, and what turns the direction of text.
_CONTROLS = (*range(32), *range(127, 160), 0x2028, 0x2029)
_DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))

_OF_A_LINE = {code: f"\\u{code:04x}" for code in (*_CONTROLS, *_DIRECTIONS)}
_OF_TEXT = {code: shown for code, shown in _OF_A_LINE.items() if chr(code) not in "\n\t"}

# The colours that saasexport.commands.colour paints with; on a terminal these pass.
_COLOURS = tuple(f"\x1b[{code}m" for code in ("31", "32", "33", "1", "0"))


def line(text: str) -> str:
    """Text of others as part of a line of ours."""
    return text.translate(_OF_A_LINE)


def text(value: str) -> str:
    """Text of others that may have several lines, as it stands on a page."""
    return value.translate(_OF_TEXT).encode("utf-8", _ESCAPE).decode()


def behind(stream: Any) -> Any:
    """The stream itself, for a picture of our own that moves the cursor."""
    return stream.stream if isinstance(stream, Gate) else stream


class OutputError(SaasExportError, OSError):
    """Standard output or standard error cannot be written: an OSError still for those who go on without."""


class Gate:
    """A stream to a person: what it could not show, or should not, is escaped."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write a text; gives the number of its characters."""
        try:
            self.stream.write(self._make_plain(text))
        except OSError as error:
            raise self._failure(error) from error
        return len(text)

    def flush(self) -> None:
        """Have it written what is not yet."""
        try:
            self.stream.flush()
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> Exception:
        """What is raised instead: a line for people, unless nobody reads any more."""
        if isinstance(error, BrokenPipeError):
            return error
        # Python tries once more at its end, and must not complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())
        name = self.stream.name.strip("<>")
        return OutputError(f"{name} cannot be written: {error.strerror}", "make room, or send it elsewhere")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def _make_plain(self, text: str) -> str:
        shown = text.translate(_OF_TEXT)
        if shown != text and self.stream.isatty():
            for colour in _COLOURS:
                shown = shown.replace(colour.translate(_OF_TEXT), colour)
        encoding = getattr(self.stream, "encoding", None) or "utf-8"
        return shown.encode(encoding, _ESCAPE).decode(encoding)


_ESCAPE = "saasexport.escape"


def _escape(error: UnicodeError) -> tuple[str, int]:
    """The characters that cannot be encoded as JSON writes them: those beyond 16 bits as two."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101  # there is no other when text is written
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"\\u{pair}" for pair in pairs), error.end


codecs.register_error(_ESCAPE, _escape)


def guard_streams() -> None:
    """Put the gate before standard output and standard error."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, Gate):
            setattr(sys, name, Gate(stream))
