"""A destination as somebody writes it for themselves: a file for each item, in a folder."""

import json
import os
from urllib.parse import quote

from saasexport.delivery.destinations import Call, Verdict
from saasexport.delivery.http_connection import Response
from saasexport.errors import ServiceError

MOST_BYTES = 1_000


class Spool:
    """The folder that `url` names."""

    def __init__(self, settings, _transport, _route):
        self.folder = settings.url.removeprefix("file://")

    def calls(self, feed, batch):
        """A file's name and content for each item."""
        files = []
        for item in batch:
            values = json.loads(item.body)
            identity = "-".join(str(values[name]) for name in feed.identity)
            files.append((quote(f"{feed.name}-{identity}", safe=""), item.body, values["deleted"]))
        return [Call(batch, f"/{feed.name}", b"".join(content for _, content, _ in files), parts=files)]

    def send(self, call, request_id):
        """Write the files, or remove those of what was deleted; gives a line for each."""
        lines = []
        try:
            for name, content, is_deleted in call.parts:
                lines.append(self._write(os.path.join(self.folder, name), content, is_deleted))
        except OSError as error:
            raise ServiceError(f"{self.folder}: {error.strerror}") from error
        return Response(200, {}, "\n".join(lines).encode())

    def _write(self, path, content, is_deleted):
        if len(content) > MOST_BYTES:
            return "too long"
        if is_deleted:
            if os.path.exists(path):
                os.remove(path)
        else:
            with open(path, "wb") as file:
                file.write(content)
        return ""

    def judge(self, call, response):
        """Files that are too long are refused."""
        lines = response.body.decode().split("\n")
        return Verdict({place: f"spool: {line}" for place, line in enumerate(lines) if line}, is_rest_taken=True)

    def close(self):
        """Nothing is open."""


connect = Spool
