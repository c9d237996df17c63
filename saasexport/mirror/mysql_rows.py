"""Rows as MySQL sends them, each in a packet: of every value its length, and its bytes.

PyMySQL takes several calls of Python's for each value, which is more than all else that
a large copy costs.  So it sends the question, and the rows are taken from its file here.
"""

from collections.abc import Callable, Iterator
from typing import Any

from saasexport.mirror.server import BYTES_AT_ONCE

# A packet begins with its length, in three bytes, and a number; after one of the greatest length another one goes on.
_HEADER, _LENGTH = 4, 0xFFFFFF

# First byte of a packet -> what it is instead of a row; such an end is no long packet.
_END, _ERROR = 0xFE, 0xFF

# First byte of a value: up to this it is its length; else it is NULL, or the length follows in some bytes.
_LONGEST, _NULL, _LENGTHS = 250, 251, {252: 2, 253: 3, 254: 8}

# Of a connection that was lost, as PyMySQL says it.
_LOST = (2013, "Lost connection to MySQL server during query")


def stream(connection: Any, query: str, width: int, at_once: int) -> Iterator[list[list[bytes | None]]]:
    """The rows of a query, so many at a time at most, as the values of each of its columns."""
    connection.query(query, unbuffered=True)
    # Nor does it read on when it is collected.
    connection._result.unbuffered_active = False
    read = connection._rfile.read
    is_more = True
    while is_more:
        columns: list[list[bytes | None]] = [[] for _ in range(width)]
        is_more = _take(read, columns, at_once)
        if columns[0]:
            yield columns


def _take(read: Callable[[int], bytes], columns: list[list[bytes | None]], most: int) -> bool:
    """Append the values of so many rows to their columns, or of fewer large ones; false: there are no more."""
    appends, number_of = [column.append for column in columns], int.from_bytes
    left = BYTES_AT_ONCE
    for _ in range(most):
        length = number_of(read(_HEADER), "little") & _LENGTH
        packet = read(length)
        if not packet or len(packet) != length or length == _LENGTH:
            packet = _whole(read, packet, length)
        if packet[0] >= _END and length < _LENGTH:
            return _refuse_error(packet)
        at = 0
        for append in appends:
            length = packet[at]
            at += 1
            if length > _LONGEST:
                if length == _NULL:
                    append(None)
                    continue
                start = at + _LENGTHS[length]
                length, at = number_of(packet[at:start], "little"), start
            append(packet[at : at + length])
            at += length
        left -= at
        if left < 0:
            break
    return True


def _whole(read: Callable[[int], bytes], packet: bytes, length: int) -> bytes:
    """A packet with all that goes on with it; OperationalError if it ends before its end."""
    parts, is_whole = [packet], bool(packet)
    while length == _LENGTH and len(parts[-1]) == length:
        header = read(_HEADER)
        is_whole = len(header) == _HEADER
        length = int.from_bytes(header, "little") & _LENGTH
        parts.append(read(length))
    if not is_whole or len(parts[-1]) != length:
        from pymysql import err

        raise err.OperationalError(*_LOST)
    return b"".join(parts)


def _refuse_error(packet: bytes) -> bool:
    """No more rows, unless they ended with an error."""
    if packet[0] == _ERROR:
        from pymysql import err

        err.raise_mysql_exception(packet)
    return False
