"""Which of the server's names are one to SQLite, and which are two."""

import pytest

from saasexport.mirror import plan
from saasexport.mirror.tables import Column, Table


def table(name, *columns):
    return Table(name, name, tuple(Column(each, "TEXT", each, each) for each in columns))


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("ware", "WARE", True),
        ("Größe", "GRößE", True),
        ("ärmel", "Ärmel", False),
        ("товар", "ТОВАР", False),
        ("straße", "STRASSE", False),
        ("kelvin", "\u212aelvin", False),  # the sign of the unit, which Python takes for a capital K
    ],
)
def test_names_are_one_if_they_differ_in_the_case_of_ascii_letters_only(one, other, is_one):
    tables, _ = plan.distinct([table(one, "a"), table(other, "a")])
    assert [each.name for each in tables] == ([one] if is_one else [one, other])
    ([both], _) = plan.distinct([table("t", one, other)])
    assert [each.name for each in both.columns] == ([one] if is_one else [one, other])
