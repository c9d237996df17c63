"""HTML from the .html file beside the module that shows it.

A file holds named fragments, as a .sql file holds queries: a fragment begins
with a line `<!-- name: <name> -->`.  `$value` is replaced by the value given
under that name, escaped unless it is Markup; so a value of the shop can never
become a tag, whoever forgets to think of it.
"""

import html
from collections.abc import Callable, Iterable
from string import Template
from typing import Any

from saasexport import plain, queries


class Markup(str):
    """HTML that is right as it stands."""

    __slots__ = ()


class Templates:
    """The fragments of one .html file: each is called with its values and gives Markup."""

    def __init__(self, source: str, fragments: dict[str, Template]) -> None:
        self._source = source
        self._fragments = fragments

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        fragments: dict[str, Template] = self.__dict__["_fragments"]
        if name not in fragments:
            raise AttributeError(f"no fragment {name} in {self._source}")

        def fill(**values: Any) -> Markup:
            return Markup(fragments[name].substitute({key: escape(value) for key, value in values.items()}))

        return fill


def beside(module_file: str) -> Templates:
    """The fragments in the .html file beside a module, which passes its `__file__`."""
    path = module_file.rpartition(".")[0] + ".html"
    fragments: dict[str, Template] = {}
    name, lines = "", list[str]()
    for line in [*queries.text_of(path).splitlines(), "<!-- name: -->"]:
        if line.startswith("<!-- name:"):
            if name:
                fragments[name] = Template("\n".join(lines).strip())
            name, lines = line[10:].removesuffix("-->").strip(), []
        else:
            lines.append(line)
    return Templates(path, fragments)


def escape(value: Any) -> Markup:
    """A value as HTML: nothing for None, digits in groups, text escaped, lists one after the other."""
    if isinstance(value, Markup):
        return value
    if value is None:
        return Markup("")
    if isinstance(value, int) and not isinstance(value, bool):
        return Markup(f"{value:,}")
    if isinstance(value, str):
        return Markup(html.escape(plain.text(value)))
    if isinstance(value, Iterable):
        return join(value)
    return escape(str(value))


def join(parts: Iterable[Any], between: str = "\n") -> Markup:
    """Parts one after the other, each escaped."""
    return Markup(between.join(escape(part) for part in parts))
