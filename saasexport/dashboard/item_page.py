"""Is it live?  What the shop says of an item, what was sent of it, and what the service holds, asked then and there."""

import json
import shlex
from dataclasses import dataclass
from typing import Any, SupportsIndex

from saasexport import templates
from saasexport.clock import as_utc, now_text
from saasexport.dashboard import find, items, items_page, names, pages, words
from saasexport.dashboard.causes import Reason
from saasexport.dashboard.items import Wanted
from saasexport.dashboard.pages import Page, Request
from saasexport.dashboard.times import Times
from saasexport.database import deletion_guard, indexer
from saasexport.database.digests import Digester
from saasexport.delivery.digests import HeldItems
from saasexport.entity_key import EntityId
from saasexport.errors import SaasExportError, ServiceError
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.status import numbers
from saasexport.status.judgement import quantity
from saasexport.sync import lookup
from saasexport.sync.both_sides import compare_items
from saasexport.sync.exporter import service_settings
from saasexport.sync.lookup import Match
from saasexport.templates import Markup
from saasexport.usage import as_typed

HTML = templates.beside(__file__)

# Seconds that a page waits for the service.
PATIENCE = 5.0

# Items that a page shows: each is a request to the service.
MOST_ITEMS = 30

# Of a value that differs.
LONGEST = 300


@dataclass(frozen=True)
class Held:
    """What the service says of an item: it has it, or has it not (None), or cannot be asked (why)."""

    item: dict[str, Any] | None = None
    unknown: str = ""

    @property
    def is_live(self) -> bool:
        """Whether it is there, and not as deleted."""
        return self.item is not None and self.item.get("deleted") is not True

    @property
    def moment(self) -> str:
        """Its time of export there, UTC."""
        item = self.item or {}
        return as_utc(str(item.get("modifiedAt") or item.get("updatedAt") or ""))


def page(installation: Installation, feed: Feed, request: Request, token: str) -> Page:
    """The items that a key means, or what else is called like that."""
    key = request.one("key").strip()[:200]
    entity = request.one("entity").strip()[:200]
    matches = _matches(installation, feed, key, entity)
    known = [item for match in matches for item in compare_items(installation, feed, match)][:MOST_ITEMS]
    title = "Is it live?"
    if not known:
        body = HTML.nothing(find=find.box(feed, key or entity), text=_nothing(installation, feed, key or entity))
    else:
        title, body = _show(installation, feed, known, token)
    return Page(title, body, environment=installation.config["service.environment_id"])


def _matches(installation: Installation, feed: Feed, key: str, entity: str) -> list[Match]:
    if entity:
        number = feed.key.whole(entity)
        return [Match(entity if number is None else number)]
    if not key:
        return []
    try:
        matches = lookup.matches(installation, feed, key.split())
    except SaasExportError:
        matches = []  # what cannot be read as a key means nothing
    if matches:
        return matches
    query = items.SQL.entities_of_value.format(feed_table=feed.table)
    return [Match(row[0]) for row in installation.ours.execute(query, {"field": feed.identity[0], "key": key})]


def _nothing(installation: Installation, feed: Feed, key: str) -> Markup:
    """What else may be meant by a key that means nothing."""
    if not key:
        return HTML.ask()
    others = {named.sku: named.name for named in names.search(installation, key)} if feed.name == "products" else {}
    for item in items.find(installation, feed, Wanted(search=key, contains=True), names.MOST).items:
        identity = list(item.identifiers(feed).values())
        if identity:
            others.setdefault(identity[0] if feed.name == "products" else " ".join(identity), "")
    if not others:
        return HTML.unknown(key=key, feed=words.name(feed.name).lower())
    rows = [
        HTML.candidate(href=pages.address("/item", feed=feed.name, key=sku), key=sku, name=name)
        for sku, name in list(others.items())[: names.MOST]
    ]
    return HTML.candidates(key=key, rows=rows)


