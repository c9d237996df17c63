"""The connected services over a store: one index, one thread that keeps it up, one state that every answer sees.

Nothing is done for them until somebody asks.  From then on a thread takes up
what is received.  An answer is made under a lock that the end of each step
takes too: so it sees the index, the numbers in memory and the items as they
were together after some step.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from saasexport.service.catalog.catalog import Catalog, Space
from saasexport.service.catalog.items import Items, environments
from saasexport.service.catalog.product import Product
from saasexport.service.catalog.scope import Scope, StoreView, environment_of, scope_of
from saasexport.service.recommend.orders import Sales, order_of
from saasexport.service.recommend.similar import similar
from saasexport.service.recommend.units import Context, Recommended, Sources, recommend
from saasexport.service.search.memory import ViewMemory
from saasexport.service.search.query import Clause, NoIndex, Query, Result, Sort
from saasexport.service.search.refresh import SQL, Refresher, Step, prepare
from saasexport.service.search.search import Search
from saasexport.service.settings import Settings, Unit
from saasexport.service.store import Store

# How long the first question waits for an index that was never complete.
BUILD_SECONDS = 20.0


class Building(Exception):
    """The index was never complete; it is being made."""


class Answers(NamedTuple):
    """What one scope may ask, while the state stands still."""

    scope: Scope
    catalog: Catalog
    connected: "Connected"

    def search(self, query: Query) -> Result:
        """The answer to a search; NoIndex if nothing is known of the store view."""
        return self.connected.search(self.catalog, query)

    def products(self, skus: Iterable[str]) -> list[Product]:
        """The products of these SKUs, however they are written, each once and in this order."""
        names = dict.fromkeys(self.connected.folded_sku(self.catalog, sku) for sku in skus)
        return [product for product in map(self.catalog.product, names) if product]

    def recommend(self, units: Iterable[Unit], context: Context) -> list[Recommended]:
        """What units show on one page, no product twice."""
        sources = self.connected.sources(self.catalog)
        taken: set[str] = set()
        return [recommend(sources, unit, context, taken) for unit in units]


class Connected:
    """The state of the connected services."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.settings = settings
        self._store = store
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._wake = threading.Event()
        self._complete = threading.Event()
        self._is_stopping = False
        self._thread: threading.Thread | None = None
        self._reader: sqlite3.Connection | None = None
        self._views: dict[tuple[str, str], int] = {}
        self._memory: dict[int, ViewMemory] = {}
        self._spaces: dict[str, Space] = {}
        self._orders: dict[tuple[str, str | None], tuple[Any, Sales]] = {}

    def wake(self) -> None:
        """Something was received."""
        self._wake.set()

    @contextlib.contextmanager
    def answering(
        self, headers: Mapping[str, str], environment: str = "", is_strict: bool = True
    ) -> Iterator[Answers]:
        """What the scope that the headers name may ask, of one state; ScopeError if they name none."""
        self._start()
        if not self._complete.wait(BUILD_SECONDS):
            raise Building
        with self._lock:
            reader = self._reading()
            space = self._space(environment or environment_of(headers, environments(reader)))
            views = sorted(code for of, code in self._views if of == space.items.environment)
            # In the shop's order; of one that no website names the items say where they belong.
            known = {code: view for code, view in space.views.items() if code in views}
            known |= {code: StoreView(code, "", "") for code in views if code not in known}
            known = known or space.views
            scope = scope_of(headers, space.items.environment, known, is_strict)
            yield Answers(scope, space.catalog(scope), self)

    def search(self, catalog: Catalog, query: Query) -> Result:
        """The answer to a search in a scope."""
        key = catalog.scope.environment, catalog.scope.view.code
        if key not in self._views:
            known = ", ".join(sorted(code for of, code in self._views if of == key[0]))
            spaces = ", ".join(environments(self._reading())[:10]) or "none"
            listed = f"the store views of {key[0]} are {known}" if known else f"the data spaces are {spaces}"
            raise NoIndex(f"No index was found for this request: {listed}")
        view = self._views[key]
        return Search(self._reading(), view, self._numbers(view), catalog, self.settings).answer(query)

    def sources(self, catalog: Catalog) -> Sources:
        """Where recommendations for a scope come from."""
        website = self._sales(catalog, catalog.scope.view.website)
        everywhere = self._sales(catalog, None)
        return Sources(catalog, website, everywhere, partial(self._similar, catalog), partial(self._newest, catalog))

    def _sales(self, catalog: Catalog, website: str | None) -> Sales:
        """What was sold in a website, or in all of them, counted once an hour or when orders came in."""
        environment = catalog.scope.environment
        now = datetime.now(UTC)
        received = self._reading().execute(SQL.orders_state, {"environment": environment}).fetchone()
        state = (received, now.replace(minute=0, second=0, microsecond=0))
        if self._orders.get((environment, website), (None,))[0] != state:
            orders = [order for item in catalog.items.every("orders") if (order := order_of(item))]
            sales = Sales((order for order in orders if website is None or order.website in (None, website)), now)
            self._orders[environment, website] = state, sales
        return self._orders[environment, website][1]

    def _similar(self, catalog: Catalog, sku: str) -> list[str]:
        view = self._views.get((catalog.scope.environment, catalog.scope.view.code))
        row = view and self._reading().execute(SQL.product, {"view_id": view, "sku": sku}).fetchone()
        if not view or not row or row[2] is None:
            return []
        return similar(self._reading(), view, self._numbers(view), row[1])

    def _newest(self, catalog: Catalog, category: str | None) -> list[str]:
        clauses = (Clause("categoryPath", (category,)),) if category else ()
        query = Query(clauses=clauses, sorts=(Sort("newest"),), size=50, with_facets=False)
        return self.search(catalog, query).skus

    def _numbers(self, view: int) -> ViewMemory:
        if view not in self._memory:
            select = "select document, sku, body from catalog_product where view_id = ? and body is not null"
            self._memory[view] = ViewMemory(self._reading().execute(select, (view,)))
        return self._memory[view]

    def folded_sku(self, catalog: Catalog, sku: str) -> str:
        """The SKU as the shop writes it."""
        view = self._views.get((catalog.scope.environment, catalog.scope.view.code))
        if catalog.find_enabled(sku) or view is None:
            return sku
        select = "select sku from catalog_product where view_id = ? and folded = ? order by sku"
        row = self._reading().execute(select, (view, sku.casefold())).fetchone()
        return str(row[0]) if row else sku

    def stop(self) -> None:
        """End the thread and close what is open."""
        self._is_stopping = True
        self._wake.set()
        if self._thread:
            self._thread.join()
        with self._lock:
            if self._reader:
                self._reader.close()

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None:
                return
            db = self._store.connect()
            with self._store.writing():
                db.execute("begin immediate")
                prepare(db, self.settings.is_english)
                complete = bool(db.execute(SQL.state).fetchone()[2])
                db.execute("commit")
            if complete:
                self._complete.set()
            self._thread = threading.Thread(target=self._follow, args=(db,), name="refresher", daemon=True)
            self._thread.start()

    def _follow(self, db: sqlite3.Connection) -> None:
        """Take up what is received, until the end."""
        refresher = Refresher(db, self.settings.is_english)
        with contextlib.closing(db):
            while not self._is_stopping:
                self._wake.clear()
                try:
                    while not self._is_stopping and self._step(db, refresher):
                        pass
                except sqlite3.Error:
                    # A full disk, or another process that writes: what waits is on record, and tried again.
                    if db.in_transaction:
                        db.execute("rollback")
                    self._wake.wait(1.0)
                    continue
                self._wake.wait()

    def _step(self, db: sqlite3.Connection, refresher: Refresher) -> bool:
        """One step, which questions see whole or not at all; gives whether there was anything to do."""
        if not refresher.is_due():
            self._complete.set()
            return False
        with self._store.writing():
            db.execute("begin immediate")
            step = refresher.step()
            with self._lock:
                db.execute("commit")
                if step:
                    self._take(step)
        if step and step.is_complete:
            self._complete.set()
        return step is not None

    def _take(self, step: Step) -> None:
        """Have the state be the one after a step."""
        if self._reader is None:
            return
        self._reader.rollback()
        self._begin(self._reader)
        for entry in step.entries:
            if entry.view_id in self._memory:
                self._memory[entry.view_id].patch(entry.number, entry.sku, entry.before, entry.after)
        for space in self._spaces.values():
            space.forget()

    def _reading(self) -> sqlite3.Connection:
        """The connection that sees the state, and nothing that was received since."""
        if self._reader is None:
            self._reader = self._store.connect()
            self._begin(self._reader)
        return self._reader

    def _begin(self, reader: sqlite3.Connection) -> None:
        reader.execute("begin")
        self._views = {(environment, code): view for view, environment, code, _ in reader.execute(SQL.views)}

    def _space(self, environment: str) -> Space:
        if environment not in self._spaces:
            self._spaces[environment] = Space(Items(self._reading(), environment))
        return self._spaces[environment]
