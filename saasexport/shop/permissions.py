"""What customer groups may see, be shown the price of, and buy, by category and website.

A permission says allow, deny or as the parent category, for each of three grants apart.  At one category the most
specific permission counts (group and website named before one of them named before none), and deny wins over allow
among equals; what it leaves to the parent is looked up along the path, and in the configuration in the end.
"""

from saasexport import queries
from saasexport.feed import Shop
from saasexport.shop.category_tree import category_tree
from saasexport.shop.scopes import Configuration, configuration, websites
from saasexport.stdlib import NamedTuple

SQL = queries.beside(__file__)

ALLOW, DENY, AS_PARENT = -1, -2, 0

# Columns of a permission, and names of settings below FOLDER.
GRANTS = ("grant_catalog_category_view", "grant_catalog_product_price", "grant_checkout_items")

FOLDER = "catalog/magento_catalogpermissions/"
ENABLED = FOLDER + "enabled"
PATHS = (ENABLED, *(FOLDER + grant for grant in GRANTS), *(FOLDER + grant + "_groups" for grant in GRANTS))

# Values of a grant's setting besides nobody (0); without a setting everybody may, as in Commerce.
EVERYBODY, SOME_GROUPS = "1", "2"

Grants = tuple[bool, bool, bool]


class Rule(NamedTuple):
    """A permission of one category."""

    website_id: int | None
    group_id: int | None
    grants: tuple[int, int, int]


class Granted(NamedTuple):
    """What a group may do in a category of a website."""

    grants: Grants
    is_by_permission: bool  # not by the configuration alone


class Permissions:
    """The permissions of the shop."""

    def __init__(
        self,
        rules: dict[int, list[Rule]],
        groups: list[int],
        paths: dict[int, tuple[int, ...]],
        fallback: dict[tuple[int, int], Grants],
    ) -> None:
        self.groups = groups
        self._rules = rules
        self._paths = paths
        self._fallback = fallback
        self._granted: dict[tuple[int, int], dict[int, Granted]] = {}

    def of(self, category_id: int, website_id: int) -> dict[int, Granted]:
        """What each customer group may do in a category of a website."""
        key = (category_id, website_id)
        if key not in self._granted:
            self._granted[key] = {
                group_id: self._resolve(category_id, website_id, group_id) for group_id in self.groups
            }
        return self._granted[key]

    def _resolve(self, category_id: int, website_id: int, group_id: int) -> Granted:
        fallback = self._fallback[website_id, group_id]
        found: list[bool | None] = [None, None, None]
        for above in reversed(self._paths.get(category_id, (category_id,))):
            rules = self._rules.get(above)
            if rules:
                for index, verdict in enumerate(_verdict(rules, website_id, group_id)):
                    if found[index] is None and verdict != AS_PARENT:
                        found[index] = verdict == ALLOW
        view, price, checkout = (fallback[index] if it is None else it for index, it in enumerate(found))
        return Granted((view, price, checkout), any(it is not None for it in found))


def permissions(shop: Shop) -> Permissions:
    """The shop's permissions."""
    return shop.once(_permissions)


def is_enabled(settings: Configuration, website_id: int) -> bool:
    """Whether permissions take effect on a website at all."""
    return settings.of_website(ENABLED, website_id) == "1"


def allowed_groups(setting: str | None, groups: str | None) -> frozenset[str] | None:
    """The ids of the groups a grant's setting allows; None means everybody."""
    if setting is None or setting == EVERYBODY:
        return None
    if setting == SOME_GROUPS and groups:
        return frozenset(group.strip() for group in groups.split(",") if group.strip())
    return frozenset()


def _verdict(rules: list[Rule], website_id: int, group_id: int) -> tuple[int, ...]:
    """What the most specific permissions of a category say, for each grant."""
    matching = [rule for rule in rules if rule.website_id in (None, website_id) and rule.group_id in (None, group_id)]
    if not matching:
        return (AS_PARENT, AS_PARENT, AS_PARENT)
    highest = max(map(_rank, matching))
    grants = zip(*(rule.grants for rule in matching if _rank(rule) == highest), strict=True)
    # DENY is the lowest of the three, then ALLOW.
    return tuple(min(granted) for granted in grants)


def _rank(rule: Rule) -> int:
    return (rule.website_id is not None) + (rule.group_id is not None)


def _permissions(shop: Shop) -> Permissions:
    rules: dict[int, list[Rule]] = {}
    for category_id, website_id, group_id, *grants in shop.rows(SQL.permissions):
        view, price, checkout = (it if it in (ALLOW, DENY) else AS_PARENT for it in grants)
        rules.setdefault(category_id, []).append(Rule(website_id, group_id, (view, price, checkout)))
    groups = [group_id for (group_id,) in shop.rows(SQL.customer_groups)]
    paths = {category.id: category.path for category in category_tree(shop).categories.values()}
    return Permissions(rules, groups, paths, _fallback(shop, groups))


def _fallback(shop: Shop, groups: list[int]) -> dict[tuple[int, int], Grants]:
    """What the configuration grants, by website and group."""
    settings = configuration(shop)
    found: dict[tuple[int, int], Grants] = {}
    for website in websites(shop):
        allowed = [
            allowed_groups(
                settings.of_website(FOLDER + grant, website.id),
                settings.of_website(FOLDER + grant + "_groups", website.id),
            )
            for grant in GRANTS
        ]
        for group_id in groups:
            view, price, checkout = (some is None or str(group_id) in some for some in allowed)
            found[website.id, group_id] = (view, price, checkout)
    return found
