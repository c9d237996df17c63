"""The page of a product: what it costs whom, what can be chosen of it, and what is recommended beside it."""

import html
import re
from collections.abc import Iterable
from typing import Any

from saasexport.service.catalog.options import Option, Refined, Value, options_of, refine
from saasexport.service.catalog.product import Product
from saasexport.service.connected import Answers
from saasexport.service.recommend.units import Context
from saasexport.service.storefront import pages
from saasexport.service.storefront.answers import Parameters
from saasexport.service.storefront.pages import CURRENT, Addresses
from saasexport.web import templates
from saasexport.web.templates import Markup
from saasexport.web.wire import Refusal

HTML = templates.beside(__file__)

# Of a value in the table of attributes.
LONGEST_VALUE = 2_000


class ProductPage:
    """One product, of which something may be chosen."""

    def __init__(self, answers: Answers, parameters: Parameters) -> None:
        sku = parameters.one("sku")
        products = answers.products([sku]) if sku else []
        if not products:
            raise Refusal(404, f"there is no product {sku[:100]!r} that this customer group may see")
        self._answers = answers
        self._parameters = parameters
        self._addresses = Addresses(parameters)
        self._product = products[0]
        self._chosen = [uid for uid in dict.fromkeys(parameters.all("option")) if uid]

    def page(self) -> Markup:
        """The whole page."""
        product = self._product
        left = refine(self._answers.catalog, product.sku, self._chosen) if self._chosen else product
        shown = left if isinstance(left, Product) else product
        level, stock = pages.stock_of(shown)
        name = product.name or product.sku
        body = HTML.page(
            trail=self._trail(),
            name=name,
            sku=product.sku,
            kind=product.kind.replace("_", " "),
            visibility=product.visibility.lower(),
            chosen=self._note(left),
            price=pages.price_of(shown, left.price_range() if isinstance(left, Refined) else None),
            level=level,
            stock=stock,
            options=self._options(left),
            groups=self._groups(),
            text=_text(product.item.get("description") or product.item.get("shortDescription")),
            attributes=_attributes(shown),
            links=self._links(),
            units=self._units(),
        )
        form = pages.form(self._answers, self._parameters)
        return pages.frame(name, body, self._addresses, form, self._answers.scope.environment)

    def _trail(self) -> Markup | str:
        rows = [row for row in self._answers.catalog.categories_of(self._product) if row.url_path]
        links = [
            pages.HTML.row_link(href=self._addresses.listing(category=row.url_path), text=row.name, current="")
            for row in rows
        ]
        return pages.HTML.row(label="Its categories", heading="", links=links) if links else ""

    def _note(self, left: Product | Refined | None) -> Markup | str:
        if not self._chosen:
            return ""
        if isinstance(left, Product) and left is not self._product:
            return HTML.chosen(text=f"This is {left.name or left.sku}, {left.sku}.")
        if left is None:
            return HTML.chosen(text="These do not go together; nothing is left.")
        return HTML.chosen(text="Choose the rest.")

    # What can be chosen

    def _options(self, left: Product | Refined | None) -> list[Markup]:
        if not self._product.is_complex:
            return []
        options = options_of(self._product)
        if self._product.kind != "configurable":
            return [self._parts(option) for option in options]
        possible = {value.id for option in self._possible(left) for value in option.values}
        return [self._axis(option, possible) for option in options]

    def _possible(self, left: Product | Refined | None) -> list[Option]:
        if not self._chosen or left is None:
            return options_of(self._product)
        everything = Refined(self._product, [], frozenset(uid.rstrip("=") for uid in self._chosen))
        return everything.options()

    def _axis(self, option: Option, possible: set[str]) -> Markup:
        ids = {value.id for value in option.values}
        others = [uid for uid in self._chosen if uid not in ids]
        rows = []
        for value in option.values:
            is_chosen = value.id in self._chosen
            # What does not go with the rest begins anew.
            wanted = [*(others if value.id in possible else []), value.id]
            rows.append(
                HTML.value(
                    href=self._addresses.product(self._product.sku, others if is_chosen else wanted),
                    current=CURRENT if is_chosen else "",
                    text=_value_text(value),
                    off=Markup(' class="off"') if value.id not in possible or not value.in_stock else "",
                )
            )
        return HTML.option(title=option.title or option.id, values=rows)

    def _parts(self, option: Option) -> Markup:
        rows = []
        for value in option.values:
            if value.product:
                level, stock = pages.stock_of(value.product)
                rows.append(
                    HTML.part(
                        href=self._addresses.product(value.product.sku),
                        name=value.title or value.product.sku,
                        quantity=f"{value.quantity or 0:g}",
                        price=pages.price_of(value.product),
                        level=level,
                        stock=stock,
                    )
                )
        return HTML.parts(title=f"{option.title or option.id}{'' if option.is_required else ' (optional)'}", rows=rows)

    # What whom

    def _groups(self) -> Markup:
        names = pages.groups_of(self._answers)
        return HTML.groups(rows=[self._group(code, name) for code, name in names.items()])

    def _group(self, code: str, name: str) -> Markup:
        catalog = self._answers.catalog.space.catalog(self._answers.scope._replace(group=code))
        product = catalog.product(self._product.sku)
        if product is None:
            return HTML.group(group=name, price="does not see it", tiers="", cart="")
        currency = str(product.item.get("currency") or "")
        price = None if product.is_complex or not product.permission.shows_price else product.price()
        tiers = price.tiers if price else ()
        return HTML.group(
            group=name,
            price=pages.price_of(product),
            tiers=", ".join(f"{quantity:g}: {pages.amount(amount, currency)}" for quantity, amount in tiers),
            cart="yes" if product.may_be_bought else "no",
        )

    # What else

    def _links(self) -> Markup | str:
        cards = [
            pages.card(other, self._addresses, ", ".join(kinds)) for other, kinds in self._product.links()
        ]
        return HTML.unit(title="Linked by the shop", content=pages.HTML.cards(cards=cards)) if cards else ""

    def _units(self) -> Iterable[Markup]:
        units = [unit for unit in self._answers.connected.settings.units if unit.page_type == "Product"]
        for answer in self._answers.recommend(units, Context(self._product.sku)):
            cards = [
                pages.card(product, self._addresses, "fills up" if kind == "backup" else "")
                for product, kind in answer.products
            ]
            if cards:
                yield HTML.unit(title=answer.unit.label, content=pages.HTML.cards(cards=cards))


def _value_text(value: Value) -> str:
    return (value.title or value.id) + ("" if value.in_stock else " (out of stock)")


def _text(source: Any) -> Markup | str:
    """A description without its markup."""
    spaced = re.sub(r"(?i)<(br|/p|/li|/h[1-6]|/div)[^>]*>", "\n", str(source or ""))
    plain = html.unescape(re.sub(r"<[^>]*>", "", spaced)).strip()
    return HTML.text(text=re.sub(r"\n\s*\n+", "\n\n", plain)) if plain else ""


def _attributes(product: Product) -> Markup | str:
    rows = []
    for entry in product.attributes():
        values = entry.value if isinstance(entry.value, list) else [entry.value]
        text = ", ".join(str(value) for value in values)
        rows.append(HTML.attribute(label=entry.label, value=text[:LONGEST_VALUE]))
    return HTML.attributes(rows=rows) if rows else ""
