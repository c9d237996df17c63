"""Compares what a service holds with an expectation of a conformance case.

The rules are those of the cases' README: subset or exact, ignored fields,
unordered lists, and the values that stand for something ($any, $json, ...).
"""

import json
import re

IDENTITIES = {
    "products": ("sku", "storeViewCode"),
    "productAttributes": ("attributeCode", "storeViewCode"),
    "categories": ("urlPath", "storeViewCode"),
    "variants": ("parentSku", "productSku"),
    "prices": ("sku", "customerGroupCode", "websiteCode"),
    "inventoryStockStatus": ("stockId", "sku"),
    "scopesWebsite": ("websiteId",),
    "scopesCustomerGroup": ("customerGroupId",),
    "orders": ("commerceOrderId",),
    "reviews": ("reviewId",),
    "ratingMetadata": ("ratingId", "storeViewCode"),
}

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Comparison:
    """Compares the expectations of one case; UUIDs are remembered by the names it gives them."""

    def __init__(self):
        self.uuids = {}

    def differences(self, expectation, held):
        """What is not as expected, a line each; `held` is every item of the feed, deleted ones included."""
        feed = expectation["feed"]
        found = {self.key(feed, item): item for item in held}
        wrong = []
        ignore = set(expectation.get("ignore", ()))
        unordered = set(expectation.get("unordered", ()))
        is_exact = expectation["match"] == "exact"
        for key, expected in expectation.get("items", {}).items():
            item = found.get(key)
            if item is None:
                wrong.append(f"{feed} {key}: was never sent")
            elif expected.get("deleted", False) != item.get("deleted", False):
                wrong.append(f"{feed} {key}: deleted is {item.get('deleted')}")
            elif not expected.get("deleted"):
                got = {name: value for name, value in item.items() if name != "deleted"}
                want = {name: value for name, value in expected.items() if name != "deleted"}
                wrong += [
                    f"{feed} {key}{line}" for line in self.compare(want, got, ignore, unordered, is_exact, "")
                ]
        if is_exact:
            only = expectation.get("only", {})
            for key, item in found.items():
                if key in expectation.get("items", {}) or item.get("deleted"):
                    continue
                if all(item.get(name) in values for name, values in only.items()):
                    wrong.append(f"{feed} {key}: was not expected")
        for key in expectation.get("absent", ()):
            if key in found and not found[key].get("deleted"):
                wrong.append(f"{feed} {key}: should be absent")
        return wrong

    def key(self, feed, item):
        """An item's key as the cases write it."""
        return "_".join(str(item.get(name)) for name in IDENTITIES[feed])

    def compare(self, want, got, ignore, unordered, is_exact, path):
        """The differences between two values."""
        if isinstance(want, dict) and len(want) == 1 and next(iter(want)).startswith("$"):
            return self.special(want, got, ignore, unordered, is_exact, path)
        if isinstance(want, dict):
            return self.compare_objects(want, got, ignore, unordered, is_exact, path)
        if isinstance(want, list):
            return self.compare_lists(want, got, ignore, unordered, is_exact, path)
        same = want == got and isinstance(want, bool) == isinstance(got, bool)
        return [] if same else [f"{path}: expected {want!r}, got {got!r}"]

    def compare_objects(self, want, got, ignore, unordered, is_exact, path):
        if not isinstance(got, dict):
            return [f"{path}: expected an object, got {got!r}"]
        wrong = []
        for name, value in want.items():
            if name in ignore:
                continue
            if name not in got and (value is not None or is_exact):
                wrong.append(f"{path}.{name}: is missing")
            else:
                inner = got.get(name)
                if name in unordered and isinstance(value, list) and isinstance(inner, list):
                    value = sorted(value, key=_order)
                    inner = sorted(inner, key=_order)
                wrong += self.compare(value, inner, ignore, unordered, is_exact, f"{path}.{name}")
        if is_exact:
            wrong += [f"{path}.{name}: was not expected" for name in got if name not in want and name not in ignore]
        return wrong

    def compare_lists(self, want, got, ignore, unordered, is_exact, path):
        if not isinstance(got, list) or len(want) != len(got):
            return [f"{path}: expected {want!r}, got {got!r}"]
        wrong = []
        for index, (one, other) in enumerate(zip(want, got, strict=True)):
            wrong += self.compare(one, other, ignore, unordered, is_exact, f"{path}[{index}]")
        return wrong

    def special(self, want, got, ignore, unordered, is_exact, path):
        kind, value = next(iter(want.items()))
        if kind == "$any":
            return [f"{path}: expected anything but null"] if got is None else []
        if kind == "$json":
            try:
                found = json.loads(got)
            except (TypeError, ValueError):
                return [f"{path}: expected a text that holds JSON, got {got!r}"]
            return self.compare(value, found, ignore, unordered, is_exact, path)
        if kind == "$uuid":
            if not isinstance(got, str) or not UUID.fullmatch(got):
                return [f"{path}: expected a UUID, got {got!r}"]
            known = self.uuids.setdefault(value, got)
            is_same = known == got and list(self.uuids.values()).count(got) == 1
            return [] if is_same else [f"{path}: {value} has another UUID, or shares one"]
        assert kind in ("$contains", "$without"), kind
        for element in value:
            is_there = any(not self.compare(element, one, ignore, unordered, False, "") for one in got or ())
            if is_there != (kind == "$contains"):
                return [f"{path}: {kind} {element!r}, got {got!r}"]
        return []


def _order(value):
    return json.dumps(value, sort_keys=True)
