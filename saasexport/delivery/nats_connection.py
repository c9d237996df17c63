"""A connection to a NATS server: lines of text over TCP, and an answer for each message."""

import json
import os
import socket
import time
from collections.abc import Sequence
from contextlib import suppress

from saasexport.errors import ServiceError
from saasexport.stdlib import Any, NamedTuple

PORT = 4222

# The server's own default for a message, and more than any line of it has.
MOST_BYTES = 1_048_576

TOO_LARGE = '{"error":{"code":413,"description":"%d bytes are more than the server takes, max_payload is %d"}}'


class Message(NamedTuple):
    """What is published."""

    subject: str
    id: str  # the same again within the stream's window is taken as one; empty: none
    body: bytes


class NatsConnection:
    """Opened at the first use, and again after it was closed; each exchange has a deadline."""

    def __init__(self, url: str, timeout: float, token: str | None = None, ca_file: str | None = None) -> None:
        self.url = url
        self.timeout = timeout
        self.token = token
        self.ca_file = ca_file
        self.max_payload = MOST_BYTES
        self._socket: socket.socket | None = None
        self._received = b""
        self._deadline = 0.0
        self._inbox = ""

    def publish(self, messages: Sequence[Message]) -> list[bytes | None]:
        """Publish messages; the answer to each, in their order, None where nobody takes the subject.

        ServiceError if they are not all answered within the timeout: some may have been taken.
        """
        self._deadline = time.monotonic() + self.timeout
        try:
            if self._socket is None:
                self._open()
            return self._exchange(messages)
        except TimeoutError as error:
            self.close()
            raise ServiceError(f"{self.url}: no answer within {self.timeout:g} s") from error
        except (OSError, ValueError, KeyError, IndexError) as error:
            self.close()
            # What is not an error of the system's is a line that could not be taken apart.
            reason = error.strerror if isinstance(error, OSError) else None
            raise ServiceError(f"{self.url}: {reason.lower() if reason else 'the answer is not NATS'}") from error
        except ServiceError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection; the next exchange opens it again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._received = b""

    def _open(self) -> None:
        scheme, _, address = self.url.partition("://")
        host, colon, port = address.strip("/").rpartition(":")
        if not colon or not port.isdecimal():  # an IPv6 address ends with a bracket
            host, port = address.strip("/"), str(PORT)
        self._socket = socket.create_connection((host.strip("[]"), int(port)), self._time_left())
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        verb, _, content = self._line().partition(b" ")
        about: dict[str, Any] = json.loads(content) if verb == b"INFO" else {}
        if "max_payload" not in about:
            raise ServiceError(f"{self.url}: the answer is not NATS")
        self.max_payload = int(about["max_payload"])
        if scheme == "tls" or about.get("tls_required"):
            import ssl  # late: few want it

            context = ssl.create_default_context(cafile=self.ca_file)
            self._socket = context.wrap_socket(self._socket, server_hostname=host.strip("[]"))
        options: dict[str, Any] = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True}
        options |= {"name": "saasexport", "lang": "python", "version": "1"}
        if self.token:
            options["auth_token"] = self.token
        self._inbox = f"_INBOX.{os.urandom(12).hex()}"
        self._send(f"CONNECT {json.dumps(options)}\r\nSUB {self._inbox}.* 1\r\nPING\r\n".encode())
        while self._line() != b"PONG":
            pass

    def _exchange(self, messages: Sequence[Message]) -> list[bytes | None]:
        answers: dict[int, bytes | None] = {}
        pieces = []
        for number, message in enumerate(messages):
            head = f"NATS/1.0\r\nNats-Msg-Id: {message.id}\r\n\r\n".encode() if message.id else b"NATS/1.0\r\n\r\n"
            size = len(head) + len(message.body)
            if size > self.max_payload:
                # The server would answer nothing but close.
                answers[number] = (TOO_LARGE % (size, self.max_payload)).encode()
                continue
            start = f"HPUB {message.subject} {self._inbox}.{number} {len(head)} {size}\r\n".encode()
            pieces += [start, head, message.body, b"\r\n"]
        self._send(b"".join(pieces))
        while len(answers) < len(messages):
            number, answer = self._answer()
            answers[number] = answer
        return [answers[number] for number in range(len(messages))]

    def _answer(self) -> tuple[int, bytes | None]:
        """The number of the message that is answered next, and the answer; None: nobody takes the subject."""
        while True:
            words = self._line().split()
            if words[:1] == [b"MSG"]:
                return int(words[1].rpartition(b".")[2]), self._bytes(int(words[-1]))
            if words[:1] == [b"HMSG"]:
                whole = self._bytes(int(words[-1]))
                head = whole[: int(words[-2])]
                is_nobody = head.startswith(b"NATS/1.0 503")
                return int(words[1].rpartition(b".")[2]), None if is_nobody else whole[len(head) :]

    # Bytes

    def _time_left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _send(self, data: bytes) -> None:
        assert self._socket is not None  # noqa: S101  # it was opened
        self._socket.settimeout(self._time_left())
        with suppress(ConnectionError):  # what the server said before it closed is read next
            self._socket.sendall(data)

    def _receive(self) -> None:
        assert self._socket is not None  # noqa: S101  # it was opened
        self._socket.settimeout(self._time_left())
        more = self._socket.recv(65_536)
        if not more:
            raise ServiceError(f"{self.url}: the server closed the connection")
        self._received += more

    def _line(self) -> bytes:
        """The next line but pings, which are answered; ServiceError with the server's words if it is an error."""
        while True:
            while b"\r\n" not in self._received:
                if len(self._received) > MOST_BYTES:
                    raise ServiceError(f"{self.url}: the answer is not NATS")
                self._receive()
            line, _, self._received = self._received.partition(b"\r\n")
            if line == b"PING":
                self._send(b"PONG\r\n")
            elif line.startswith(b"-ERR"):
                reason = line[4:300].decode("utf-8", "replace").strip(" '")
                hint = "; check [service.nats] token_file" if "uthoriz" in reason or "uthent" in reason else ""
                raise ServiceError(f"{self.url}: {reason}{hint}")
            else:
                return line

    def _bytes(self, size: int) -> bytes:
        if not 0 <= size <= 16 * MOST_BYTES:
            raise ValueError(size)
        while len(self._received) < size + 2:
            self._receive()
        data, self._received = self._received[:size], self._received[size + 2 :]
        return data
