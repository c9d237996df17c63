"""Adobe's access token: asked for when something is sent, kept in a file, renewed before its end.

A cron job lives for a minute, the token for a day.  One process renews it at a time.
"""

import fcntl
import hashlib
import json
import os
import time
from urllib.parse import urlencode

from saasexport.delivery.http_connection import Connection
from saasexport.errors import ServiceError
from saasexport.stdlib import Any

SCOPE = "openid,AdobeID,profile,email,commerce.aco.ingestion"

# It is renewed so many seconds before its end, or at half of its life if that is later.
EARLY_SECONDS = 600


class Token:
    """The token of a client; its file holds nothing else, and is private."""

    def __init__(self, client_id: str, secret: str, file: str, connection: Connection) -> None:
        self.client_id = client_id
        self.secret = secret
        self.file = file
        self.connection = connection  # to the path of the address itself
        # Another secret is another client: what was kept for it may not be used.
        self.name = hashlib.sha256(f"{connection.url}\0{client_id}\0{secret}".encode()).hexdigest()

    def value(self) -> str:
        """The token; ServiceError if there is none to be had."""
        descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # whoever renews it is done within the timeout
            kept = self._load(descriptor)
            if not kept:
                kept = self._request()
                content = json.dumps(kept).encode()
                os.pwrite(descriptor, content, 0)
                os.ftruncate(descriptor, len(content))
            return str(kept["token"])
        finally:
            os.close(descriptor)

    def drop(self, value: str) -> None:
        """Forget a token that was refused, unless it has been renewed already."""
        descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if self._load(descriptor).get("token") == value:
                os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _load(self, descriptor: int) -> dict[str, Any]:
        """What the file holds, if it is this client's and is good for some time."""
        try:
            kept = json.loads(os.pread(descriptor, 65_536, 0))
            left = kept["until"] - time.time()
            is_good = kept["name"] == self.name and min(EARLY_SECONDS, kept["seconds"] / 2) < left <= kept["seconds"]
            return dict(kept) if is_good else {}
        except (ValueError, TypeError, KeyError):
            return {}

    def _request(self) -> dict[str, Any]:
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret}
        body = urlencode({**form, "scope": SCOPE}).encode()
        url = self.connection.url
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        response = self.connection.post("", headers, body)
        try:
            answer = json.loads(response.body)
        except ValueError:
            answer = {}
        answer = answer if isinstance(answer, dict) else {}
        if response.status != 200:
            error = answer.get("error")
            known = isinstance(error, str) and error.isascii() and error.isprintable() and len(error) < 100
            reason = f"{url}: no token: answered {response.status}" + (f": {error}" if known else "")
            if response.status in (400, 401, 403):
                raise ServiceError(reason, "check [service] client_id and client_secret_file, and the client's scopes")
            if response.status < 429:
                raise ServiceError(reason, "it is no login of Adobe's; check [service] token_url")
            raise ServiceError(reason, "Adobe's login is not well; the next job tries again")
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        is_token = isinstance(token, str) and token and token.isascii() and token.isprintable()
        if not is_token or type(seconds) is not int or seconds <= 0:
            raise ServiceError(f"{url}: the answer holds no token")
        return {"name": self.name, "token": token, "until": time.time() + seconds, "seconds": seconds}
