"""A dashboard as a process, and what its pages say."""

import http.client
import os
import re
import signal
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import urlencode

from tests.support import BIN


class Dashboard:
    """`saasexport dashboard` on a free port, as a context manager."""

    def __init__(self, exporter, *options):
        self.process = subprocess.Popen(
            [sys.executable, "-I", BIN / "saasexport", "dashboard", "--port", "0", *options],
            env={"SAASEXPORT_CONFIG": str(exporter.config), "PATH": os.defpath},
            cwd=exporter.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line.startswith("dashboard on http://"), line + self.process.stderr.read()
        self.url = line.split()[-1].rstrip("/")
        self.port = int(self.url.rpartition(":")[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.said = self.stop()

    def stop(self):
        """End it; gives what it said on stderr."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=30)
        return said

    def ask(self, method, path, body=None, headers=()):
        """An answer: (status, headers, text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def get(self, path):
        """The text of a page that is there."""
        status, _, text = self.ask("GET", path)
        assert status == 200, text
        return text

    def page(self, path):
        """A page that is there, taken apart."""
        return Read(self.get(path))

    def token(self):
        """The token that the forms of this process carry."""
        return re.search(r'name="token" value="([^"]+)"', self.get("/data")).group(1)

    def post(self, path, fields, **headers):
        """Send a form as a page of this dashboard would; headers with None are left out."""
        sent = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{self.port}",
            "Sec-Fetch-Site": "same-origin",
        }
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        given = {name: value for name, value in sent.items() if value is not None}
        return self.ask("POST", path, urlencode(fields, doseq=True), given)


class Read(HTMLParser):
    """What a page says: its text, tables, links, the fields of its forms, and its tags."""

    def __init__(self, text):
        super().__init__()
        self.text = ""
        self.tables = []  # per table its rows, per row its cells' texts
        self.links = {}  # text -> address, the last one of a text
        self.fields = []  # (name, value) of inputs
        self.tags = []
        self._skipped = False
        self._cell = None
        self._link = None
        self.feed(text)
        self.close()
        self.text = " ".join(self.text.split())

    def rows(self, table=0):
        """The rows of a table but for its head."""
        return self.tables[table][1:]

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag == "style":
            self._skipped = True
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = ""
        elif tag == "a":
            self._link = (attributes["href"], "")
        elif tag == "input":
            self.fields.append((attributes.get("name"), attributes.get("value")))

    def handle_endtag(self, tag):
        if tag == "style":
            self._skipped = False
        elif tag in ("td", "th"):
            self.tables[-1][-1].append(" ".join(self._cell.split()))
            self._cell = None
        elif tag == "a":
            self.links[" ".join(self._link[1].split())] = self._link[0]
            self._link = None

    def handle_data(self, data):
        if self._skipped:
            return
        self.text += data + " "
        if self._cell is not None:
            self._cell += data + " "
        if self._link is not None:
            self._link = (self._link[0], self._link[1] + data)
