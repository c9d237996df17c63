"""What reaches a person: text of others neither steers the terminal nor looks like ours."""

import io
import json

import pytest

from saasexport import plain


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("\x1b[2Jgone", "\\u001b[2Jgone", id="clears the screen"),
        pytest.param("\x07", "\\u0007", id="rings the bell"),
        pytest.param("failed\rsent", "failed\\u000dsent", id="writes over the line"),
        pytest.param("\x9b31m", "\\u009b31m", id="steers in one character"),
        pytest.param("\u202egpj.exe", "\\u202egpj.exe", id="turns the direction"),
        pytest.param("a\u2028b", "a\\u2028b", id="ends the line unseen"),
        pytest.param("Käse 🧀 \u200d", "Käse 🧀 \u200d", id="ordinary text stays"),
        pytest.param("one\ttwo\n", "one\ttwo\n", id="tab and newline stay"),
    ],
)
@pytest.mark.parametrize("stream", [io.StringIO, _Terminal])
def test_what_steers_a_terminal_is_escaped(stream, written, shown):
    held = stream()

    plain.Gate(held).write(written)

    assert held.getvalue() == shown


def test_text_of_others_cannot_begin_a_line_of_ours():
    assert plain.line("no such name\nerror: pay now") == "no such name\\u000aerror: pay now"


def test_our_own_colours_pass_on_a_terminal_only():
    terminal, file = _Terminal(), io.StringIO()

    plain.Gate(terminal).write("\x1b[31mfailed\x1b[0m")
    plain.Gate(file).write("\x1b[31mfailed\x1b[0m")

    assert terminal.getvalue() == "\x1b[31mfailed\x1b[0m"
    assert file.getvalue() == "\\u001b[31mfailed\\u001b[0m"


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("ascii", "Käse", b"K\\u00e4se"),
        ("latin-1", "Käse 5 €", b"K\xe4se 5 \\u20ac"),
        ("ascii", "🧀", b"\\ud83e\\uddc0"),
        ("utf-8", "a\udc80b", b"a\\udc80b"),
        ("cp1252", "名前", b"\\u540d\\u524d"),
    ],
)
def test_what_a_terminal_lacks_is_escaped(encoding, text, shown):
    held = io.BytesIO()
    stream = io.TextIOWrapper(held, encoding=encoding)

    plain.Gate(stream).write(text)
    stream.flush()

    assert held.getvalue() == shown


@pytest.mark.parametrize("text", ["\x1b[2J", "Käse 🧀", "\u202e", "a\nb", "\udc80"])
def test_json_stays_json(text):
    held = io.BytesIO()
    stream = io.TextIOWrapper(held, encoding="ascii")

    plain.Gate(stream).write(json.dumps({"name": text}, ensure_ascii=False))
    stream.flush()

    assert json.loads(held.getvalue()) == {"name": text}
