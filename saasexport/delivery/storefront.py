"""What the embedded service's storefront answers to whoever may ask it: no feed, no item as it was sent."""

from urllib.parse import urlencode

from saasexport.delivery import answers
from saasexport.delivery.digests import patient_answer
from saasexport.delivery.transport import Settings, Transport
from saasexport.errors import ConfigError, ServiceError
from saasexport.stdlib import Any


def ask(settings: Settings, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The answer to `search` or `recommend`; ServiceError tells why there is none."""
    transport = Transport(settings)
    path = f"/storefront/{name}.json?{urlencode(parameters, doseq=True)}"
    try:
        response = patient_answer(lambda: transport.get(path))
    finally:
        transport.close()
    content = answers.read(response)
    if response.status == 200 and isinstance(content, dict):
        return content
    message = answers.message_of(content)
    reason = f"answered {response.status}" + (f": {message}" if message else "")
    if response.status == 401:
        raise ServiceError(f"{settings.url}: {reason}", "give the storefront's key with --key-file")
    if response.status == 400 and message:
        raise ConfigError(f"{settings.url}: {reason}")
    if not message or "status" not in content:
        hint = "the embedded service has one, Adobe's has not"
        raise ServiceError(f"{settings.url}: has no storefront ({reason})", hint)
    raise ServiceError(f"{settings.url}: {reason}")
