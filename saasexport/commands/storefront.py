"""saasexport search and recommend: what a storefront would show of what the service holds."""

import argparse
import sys
from collections.abc import Iterable
from typing import Any

from saasexport import plain
from saasexport.commands import for_programs
from saasexport.config.secret import read_key
from saasexport.delivery import storefront
from saasexport.setup.opening import open_installation
from saasexport.status.judgement import quantity
from saasexport.sync.exporter import exporter_for

EXAMPLES = {
    "search": """
saasexport search kettle
saasexport search 'blue mug' --store-view french --group 2
saasexport search '' --category tea --sort=-price --limit 50
saasexport search kettle --filter brand:'Copper Row' --filter price:20..50 --json
""",
    "recommend": """
saasexport recommend 24-MB01
saasexport recommend 24-MB01 --type bought-bought --store-view french --json
""",
}

_PRODUCT = {
    "sku": "the product's SKU",
    "name": "its name in this store view",
    "urlKey": "its key in addresses",
    "type": "simple, configurable, ...",
    "inStock": "whether it can be had",
    "addToCartAllowed": "whether this customer group may put it into the cart now",
    "currency": "of its prices",
    "price": "an object: regular, final; null of products to choose from, and where the group may not see it",
    "priceRange": "an object: minimum, maximum, each regular and final; null of other products",
}

KEYS = {
    "search": _PRODUCT,
    "recommend": {
        "unitId": "the unit's id",
        "unitName": "its name",
        "typeId": "what it recommends by",
        "pageType": "the type of page it is for",
        "storefrontLabel": "its heading in the shop",
        "displayOrder": "its place among the units of the page",
        "displayNumber": "how many products it has at most",
        "filters": "a list: the conditions its products meet",
        "fallback": "the type that fills it up; null: none was set",
        "userError": "why it cannot be worked out; null: it can",
        "totalProducts": "how many products it has here",
        "items": "a list of objects with the keys of search --json, and queryType: primary, or backup of what fills up",
    },
}

DEFAULT_LIMIT, MOST = 10, 500


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of both."""
    if name == "search":
        options.add_argument("phrase", metavar="PHRASE", help="what is searched for; '' finds everything")
        options.add_argument("--filter", metavar="NAME:VALUE", action="append", default=[], help="only these products")
        options.add_argument("--category", metavar="PATH", help="only products of the category with this url path")
        options.add_argument("--sort", metavar="NAME", help="price, name, position, ...; =-price: the dearest first")
        options.add_argument(
            "--limit", metavar="N", type=_limit, default=DEFAULT_LIMIT, help="most products (default: %(default)s)"
        )
    else:
        options.add_argument("sku", metavar="SKU", help="the product whose page is looked at")
        options.add_argument("--type", metavar="TYPE", help="only units of this type, more-like-this for one")
        options.add_argument("--page-type", metavar="PAGE", help="units of this type of page (default: Product)")
    options.add_argument("--store-view", metavar="CODE", help="in this store view (default: default, or the first)")
    options.add_argument("--group", metavar="ID", help="as this customer group sees it (default: not logged in)")
    options.add_argument("--key-file", metavar="FILE", help="the storefront's key, where the service asks for one")
    for_programs.add_option(options, KEYS[name], "product" if name == "search" else "unit")


def run(options: argparse.Namespace, name: str) -> int:
    """Ask the service, and print what it answers."""
    parameters = {"store_view": options.store_view, "group": options.group}
    if name == "search":
        parameters |= {
            "phrase": options.phrase,
            "filter": options.filter,
            "category": options.category,
            "sort": options.sort,
            "page_size": options.limit,
        }
    else:
        parameters |= {"sku": options.sku, "type": options.type, "page_type": options.page_type}
    answer = _ask(options, name, {key: value for key, value in parameters.items() if value})
    if options.json:
        return for_programs.show(answer["items" if name == "search" else "units"])
    if name == "search":
        _print_result(options.phrase, answer)
    else:
        _print_units(answer)
    return 0


def _ask(options: argparse.Namespace, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    key = read_key(options.key_file, "--key-file") if options.key_file else None
    installation = open_installation(options.config, read_only=True)
    try:
        exporter = exporter_for(installation, f"saasexport {name}")
        settings = exporter.client.settings
        exporter.close()
        parameters["environment"] = settings.environment_id
        return storefront.ask(settings._replace(api_key=key or settings.api_key), name, parameters)
    finally:
        installation.close()


def _print_result(phrase: str, answer: dict[str, Any]) -> None:
    print("\n".join(_lines(answer["items"])), end="\n" if answer["items"] else "")
    for warning in answer["warnings"]:
        _tell(warning["message"])
    shown, total = len(answer["items"]), answer["total"]
    if not total:
        _tell(f"nothing was found for {phrase!r}")
    elif shown < total:
        _tell(f"{shown} of {quantity(total, 'product')}; --limit shows more")


def _print_units(answer: dict[str, Any]) -> None:
    for unit in answer["units"]:
        empty = unit["userError"] or "nothing"
        print(plain.line(unit["storefrontLabel"] + ("" if unit["items"] else f": {empty}")))
        for item, line in zip(unit["items"], _lines(unit["items"]), strict=True):
            print(f"  {line}" + ("  (fills up)" if item["queryType"] == "backup" else ""))
    if not answer["units"]:
        _tell("no unit is set up for this")


def _lines(items: Iterable[dict[str, Any]]) -> list[str]:
    """SKU and name of each product."""
    rows = [(plain.line(item["sku"]), plain.line(item["name"] or "")) for item in items]
    width = max((len(sku) for sku, _ in rows), default=0)
    return [f"{sku:<{width}}  {name}".rstrip() for sku, name in rows]


def _tell(text: str) -> None:
    print(f"saasexport: {plain.line(text)}", file=sys.stderr)


def _limit(text: str) -> int:
    limit = int(text) if text.isascii() and text.isdecimal() else 0
    if not 1 <= limit <= MOST:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to {MOST}")
    return limit
