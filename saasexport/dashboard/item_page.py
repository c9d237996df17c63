"""Is it live?  What the shop says of an item, what was sent of it, and what the service holds, asked then and there."""

import json
import shlex
from typing import Any

from saasexport.dashboard import filters, find, items, items_page, names, pages, words
from saasexport.dashboard.causes import Reason
from saasexport.dashboard.filters import Wanted
from saasexport.dashboard.liveness import Held, Side, sides_of, verdict_of
from saasexport.dashboard.pages import Page, Request
from saasexport.dashboard.times import Times
from saasexport.errors import SaasExportError
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.status.judgement import quantity
from saasexport.sync import lookup
from saasexport.sync.both_sides import compare_items
from saasexport.sync.lookup import Match
from saasexport.usage import as_typed
from saasexport.web import templates
from saasexport.web.templates import Markup

HTML = templates.beside(__file__)

# Items that a page shows: each is a request to the service.
MOST_ITEMS = 30

# Of a value that differs.
LONGEST = 300


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
    sides = sides_of(installation, feed, known)
    times = Times(installation)
    first = known[0]
    key = next((str(value) for value in first["identity"].values()), str(first["entity_id"]))
    name = next((item["shop"]["name"] for item in known if (item["shop"] or {}).get("name")), "")
    name = str(name) or names.of_skus(installation, [key]).get(key, "")
    level, text = verdict_of(sides)
    ids = installation.ours.execute(
        items.SQL.ids_of_entity.format(feed_table=feed.table), {"entity_id": first["entity_id"]}
    ).fetchall()
    body = HTML.page(
        find=find.box(feed),
        feed=pages.link(pages.address(f"/feeds/{feed.name}"), words.name(feed.name)),
        name=name or key,
        key=key if name else "",
        entity=str(first["entity_id"]),
        verdict=HTML.verdict(level=level, text=text),
        items=[_item(number, side, times) for number, side in enumerate(sides)],
        resync=_resync(feed, [row[0] for row in ids], token),
        show=as_typed(f"saasexport show {feed.name} {shlex.quote(key)}"),
        again=as_typed(f"saasexport saas:resync --feed {feed.name} --by-ids {shlex.quote(key)}")
        if feed.id_types
        else as_typed(f"saasexport saas:resync --feed {feed.name}"),
    )
    return f"{name or key}: is it live?", body


def _item(number: int, side: Side, times: Times) -> Markup:
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


def _of_the_shop(side: Side) -> str:
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
    name = filters.NAME_OF_STATUS.get(sent["status"], "retry")
    request = sent["request_id"]
    answer = f"answer {sent['code'] or 'none'}, request {request}" if request else "no request yet"
    return HTML.sent(
        status=filters.STATUSES[name][0],
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
