"""How texts become words: the same for what is indexed and for what is typed."""

import html
import re
import unicodedata
from collections.abc import Iterator

# Signs that a compatible decomposition would turn into letters.
_SIGNS = str.maketrans("", "", "\u2122\u00ae\u00a9\u2120\x00")
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "AE", "œ": "oe"})
_TAGS = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[^\W_]+")
# Words that a sign joins: t-shirt, L'Occitane, 24-MB01, salt&pepper.
_COMPOUND = re.compile(r"[^\W_]+(?:[-'\u2019&./_][^\W_]+)+")

STOP_WORDS = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this"
    " to was will with".split()
)

# Store views whose codes say one of these are not stemmed as English is.
OTHER_LANGUAGES = frozenset(
    "ar bg cs cz da de dk el es et fi fr ga gr he hr hu it ja ko lt lv nl no pl pt ro ru sk sl sr sv tr uk ua zh"
    " french francais german deutsch spanish espanol italian italiano dutch nederlands polish polski portuguese"
    " danish dansk swedish svenska norwegian norsk finnish suomi czech hungarian turkish russian".split()
)


def fold(text: str) -> str:
    """A text without capitals, accents, entities and tags, its blanks collapsed."""
    if text.isascii() and "<" not in text and "&" not in text:
        # Most texts; tens of thousands of them at the start.
        return " ".join(text.replace("\0", "").lower().split())
    plain = html.unescape(_TAGS.sub(" ", text)).translate(_SIGNS).translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", plain)
    return " ".join("".join(sign for sign in decomposed if not unicodedata.combining(sign)).casefold().split())


def words(folded: str) -> list[str]:
    """The words of a folded text."""
    return _WORD.findall(folded)


def compounds(folded: str) -> Iterator[str]:
    """Words that signs join, without the signs."""
    for match in _COMPOUND.findall(folded):
        yield "".join(_WORD.findall(match))


def index_text(*texts: str) -> str:
    """What is indexed of some texts: their words, then those that signs joined, as one."""
    folded = [fold(text) for text in texts if text]
    plain = [" ".join(words(text)) for text in folded]
    joined = [word for text in folded for word in compounds(text)]
    return " ".join([*plain, *joined])


def grams(folded: str) -> set[str]:
    """The one to three words that follow each other in a name."""
    row = words(folded)
    return {" ".join(row[at : at + size]) for at in range(len(row)) for size in (1, 2, 3) if at + size <= len(row)}


def sounds_english(view: str) -> bool:
    """Whether a store view's code names no other language; a guess, for want of a setting."""
    return not OTHER_LANGUAGES & set(re.split(r"[^a-z]+", view.lower()))


def distance(one: str, other: str, most: int) -> int:
    """Edits between two words, a swap of neighbours being one; more than `most` is `most` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, sign in enumerate(one, 1):
        now = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(last[column] + 1, now[-1] + 1, last[column - 1] + (sign != wanted))
            if row > 1 and column > 1 and sign == other[column - 2] and one[row - 2] == wanted:
                cost = min(cost, before[column - 2] + 1)
            now.append(cost)
        if min(now) > most:
            return most + 1
        before, last = last, now
    return last[-1]