def _show(installation: Installation, feed: Feed, known: list[dict[str, Any]], token: str) -> tuple[str, Markup]:
    held = _load_held(installation, feed, known)
    times = Times(installation)
    first = known[0]
    key = next((str(value) for value in first["identity"].values()), str(first["entity_id"]))
    name = next((item["shop"]["name"] for item in known if (item["shop"] or {}).get("name")), "")
    name = str(name) or names.of_skus(installation, [key]).get(key, "")
    digester = Digester(installation.table(feed).encoder)
    coming = {each: _what_comes(installation, feed, each) for each in {item["entity_id"] for item in known}}
    sides = [_Side(item, there, digester, coming[item["entity_id"]]) for item, there in zip(known, held, strict=True)]
    ids = installation.ours.execute(
        items.SQL.ids_of_entity.format(feed_table=feed.table), {"entity_id": first["entity_id"]}
    ).fetchall()
    body = HTML.page(
        find=find.box(feed),
        feed=pages.link(pages.address(f"/feeds/{feed.name}"), words.name(feed.name)),
        name=name or key,
        key=key if name else "",
        entity=str(first["entity_id"]),
        verdict=_verdict(sides),
        items=[_item(number, side, times) for number, side in enumerate(sides)],
        resync=_resync(feed, [row[0] for row in ids], token),
        show=as_typed(f"saasexport show {feed.name} {shlex.quote(key)}"),
        again=as_typed(f"saasexport saas:resync --feed {feed.name} --by-ids {shlex.quote(key)}")
        if feed.id_types
        else as_typed(f"saasexport saas:resync --feed {feed.name}"),
    )
    return f"{name or key}: is it live?", body


def _load_held(installation: Installation, feed: Feed, known: list[dict[str, Any]]) -> list[Held]:
    """What the service says of each item; a service that does not tell is asked once."""
    if installation.config["service.destination"] != "commerce":
        return [Held(unknown="this destination does not tell what it holds")] * len(known)
    service = None
    try:
        settings = service_settings(installation)
        service = HeldItems(settings._replace(timeout=min(settings.timeout, PATIENCE)))
        service.pause = _no_patience
        if not service.can_be_asked():
            return [Held(unknown="this service does not tell what it holds")] * len(known)
        return [Held(service.whole(feed, item["identity"])) for item in known]
    except (SaasExportError, OSError) as error:
        return [Held(unknown=f"it could not be asked: {error}")] * len(known)
    finally:
        if service is not None:
            service.close()


def _no_patience(_: SupportsIndex | float) -> None:
    raise ServiceError("it asks for patience")


def _what_comes(installation: Installation, feed: Feed, entity_id: EntityId) -> str:
    """What becomes of what is not on record as the shop has it."""
    status = indexer.state(installation.ours, feed).status
    if status == "suspended":
        return "nothing is sent while the feed is suspended."
    if entity_id in deletion_guard.load_held(installation.ours, feed):
        return as_typed(f"its deletion is held back, see: saasexport deletions {feed.name}")
    if status == "valid" and not numbers.backlog(installation, feed):
        return "no changelog tells of it, and Resync sends it."
    return "the next run of cron sends it."


class _Side:
    """An item of the shop beside the service's."""

    def __init__(self, item: dict[str, Any], held: Held, digester: Digester, coming: str) -> None:
        self.coming = coming
        self.item = item
        self.held = held
        self.shop: dict[str, Any] | None = item["shop"]
        self.sent: dict[str, Any] | None = item["sent"]
        self.fields: dict[str, tuple[Any, Any]] = {}
        if self.shop is not None and held.is_live and held.item is not None:
            ours, theirs = digester.texts(self.shop), digester.texts(held.item)
            different = sorted(each for each in {*ours, *theirs} if ours.get(each) != theirs.get(each))
            self.fields = {each: (self.shop.get(each), held.item.get(each)) for each in different}

    @property
    def verdict(self) -> tuple[str, str]:
        """How it stands: a level and a sentence."""
        if self.held.unknown:
            return self._on_record
        if self.shop is None:
            return self._not_in_the_shop
        if not self.held.is_live:
            return "problem", f"Not live: the service does not have it. {self._reason}"
        if self.fields:
            fields = quantity(len(self.fields), "field")
            differ = "differs" if len(self.fields) == 1 else "differ"
            return "warning", f"Live, but not as the shop has it: {fields} {differ}. {self._reason}"
        return "ok", "Live: the service has it as the shop says."

    @property
    def _not_in_the_shop(self) -> tuple[str, str]:
        error = self.item["shop_error"]
        if error:
            earlier = "still has an earlier state" if self.held.is_live else "does not have it"
            return "problem", f"It cannot be assembled. The service {earlier}."
        if self.held.is_live:
            return "warning", f"Gone from the shop, and still live. {self._reason}"
        return "off", "Gone: neither the shop nor the service has it."

    @property
    def _on_record(self) -> tuple[str, str]:
        """What our record says, where the service does not."""
        if self.item["shop_error"]:
            return "problem", "It cannot be assembled."
        if self.sent and self.sent["status"] == 200 and self.item["is_same"]:
            return "ok", "Delivered as the shop says."
        if self.sent and self.sent["status"] == 200 and self.shop is None:
            return "off", "Gone from the shop, and delivered as deleted." if self.sent["is_deleted"] else "Gone."
        return "warning", f"Not delivered as the shop has it. {self._reason}"

    @property
    def _reason(self) -> str:
        """Why the service does not have what the shop says."""
        if self.sent is None:
            return f"It was never collected: {self.coming}"
        if self.sent["dropped"]:
            return f"It was dropped by hand on {self.sent['dropped']} UTC, and is sent again when it changes."
        if self.sent["status"] == 400:
            return f"The service rejected it: {self.sent['error']}."
        if self.sent["status"] in (1, 2):
            return f"It is tried again every 5 minutes: {self.sent['error']}."
        if self.sent["status"] == 0:
            return "It is collected, and the next run of cron sends it."
        if self.item["is_same"] and self.held.moment > now_text():
            return as_typed(
                "It has a later state than any that is sent, which Resync cannot outdo:"
                f" saasexport verify {self.item['feed']} --repair"
            )
        if self.item["is_same"]:
            return "The service took it, and has something else now: Resync sends it again."
        return f"The shop changed it since: {self.coming}"


