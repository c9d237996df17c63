"""Rows of MySQL's are read as its protocol has them: values of any length, packets in pieces, errors in the middle."""

import io

import pytest

from saasexport.mirror import mysql_rows

pymysql = pytest.importorskip("pymysql")

LARGEST = 0xFFFFFF
END = b"\xfe\x00\x00\x02\x00"
ERROR = b"\xff\x25\x05#70100Query execution was interrupted"


class Sent:
    """A connection whose server has sent packets."""

    def __init__(self, *packets, cut=None):
        pieces = []
        for packet in packets:
            parts = [packet[at : at + LARGEST] for at in range(0, len(packet), LARGEST)]
            # What fills its last packet is ended by an empty one.
            parts += [b""] if len(parts[-1]) == LARGEST else []
            pieces += [len(part).to_bytes(3, "little") + b"\x07" + part for part in parts]
        self._rfile = io.BytesIO(b"".join(pieces)[:cut])
        self._result = type("Result", (), {"unbuffered_active": True})

    def query(self, text, unbuffered):
        assert (text, unbuffered) == ("select", True)


def read(sent, width=2, at_once=3):
    """All that is read, by columns."""
    return list(mysql_rows.stream(sent, "select", width, at_once))


def value(content):
    """A value, as a row has it."""
    if content is None:
        return b"\xfb"
    length = len(content)
    for least, mark, size in ((1 << 24, 254, 8), (1 << 16, 253, 3), (251, 252, 2)):
        if length >= least:
            return bytes([mark]) + length.to_bytes(size, "little") + content
    return bytes([length]) + content


def row(*contents):
    """The packet of a row."""
    return b"".join(map(value, contents))


@pytest.mark.parametrize("length", [0, 1, 250, 251, 252, 253, 254, 255, 65_535, 65_536, 70_000])
def test_a_value_of_any_length_is_read_whole(length):
    content = bytes(number % 251 for number in range(length))
    assert read(Sent(row(content, b"z"), row(b"a", content), END)) == [[[content, b"a"], [b"z", content]]]


@pytest.mark.sample(1)
@pytest.mark.parametrize("length", [LARGEST - 7, LARGEST - 6, LARGEST - 5, LARGEST, LARGEST + 1, 2 * LARGEST])
def test_a_row_that_is_longer_than_a_packet_is_read_whole(length):
    content = b"x" * length
    [[first, second], others] = read(Sent(row(content, b"z"), row(None, b""), END))
    assert (first == [content], second, others) == (True, [b"z"], [[None], [b""]])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [(0, []), (1, [1]), (2, [2]), (3, [3]), (4, [3, 1]), (6, [3, 3]), (7, [3, 3, 1])],
)
def test_rows_come_some_at_a_time(rows, expected):
    sent = Sent(*[row(b"a", None)] * rows, END)
    assert [len(columns[0]) for columns in read(sent)] == expected
    assert not sent._result.unbuffered_active


@pytest.mark.parametrize(
    ("length", "expected"),
    [(100, [9]), (100_000, [9]), (200_000, [6, 3]), (600_000, [2, 2, 2, 2, 1]), (2_000_000, [1] * 9)],
)
def test_of_large_rows_fewer_come_at_a_time(length, expected):
    sent = Sent(*[row(b"x" * length, b"y")] * 9, END)
    assert [len(columns[0]) for columns in read(sent, at_once=500)] == expected


@pytest.mark.parametrize("rows", [0, 1, 3, 5])
def test_an_error_after_some_rows_is_raised(rows):
    with pytest.raises(pymysql.MySQLError, match="Query execution was interrupted"):
        read(Sent(*[row(b"a", b"b")] * rows, ERROR))


@pytest.mark.parametrize("cut", [0, 1, 3, 4, 5, 7, 8, 10, 12])
def test_a_connection_that_ends_in_the_middle_is_lost(cut):
    with pytest.raises(pymysql.OperationalError, match="Lost connection to MySQL server during query"):
        read(Sent(row(b"a", b"b"), row(b"a", b"b"), END, cut=cut))


def test_a_connection_that_ends_in_a_long_row_is_lost():
    with pytest.raises(pymysql.OperationalError, match="Lost connection"):
        read(Sent(row(b"x" * 2 * LARGEST, b"b"), END, cut=LARGEST + 100))
    with pytest.raises(pymysql.OperationalError, match="Lost connection"):
        read(Sent(row(b"x" * 2 * LARGEST, b"b"), END, cut=LARGEST + 4))
