"""A service that takes everything and looks at nothing but the number of items: python -m tests.bench.sink

It costs next to nothing, so that what is measured beside it is the exporter.  It prints its address.
"""

import re
import socket
import threading
import zlib

# How every item ends that the exporter sends; no field of an item is called so.
END = re.compile(rb',"deleted":(?:true|false),"(?:modified|updated)At":')
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def serve(connection):
    """Answer every request of a connection."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    held = b""
    while True:
        while (end := held.find(b"\r\n\r\n")) < 0:
            more = connection.recv(1 << 20)
            if not more:
                return
            held += more
        length = int(LENGTH.search(held, 0, end)[1])
        body = bytearray(held[end + 4 :])
        while len(body) < length:
            body += connection.recv(1 << 20)
        held = bytes(body[length:])
        items = len(END.findall(zlib.decompress(body[:length], 31)))
        answer = b'{"status":"ACCEPTED","acceptedCount":%d,"invalidFeedItems":[]}' % items
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer))


def main():
    """Listen until somebody ends it."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


if __name__ == "__main__":
    main()