def _verdict(sides: list[_Side]) -> Markup:
    """All items in a sentence: the worst of them."""
    levels = ["off", "ok", "warning", "problem"]
    level, text = max((side.verdict for side in sides), key=lambda each: levels.index(each[0]))
    live = sum(side.held.is_live for side in sides)
    if len(sides) > 1 and not sides[0].held.unknown:
        live_items = f"{live} of {quantity(len(sides), 'item')} are at the service."
        text = f"{text} {live_items}" if level != "ok" else f"All {len(sides)} items are live as the shop has them."
    return HTML.verdict(level=level, text=text)


def _item(number: int, side: _Side, times: Times) -> Markup:
    level, text = side.verdict
    sent = side.sent
    held = side.held
    return HTML.item(
        number=str(number),
        identity=" ".join(map(str, side.item["identity"].values())) or "an item without an identity",
        mark=items_page.HTML.mark(level=level, text=text),
        shop=_of_the_shop(side),
        sent=HTML.never_sent() if sent is None else _of_the_record(sent, side.item["shop_error"], times),
        held=_of_the_service(held, times),
        differences=HTML.differences(number=str(number), rows=[_field(*each) for each in side.fields.items()])
        if side.fields
        else "",
    )


def _of_the_shop(side: _Side) -> str:
    if side.item["shop_error"]:
        reason = Reason(side.item["feed"], 1, side.item["shop_error"], 1)
        return f"{reason.example}. {reason.remedy}"
    return "It does not have it." if side.shop is None else f"It has it, with {quantity(len(side.shop), 'field')}."


def _of_the_service(held: Held, times: Times) -> Markup | str:
    if held.unknown:
        return f"Not known: {held.unknown}."
    if held.item is None:
        return "It does not have it."
    return HTML.held(deleted="" if held.is_live else " as deleted", at=times.moment(held.moment))


def _of_the_record(sent: dict[str, Any], shop_error: str | None, times: Times) -> Markup:
    name = items.NAME_OF_STATUS.get(sent["status"], "retry")
    request = sent["request_id"]
    answer = f"answer {sent['code'] or 'none'}, request {request}" if request else "no request yet"
    return HTML.sent(
        status=items.STATUSES[name][0],
        deleted=" as deleted" if sent["is_deleted"] else "",
        at=times.moment(sent["modified_at"]),
        answer=answer,
        error="" if sent["error"] in (None, shop_error) else HTML.error(text=sent["error"]),
    )


def _field(name: str, values: tuple[Any, Any]) -> Markup:
    return HTML.field(name=name, shop=_short(values[0]), held=_short(values[1]))


def _short(value: Any) -> str:
    text = "" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _resync(feed: Feed, ids: list[int], token: str) -> Markup:
    if not ids:
        return Markup("")
    return HTML.resync(action=pages.address(f"/feeds/{feed.name}/resync"), token=token, ids=pages.hidden("id", ids))
