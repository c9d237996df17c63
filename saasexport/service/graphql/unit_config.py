"""A unit that is tried out without being set up, as a merchandiser's preview sends it."""

from typing import Any

from saasexport.service.graphql.errors import QuestionError
from saasexport.service.recommend.filters import GREATER, LESS, OTHER, SAME, Filter
from saasexport.service.settings import HONEST, NEEDS_BEHAVIOUR, Unit

_CURRENT = {
    "GREATER_THAN_CURRENT": GREATER,
    "LESS_THAN_CURRENT": LESS,
    "SAME_AS_CURRENT": SAME,
    "ALL_EXCEPT_CURRENT": OTHER,
}

MOST_SHOWN = 25


def unit_of(config: dict[str, Any], page_type: str | None) -> Unit:
    """The unit that a configuration describes; QuestionError if it describes none."""
    kind = str(config.get("typeId") or "more-like-this")
    if kind not in HONEST and kind not in NEEDS_BEHAVIOUR:
        raise QuestionError(f"typeId: expected one of {', '.join((*HONEST, *NEEDS_BEHAVIOUR))}")
    name = config.get("unitName") or HONEST.get(kind, kind)
    return Unit(
        "preview",
        name,
        kind,
        page_type or config.get("pageType") or "CMS",
        config.get("storefrontLabel") or name,
        min(max(config.get("displayNumber") or 5, 1), MOST_SHOWN),
        tuple(rule for entry in config.get("filterRules") or () if entry for rule in _rules(entry)),
    )


def _rules(entry: dict[str, Any]) -> list[Filter]:
    kind = entry.get("type") or "INCLUSION"
    if kind == "UNKNOWN_FILTER_RULE_TYPE":
        raise QuestionError("filterRules: type is INCLUSION or EXCLUSION")
    conditions = [condition for condition in entry.get("conditions") or () if condition]
    return [
        _rule(condition, kind == "EXCLUSION") for condition in conditions if condition.get("enabled") is not False
    ]


def _rule(condition: dict[str, Any], is_exclusion: bool) -> Filter:
    field = condition.get("field") or "UNKNOWN_FIELD"
    operators = {name: value for name, value in (condition.get("operator") or {}).items() if value}
    rule = Filter(field, is_exclusion)
    match next(iter(operators), ""):
        case "rangeOperator" if field == "PRICE":
            given = operators["rangeOperator"]
            bounds = given.get("value") or {}
            if given.get("type") in (None, "STATIC", "PERCENTAGE"):
                start, is_percentage = bounds.get("from") or 0.0, given.get("type") == "PERCENTAGE"
                return rule._replace(start=start, end=bounds.get("to"), is_percentage=is_percentage)
        case "numericOperator" if field == "PRICE":
            current = _CURRENT.get(operators["numericOperator"].get("type") or "")
            if current:
                return rule._replace(current=current)
        case "stringOperator" if field in ("CATEGORY", "PRODUCT", "TYPE", "VISIBILITY"):
            current = _CURRENT.get(operators["stringOperator"].get("type") or "")
            if current:
                return rule._replace(current=current)
        case "customOperator" if field in ("CATEGORY", "PRODUCT", "TYPE", "VISIBILITY"):
            values = operators["customOperator"].get("value") or ()
            return rule._replace(values=tuple(value for value in values if value is not None))
        case "isOperator" if field in ("OUT_OF_STOCK", "LOW_STOCK"):
            return rule._replace(wanted=operators["isOperator"].get("value") is not False)
    raise QuestionError(f"filterRules: the operator says nothing of {field}")
