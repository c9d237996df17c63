"""The names that the program defines are the field's words: looked at by ast, never in prose."""

import ast
import functools

from tests.support import ROOT

# Words that went, because the field has others or because they meant several things.
RETIRED = {
    *("told", "said", "has_said", "asked", "noted", "hold", "settle", "mend", "strange"),
    *("_distrust", "_walk_anew", "_claim", "_learn", "keep_learnt", "only_looks", "is_patient", "slot_file"),
    *("Unusable", "Failed", "Patient", "Wire", "View", "view_state"),
}

# What does not end in -ed.
PARTICIPLES = {
    *("told", "said", "known", "kept", "given", "held", "gone", "found", "sent", "made", "shown", "written"),
    *("taken", "lost", "seen", "met", "built", "done", "thrown", "drawn", "laid", "brought", "heard", "meant"),
    *("chosen", "broken", "spoken", "grown", "learnt", "sold", "bought", "begun", "left"),
}
# Verbs and nouns that end so.
NO_PARTICIPLES = {"feed", "embed", "seed", "speed", "need", "exceed"}


@functools.cache
def definitions():
    """(kind, name, place) of everything that the package defines."""
    found = []
    for path in sorted((ROOT / "saasexport").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            match node:
                case ast.FunctionDef(name=name, decorator_list=marks):
                    is_value = any("property" in ast.unparse(mark) for mark in marks)
                    found.append(("value" if is_value else "function", name, place))
                case ast.ClassDef(name=name):
                    found.append(("class", name, place))
                case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                    found.append(("value", name, place))
                case ast.Attribute(attr=name, ctx=ast.Store()):
                    found.append(("value", name, place))
    return found


def test_no_name_is_a_word_that_went():
    assert [f"{place} {name}" for _, name, place in definitions() if name in RETIRED] == []


def is_bare_participle(name):
    word = name.strip("_")
    return word in PARTICIPLES or (word.endswith("ed") and "_" not in word and word not in NO_PARTICIPLES)


def test_a_function_is_not_named_by_a_participle_alone():
    functions = [(name, place) for kind, name, place in definitions() if kind == "function"]

    assert [f"{place} {name}" for name, place in functions if is_bare_participle(name)] == []


def test_an_installation_is_called_so():
    """Every parameter that is an Installation."""
    wrong = []
    for path in sorted((ROOT / "saasexport").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            is_typed = isinstance(node, ast.arg) and node.annotation
            if is_typed and ast.unparse(node.annotation).strip("'") == "Installation" and node.arg != "installation":
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.arg}")
    assert wrong == []
