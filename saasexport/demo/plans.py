"""Who bought what lately, and how far each order has come: one of every state, and some usual ones."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from saasexport.demo.scopes import CUSTOMERS, STORE_DEFAULT, STORE_WHOLESALE

# A line is a product, how many, and the parts chosen for a configurable product or a bundle.
Line = tuple[str, int, tuple[str, ...]]

ADDRESSES = (
    ("Portland", "US", "04101", "Maine", "12 Quay Street\nTop bell"),
    ("Rouen", "FR", "76000", None, "3 rue des Épices\nBâtiment B\n2e étage"),
    ("Bath", "US", "04530", "Maine", "7 Weir Lane"),
    ("Le Havre", "FR", "76600", "Normandie", "Quai 5\nPorte 2"),
)
# method, additional information
PAYMENTS: tuple[tuple[str, dict[str, object] | None], ...] = (
    ("checkmo", {"method_title": "Check / Money order"}),
    ("card", {"method_title": "Card", "card": {"brand": "visa", "last4": "1111"}, "three_d_secure": True}),
    ("banktransfer", {"method_title": "Bank transfer", "instructions": None}),
)


@dataclass(frozen=True)
class Plan:
    """An order to be written: who buys what, and how far it has come."""

    store_id: int | None
    customer: int | None
    state: str
    status: str
    lines: tuple[Line, ...]
    days_ago: int
    steps: tuple[str, ...] = ()  # of documents.py
    payment: int = 0
    has_payment_information: bool = True
    note: str | None = None
    discount: float = 0


PLANS = (
    Plan(
        STORE_DEFAULT,
        1,
        "new",
        "pending",
        (("KL-ESP-HOUSE", 2, ()), ("KL-TEA-BREAK", 1, ())),
        0,
        note="Ring twice",
    ),
    Plan(
        STORE_DEFAULT,
        2,
        "processing",
        "processing",
        (("KL-CUP", 4, ("KL-CUP-CREAM-CAPPUCCINO",)),),
        1,
        ("invoice",),
        1,
    ),
    Plan(
        STORE_DEFAULT,
        None,
        "complete",
        "complete",
        (("KL-SET-MORNING", 1, ("KL-ESP-HOUSE", "KL-KTL-STOVE")), ("KL-GRD-HAND", 1, ())),
        2,
        ("invoice", "ship"),
        1,
    ),
    Plan(
        STORE_DEFAULT,
        4,
        "closed",
        "closed",
        (("KL-POT", 1, ("KL-POT-CELADON",)), ("KL-TIN-LARGE", 3, ())),
        5,
        ("invoice", "ship", "refund", "comments"),
        1,
    ),
    Plan(STORE_DEFAULT, 1, "closed", "closed", (("KL-KTL-STOVE", 1, ()),), 12, ("invoice", "refund"), 0),
    Plan(STORE_DEFAULT, 2, "canceled", "canceled", (("KL-ESP-NIGHT", 6, ()),), 3, ("cancel",), 1),
    Plan(STORE_DEFAULT, 4, "holded", "holded", (("KL-STK-OVER", 4, ()),), 2),
    Plan(STORE_DEFAULT, None, "pending_payment", "pending_payment", (("KL-MAT-STONE", 1, ()),), 0, (), 1),
    Plan(STORE_DEFAULT, None, "payment_review", "fraud", (("KL-GIFT-CARD", 1, ()),), 1, ("authorize",), 1),
    Plan(
        STORE_DEFAULT,
        2,
        "complete",
        "complete",
        (("KL-WSH-LATTE", 2, ()), ("KL-DL-RECIPES", 1, ())),
        4,
        ("invoice",),
        1,
    ),
    Plan(
        STORE_WHOLESALE,
        5,
        "processing",
        "processing",
        (("KL-BLEND", 3, ("KL-BLEND-FILTER-5-KG-SACK",)), ("KL-TIERS", 40, ())),
        2,
        ("invoice", "ship in two"),
        2,
        discount=12,
    ),
    # Only half of it has left the warehouse, and the payment's details were never stored.
    Plan(
        STORE_WHOLESALE,
        6,
        "processing",
        "processing",
        (("KL-STK-TRADE", 2, ()), ("KL-TEA-SENCHA", 20, ())),
        6,
        ("invoice", "ship half"),
        0,
        has_payment_information=False,
    ),
    # Of a store view that no longer exists, with a product that no longer exists.
    Plan(
        None,
        None,
        "complete",
        "complete",
        (("KL-GONE", 1, ("KL-GONE",)), ("KL-TIN-LARGE", 1, ())),
        6,
        ("invoice", "ship"),
    ),
    Plan(
        STORE_DEFAULT,
        None,
        "complete",
        "picked_up",
        (("KL-SET-BREWER", 1, ("KL-DRP-CLAY", "KL-GRD-HAND")),),
        3,
        ("invoice", "ship"),
        0,
    ),
    Plan(STORE_DEFAULT, 1, "RECEIVED", "received", (("KL-TEA-BREAK", 5, ()),), 2, (), 0),
)
USUAL = (
    "KL-ESP-HOUSE",
    "KL-TEA-BREAK",
    "KL-FIL-DAWN",
    "KL-TEA-SENCHA",
    "KL-KNF-BREAD",
    "KL-DRP-CLAY",
    "KL-TIN-LARGE",
)
TOTAL = 25


def all_plans(rng: Random) -> list[Plan]:
    """The planned orders, and usual ones up to the total."""
    plans = list(PLANS)
    while len(plans) < TOTAL:
        lines: tuple[Line, ...] = tuple((sku, rng.randrange(1, 4), ()) for sku in rng.sample(USUAL, 2))
        store_id = rng.choice((STORE_DEFAULT, STORE_DEFAULT, STORE_WHOLESALE))
        customer = rng.choice([one for one, store, *_ in CUSTOMERS if store == store_id])
        steps = ("invoice", "ship")
        plans.append(Plan(store_id, customer, "complete", "complete", lines, rng.randrange(2, 20), steps))
    return plans


def placed_at(plan: Plan, order_id: int, today: date) -> datetime:
    """When an order was placed: in today's first minutes at the latest, so that no clock is ahead of it."""
    return datetime(today.year, today.month, today.day, 0, 5) - timedelta(plan.days_ago, hours=order_id % 20)
