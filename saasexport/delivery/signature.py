"""Adobe's `x-gw-signature`: a token signed with the merchant's private key, good for five minutes.

An optional extra (`pip install saasexport[adobe]`), imported only when
`[service] signature = "adobe"` says so.
"""

import base64
import json
import time

from saasexport.config.secret import read_secret
from saasexport.delivery.extras import find_installed
from saasexport.errors import ConfigError
from saasexport.stdlib import Any

GOOD_FOR_SECONDS = 300


class AdobeSignature:
    """Makes the header for each request; a token is used for half its time."""

    def __init__(self, private_key_file: str, place: str = "[service] private_key_file") -> None:
        self._key, self._padding, self._hash = _load(private_key_file, place)
        self._token = ""
        self._until = 0.0

    def headers(self) -> dict[str, str]:
        """The header of a request that is made now."""
        now = time.time()
        # A clock that was set back makes a token look good for longer than it is.
        if not self._until - GOOD_FOR_SECONDS / 2 <= now < self._until:
            self._until = now + GOOD_FOR_SECONDS / 2
            self._token = self._sign(int(now))
        return {"x-gw-signature": self._token}

    def _sign(self, now: int) -> str:
        head = _encode({"typ": "JWT", "alg": "RS256"})
        claims = _encode({"iat": now, "exp": now + GOOD_FOR_SECONDS})
        signature = self._key.sign(head + b"." + claims, self._padding, self._hash)
        return (head + b"." + claims + b"." + _base64(signature)).decode()


def _load(path: str, place: str) -> tuple[Any, Any, Any]:
    find_installed()
    try:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as error:
        raise ConfigError(
            '[service] signature = "adobe" needs a library that is not installed',
            "pip install saasexport[adobe]",
        ) from error
    try:
        key = load_pem_private_key(read_secret(path, place), None)
    except (ValueError, TypeError) as error:
        raise ConfigError(
            f"{place}: {path}: no private key in PEM format without a password", "name the file that holds the key"
        ) from error
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError(f"{place}: {path}: not an RSA key", "Adobe takes no other")
    return key, PKCS1v15(), hashes.SHA256()


def _encode(values: dict[str, Any]) -> bytes:
    return _base64(json.dumps(values, separators=(",", ":")).encode())


def _base64(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")
