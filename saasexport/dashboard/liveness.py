"""Whether items are live: what the shop says beside what the service holds, and why they differ, in a sentence."""

from dataclasses import dataclass
from typing import Any, SupportsIndex

from saasexport.clock import as_utc, now_text
from saasexport.database import deletion_guard, indexer
from saasexport.database.digests import Digester
from saasexport.delivery.digests import HeldItems
from saasexport.entity_key import EntityId
from saasexport.errors import SaasExportError, ServiceError
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.status import numbers
from saasexport.status.judgement import quantity
from saasexport.sync.exporter import service_settings
from saasexport.usage import as_typed

# Seconds that a page waits for the service.
PATIENCE = 5.0


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


def sides_of(installation: Installation, feed: Feed, known: list[dict[str, Any]]) -> list["Side"]:
    """Both sides of some items of the shop and of our record; the service is asked here."""
    held = _load_held(installation, feed, known)
    digester = Digester(installation.table(feed).encoder)
    coming = {each: _what_comes(installation, feed, each) for each in {item["entity_id"] for item in known}}
    return [Side(item, there, digester, coming[item["entity_id"]]) for item, there in zip(known, held, strict=True)]


def _load_held(installation: Installation, feed: Feed, known: list[dict[str, Any]]) -> list[Held]:
    """What the service says of each item; a service that does not tell is asked once."""
    if not installation.traits.has_digests:
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


class Side:
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


def verdict_of(sides: list[Side]) -> tuple[str, str]:
    """All items: a level, and a sentence about the worst of them."""
    levels = ["off", "ok", "warning", "problem"]
    level, text = max((side.verdict for side in sides), key=lambda each: levels.index(each[0]))
    live = sum(side.held.is_live for side in sides)
    if len(sides) > 1 and not sides[0].held.unknown:
        live_items = f"{live} of {quantity(len(sides), 'item')} are at the service."
        text = f"{text} {live_items}" if level != "ok" else f"All {len(sides)} items are live as the shop has them."
    return level, text
