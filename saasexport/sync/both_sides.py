"""An item as the shop says it now, beside what was sent of it."""

import json
from collections.abc import Iterator

from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.stdlib import Any
from saasexport.sync import lookup, steps


def compare_items(installation: Installation, feed: Feed, match: lookup.Match) -> Iterator[dict[str, Any]]:
    """Both sides of an entity's items, or of the one that is meant."""
    table = installation.table(feed)
    shop_now = lookup.shop_of(installation, feed)
    with shop_now.reading(1):  # as a sync does: a text that fits into no item is not read
        assembled, faults = table.encoder.encode(steps.assemble(feed, shop_now, [match.entity_id]))
    rows = installation.ours.execute(lookup.sql("rows", feed), {"entity_id": match.entity_id}).fetchall()
    sent = {row[0]: row[1:] for row in rows}
    errors = {identity: (fault.identity, fault.error) for identity, fault in table.identities_of_faults(faults)}
    for identity in dict.fromkeys((*assembled, *sent, *errors)):
        if match.feed_id not in (None, identity):
            continue
        item = assembled.get(identity)
        row = sent.get(identity)
        shop = json.loads(b"".join(item.content).decode() + item.unhashed + "}") if item else None
        known, error = errors.get(identity, ({}, None))
        data = json.loads(row[1]) if row else {}
        fields = shop or known or data
        yield {
            "feed": feed.name,
            "entity_id": match.entity_id,
            "identity": {name: fields[name] for name in feed.identity if name in fields},
            "shop": shop,
            "shop_error": error or (row[4] if row and row[3] == 1 and not item else None),
            "sent": _describe_sent(row, data) if row else None,
            "is_same": row[0] == item.hash and not row[2] if row and item else None,
            "differences": _differences(feed, shop, data) if row and shop else {},
        }


def _describe_sent(row: tuple[Any, ...], data: dict[str, Any]) -> dict[str, Any]:
    _, _, is_deleted, status, error, metadata, modified_at, dropped_at = row
    answer = json.loads(metadata or "{}")
    return {
        "status": status,
        "modified_at": modified_at,
        "is_deleted": bool(is_deleted),
        "error": error,
        "request_id": answer.get("requestId"),
        "code": answer.get("code"),
        "tries": answer.get("tries", 0),
        "dropped": dropped_at,
        "data": data,
    }


def _differences(feed: Feed, shop: dict[str, Any], data: dict[str, Any]) -> dict[str, list[Any]]:
    times = {"modifiedAt", "updatedAt", *feed.unhashed}
    # Of most feeds only some fields are kept: what is missing there says nothing.
    is_whole = len(data) > len({*feed.identity, *feed.minimal})
    names = dict.fromkeys((*shop, *data) if is_whole else data)
    return {
        name: [shop.get(name), data.get(name)]
        for name in names
        if name not in times and (name in shop, shop.get(name)) != (name in data, data.get(name))
    }
