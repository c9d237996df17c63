"""The directives of page templates that stand in descriptions.

Only two can be filled without Magento's template engine: `{{media url=...}}`
and `{{store url=...}}`.  Every other one is left as it stands (feeds.md 5).
"""

_QUOTES = ("&quot;", "&#039;", "&#39;", '"', "'")


def fill(text: str, link_url: str, media_url: str) -> str:
    """The text with addresses in place of media and store directives; both bases end with a slash."""
    if "{{" not in text:
        return text
    import re  # late: few descriptions hold a directive

    def address(directive: "re.Match[str]") -> str:
        path = _unquote(directive[2])
        if path is None:
            return directive[0]
        if directive[1].lower() == "media":
            return media_url + path
        # Magento ends the address of a page with a slash, and has none to end for the front page.
        path = path.strip("/")
        return f"{link_url}{path}/" if path else link_url

    return re.sub(r"\{\{(?i:(media|store))\s+url\s*=\s*(.*?)\s*\}\}", address, text)


def _unquote(argument: str) -> str | None:
    """The one value of an argument list; None when there is more in it than that."""
    for quote in _QUOTES:
        if argument.startswith(quote) and argument.endswith(quote) and len(argument) >= 2 * len(quote):
            value = argument[len(quote) : -len(quote)]
            return None if quote in value else value
    return None if not argument or any(character in argument for character in " \t\n'\"=") else argument
