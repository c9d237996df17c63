"""The service: reachable, answering as it should, taking our credentials, and agreeing on the time.

It is asked with an empty batch: authenticated and routed as any other, and
nothing in it that could be stored.  A service that asked to be left alone is.
"""

import importlib.util
import json
import time
from datetime import UTC, datetime

from saasexport.clock import duration
from saasexport.config.addresses import is_local
from saasexport.config.settings import DEFAULT_ENVIRONMENT
from saasexport.delivery.client import Client
from saasexport.delivery.http_connection import Response, address
from saasexport.doctor.finding import Examined, Finding, Findings, fail, ok, warn
from saasexport.errors import SaasExportError
from saasexport.feed import Feed
from saasexport.log import Log
from saasexport.sync.exporter import connect

# Modified times are whole seconds, and an answer takes its time.
CLOCK_SECONDS = 30
WRONG_CLOCK_SECONDS = 300

# What goes over plain HTTP to these stays on the machine.
LOOPBACK = ("localhost", "127.", "::1")

EXTRAS = {"requests": ("transport", "requests"), "adobe": ("signature", "cryptography")}


def extras(examined: Examined) -> Findings:
    """What the configuration wants beyond the standard library is installed."""
    for value, (key, module) in EXTRAS.items():
        if examined.config[f"service.{key}"] == value and importlib.util.find_spec(module) is None:
            yield fail(
                "extras",
                f'[service] {key} = "{value}" needs the Python package {module}',
                f"run: pip install 'saasexport[{value}]', and start the jobs with that Python",
            )


def service(examined: Examined) -> Findings:
    """The service takes what we send."""
    installation = examined.installation
    yield from _secrecy(examined)
    feeds = installation.feeds()
    try:
        client = connect(installation, Log(examined.config["export.log_dir"], "bin/saasexport doctor"))
    except SaasExportError as error:
        yield fail("service", str(error.args[0]), error.hint or "see [service]")
        return
    try:
        if client.state.stopped:
            yield warn("service", client.state.stopped, "wait, or see what the service's operator says")
            return
        findings = list(_check(client))
        if findings:
            yield from findings
            return
        # One feed stands for all that use the common route.
        own = [feed for feed in feeds if installation.config.of_feed(feed.name, "path")]
        common = [feed for feed in feeds if feed not in own][:1]
        for feed in (*common, *own):
            yield from _ask(examined, client, feed)
    finally:
        client.close()


def _check(client: Client) -> Findings:
    """What a destination says of itself."""
    try:
        checks = client.destination.check()
    except SaasExportError as error:
        url = client.settings.url
        yield fail("service", str(error.args[0]), error.hint or f"is it running, and [service] url right: {url}?")
        return
    for check in checks:
        yield ok("service", check.text) if check.is_good else fail("service", check.text, check.remedy)


def _secrecy(examined: Examined) -> Findings:
    url = examined.config["service.url"]
    host = address(url).host
    names = ("api_key_file", "typesense.api_key_file", "nats.token_file", "client_secret_file")
    key_files = [f"service.{name}" for name in names]
    is_clear = url.startswith(("http://", "nats://")) and not host.startswith(LOOPBACK)
    if is_clear and any(examined.config[name] for name in key_files):
        secure = "tls" if url.startswith("nats://") else "https"
        yield warn("service", f"{url}: the key goes over the network in clear", f"use {secure}, see [service] url")


def environment(examined: Examined) -> Findings:
    """A service that others use, too, has a data space that was chosen."""
    settings = examined.config.sections["service"]
    if settings["environment_id"] == DEFAULT_ENVIRONMENT and not is_local(settings["url"]):
        yield warn(
            "environment",
            f"{settings['url']}: environment_id is {DEFAULT_ENVIRONMENT}, what init writes for a trial on one machine",
            "name the data space that its operator gave you: [service] environment_id",
        )


def _ask(examined: Examined, client: Client, feed: Feed) -> Findings:
    url = examined.config["service.url"]
    started = time.monotonic()
    try:
        response = client.ask(feed)
    except SaasExportError as error:
        yield fail(
            "service",
            str(error.args[0]),
            error.hint or "is it running, and [service] url right? Try: curl -v " + url,
        )
        return
    milliseconds = (time.monotonic() - started) * 1000
    yield judge(f"{url}{examined.installation.route(feed)}", response, milliseconds)
    yield from _clocks(response)


def judge(url: str, response: Response, milliseconds: float) -> Finding:
    """What the answer to an empty batch says about the service."""
    code = response.status
    if code == 200:
        try:
            answer = json.loads(response.body)
        except ValueError:
            answer = None
        if isinstance(answer, dict) and answer.get("status") == "ACCEPTED":
            return ok("service", f"{url}: takes our credentials, answered in {milliseconds:.0f} ms")
        return fail("service", f"{url}: a 200 that is not the service's", "something else answers, see [service] url")
    if code == 400:
        return ok("service", f"{url}: takes our credentials, and refuses the empty batch it was asked with")
    if code in (401, 403):
        return fail(
            "service",
            f"{url}: answered {code}: refuses our credentials",
            "see [service] api_key_file and environment_id",
        )
    if code in (404, 405, 410):
        return fail("service", f"{url}: answered {code}: takes no feed there", "see [service] url and path")
    if 300 <= code < 400:
        target = response.headers.get("location", "elsewhere")
        return fail("service", f"{url}: answered {code}: redirects to {target}", "write that into [service] url")
    if code == 429:
        return warn("service", f"{url}: answered 429: too many requests", "lower [service] requests_per_second")
    remedy = "it is the service that fails: see its log, or wait; nothing is lost meanwhile"
    return fail("service", f"{url}: answered {code}", remedy)


def _clocks(response: Response) -> Findings:
    from email.utils import parsedate_to_datetime

    try:
        theirs = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError, TypeError):
        return
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    ahead = (datetime.fromtimestamp(time.time(), UTC) - theirs).total_seconds()
    if abs(ahead) < CLOCK_SECONDS:
        yield ok("clock", "agrees with the service's")
        return
    message = f"{duration(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} the service's"
    remedy = "see which one is wrong, date -u; have it kept: timedatectl set-ntp true"
    yield (fail if abs(ahead) > WRONG_CLOCK_SECONDS else warn)("clock", message, remedy)


def history(examined: Examined) -> Findings:
    """The jobs' own requests were answered."""
    assert examined.ours is not None  # noqa: S101  # called only then
    query = "select failures, error from service_state where url = ? and failures > 0"
    for failures, error in examined.ours.execute(query, (examined.config["service.url"].rstrip("/"),)):
        yield warn(
            "service",
            f"the last {'request' if failures == 1 else f'{failures} requests'} of the jobs failed: {error}",
            "if it answers now, the next job sends everything that waits",
        )
