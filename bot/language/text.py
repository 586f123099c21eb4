"""From a message to sentences of tokens. Offsets always point into the message as it was typed."""

from __future__ import annotations

import datetime
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.language import layout, run_on
from bot.language.agents import SHORT_NAMES
from bot.language.spelling import corrected
from bot.language.vocabulary import ABBREVIATIONS, FILLERS, GLUED, NUMBER_WORDS, TAG_WORDS, TENS

_ORDINAL = ("st", "nd", "rd", "th")
WORD_LIMIT = 20_000
LONGEST_SENTENCE = 160
"""Tokens after which a sentence is cut, so that reading stays linear in the length of a message."""

_SAME_LENGTH = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("→⇒⟶➔➜➡⇨↦⟹▶►", "→"),
        **dict.fromkeys("’‘ʼ´`′", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("•●▪◦‣·*", "•"),
        **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)),
        "↑": "↑",
        "↓": "↓",
        "≈": "~",
        "Δ": " ",
    }
)

_DICTATED = re.compile(r"\bfull stop\b|\bnew (?:line|paragraph)\b", re.I)
_MARKUP = re.compile(r"\*{2,}|</?[a-zA-Z][^<>\n]{0,60}>")

_TOKEN = re.compile(
    r"(?P<date>(?:[0-2]?\d|3[01])[./-](?:[0-2]?\d|3[01])[./-](?:19|20)?\d\d(?![\d/%]|[.,]\d))"
    r"|(?P<year>(?<!\w)'[012]\d(?![\w%']))"
    r"|(?P<number>\d+(?:[.,]\d+)?(?!\d))"
    r"|(?P<long>\d+)"
    r"|(?P<word>(?:w/o|s/e)(?!\w)|[^\W\d_]+(?:'[^\W\d_]+)*(?:\d[^\W_]*)?)"
    r"|(?P<arrow>-{1,3}>+|={1,2}>|→|>{1,3}(?!=))"
    r"|(?P<line>\n\s*)"
    r"|(?P<mark>[^\w\s]|_)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or mark; `text` is lower case, corrected, without apostrophes."""

    text: str
    start: int
    end: int
    kind: str  # word, number, arrow, mark

    @property
    def number(self) -> float:
        return float(self.text.replace(",", "."))


def text_at(tokens: Sequence[Token], at: int) -> str:
    """The text of a token; nothing outside the sentence."""
    return tokens[at].text if 0 <= at < len(tokens) else ""


class Line(tuple[Token, ...]):
    """The tokens of a sentence, and the set of its words: most lexicons see by it that they find nothing there."""

    def __init__(self, tokens: Iterable[Token] = ()) -> None:
        self.words = frozenset(token.text for token in self)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens up to a full stop, semicolon or line end; fillers and hyphens inside words are gone."""

    tokens: tuple[Token, ...]
    end_mark: str
    new_paragraph: bool = False
    texts: tuple[str, ...] = field(default=())

    @property
    def asks(self) -> bool:
        """True for a question; a tag ("..., would you?", "..., right?") leaves a statement a statement."""
        return self.end_mark == "?" and not self._tagged()

    def _tagged(self) -> bool:
        comma = max((at for at, text in enumerate(self.texts) if text in (",", "-", ";")), default=0)
        tag = self.texts[comma + 1 :]
        return comma >= 3 and 0 < len(tag) <= 3 and all(text in TAG_WORDS for text in tag)

    def after(self, at: int) -> Sentence:
        """The sentence from token `at` on."""
        return Sentence(Line(self.tokens[at:]), self.end_mark, self.new_paragraph, self.texts[at:])


def normalise(text: str) -> str:
    """Lower case, plain dashes and quotes, no control characters; the same length as `text`."""
    flat = _MARKUP.sub(lambda match: " " * len(match.group()), text).translate(_SAME_LENGTH)
    flat = _day_first(flat)
    flat = _DICTATED.sub(lambda match: ".".ljust(len(match.group())), flat)
    flat = "".join(_plain(char) for char in flat) if not flat.isascii() else flat.lower()
    if flat.replace("\n", "").isprintable():
        return flat
    return "".join(char if char.isprintable() or char == "\n" else " " for char in flat)


_DATED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?=/(?:19|20)?\d\d(?![\d/]))")
_MONTHS = 12


def _day_first(text: str) -> str:
    """Dates of a text that writes the month first ("11/18/26") with the day first, as long as before."""
    dates = [(int(match[1]), int(match[2])) for match in _DATED.finditer(text)]
    month_first = any(day > _MONTHS for _, day in dates) and not any(month > _MONTHS for month, _ in dates)
    if month_first:
        text = _DATED.sub(lambda match: f"{match[2]}/{match[1]}", text)
    return _with_year(text, month_first) if "/" in text else text


_DAY_OF_MONTH = re.compile(r"(?<![\d/.,])(0?[1-9]|1[0-2])/(1[3-9]|2\d|3[01])(?![\d/%]|[.,]\d)")


def _with_year(text: str, month_first: bool) -> str:
    """ "10/28" of a text that writes the month first and no year: the month of the past twelve, as long as before."""
    today = datetime.date.today()
    short = today.year % 100
    dates = _DAY_OF_MONTH.findall(text)
    if not dates or not (month_first or any(int(day) > short + 1 for _, day in dates)):
        return text

    def dated(match: re.Match[str]) -> str:
        return f"{match[1]}/{short - (int(match[1]) > today.month):02d}"

    return _DAY_OF_MONTH.sub(dated, text)


def _plain(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char).lower()
    return folded if len(folded) == 1 else char


def sentences(text: str) -> tuple[list[Sentence], bool]:
    """The sentences of a message, and whether it was longer than the limit."""
    plain = layout.without_enumeration(normalise(text))
    found: list[Sentence] = []
    current: list[Token] = []
    paragraph = False
    words = 0
    for token, ends in _with_boundaries(plain, text):
        if ends is None:
            words += token.kind == "word"
            if words > WORD_LIMIT:
                break
            current.append(token)
            if len(current) >= LONGEST_SENTENCE:
                found += _clauses(_sentence(current, "", paragraph))
                current, paragraph = [], False
            continue
        if current:
            found += _clauses(_sentence(current, ends, paragraph))
            current = []
            paragraph = False
        paragraph = paragraph or ends == "\n\n"
    if current:
        found += _clauses(_sentence(current, "", paragraph))
    return found, words > WORD_LIMIT


def _clauses(sentence: Sentence) -> list[Sentence]:
    """Cuts dictation without punctuation into its clauses."""
    cuts = [0, *run_on.starts(sentence.tokens), len(sentence.tokens)]
    if len(cuts) == 2:
        return [sentence]
    return [
        Sentence(
            Line(sentence.tokens[begin:end]),
            sentence.end_mark if end == len(sentence.tokens) else "",
            sentence.new_paragraph and begin == 0,
            sentence.texts[begin:end],
        )
        for begin, end in itertools.pairwise(cuts)
    ]


def tokens(text: str) -> list[Token]:
    """Every word, number and mark of a message, with fillers and the marks that end its sentences."""
    return [token for token, ends in _with_boundaries(normalise(text), text) if ends is None or token.text == "?"]


def _sentence(tokens: list[Token], end_mark: str, paragraph: bool) -> Sentence:
    kept = Line(_spoken_numbers(list(_without_fillers(tokens))))
    return Sentence(kept, end_mark, paragraph, tuple(token.text for token in kept))


def _with_boundaries(plain: str, typed: str) -> Iterator[tuple[Token, str | None]]:
    """Every token, with the mark that ends a sentence there (None inside a sentence)."""
    previous: Token | None = None
    wraps = layout.wrapped(typed) if "\n" in typed else frozenset()
    for match in _TOKEN.finditer(plain):
        kind = match.lastgroup or "mark"
        raw, start, end = match.group(), match.start(), match.end()
        if kind == "line":
            if raw.count("\n") > 1 or previous is None or _line_end(plain, start) not in wraps:
                yield Token("\n", start, end, "mark"), "\n\n" if raw.count("\n") > 1 else "\n"
            previous = None if raw.count("\n") > 1 else previous
            continue
        if (
            kind == "word"
            and raw in _ORDINAL
            and previous is not None
            and previous.kind == "number"
            and previous.end == start
        ):
            continue
        if kind == "word":
            for token in _words(raw, start):
                previous = token
                yield token, None
            continue
        raw = f"20{raw[1:]}" if kind == "year" else raw
        kind = {"long": "number", "year": "number", "date": "word"}.get(kind, kind)
        token = Token(raw, start, end, kind)
        ends = _boundary(plain, token, previous) if kind == "mark" else None
        if raw == "." and ends is None and previous is not None and previous.text in ("pred", "predicted"):
            ends = "." if _NEXT_READING.match(typed, end) else None
        elif raw == "." and ends is None and previous is not None and previous.text in _MONTHS_CUT_SHORT:
            ends = "." if _closes_with_a_month(typed, previous.start, end) else None
        elif raw == "." and ends is None and previous is not None and previous.text in _MAY_END:
            capital = typed[end : end + 3].strip()[:1].isupper()
            ends = "." if typed[end : end + 1].isspace() and (capital or not _GOES_ON.match(plain, end)) else None
        if kind == "mark" and raw == "-" and _inside_word(plain, start):
            continue
        if kind == "mark" and raw == "." and ends is None:
            continue
        yield token, ends
        previous = token


_DOSED = re.compile(r"([a-z]{2,})(\d+)$")
_GOES_ON = re.compile(r"\s+(?:of|and|on|with|ago|for|apart|later|back|now|since|\d|[-,(])")
_NEXT_READING = re.compile(
    r"\s+(?:[A-Z][a-z]+\.?\s+(?:\d{4}|\d\d)\s*:?\s*)?(?:FVC|DLCO|TLCO|HRCT|CT|PFT|VC|KCO|Now|She|He|The|Patient)\b",
    re.I,
)
_MONTHS_CUT_SHORT = frozenset({"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"})
_LEADS_TO_A_MONTH = re.compile(
    r"[\w%)\],][ ]+"
    r"(?:(?:in|since|from|to|until|till|til|by|for|before|after|than|of|last|this|and|vs|-|→|->|(?:19|20)\d\d)[ ]+"
    r"|[a-z]{3,}[-/→])$",
    re.I,
)
_OPENS_WITH_A_SUBJECT = re.compile(
    r"\s+(?:the|she|he|we|they|it|this|her|his|fvc|dlco|tlco|pfts?|hrct|ct|scan|dysp\w+|sob|doe|breath\w*|no|now|"
    r"mmrc|nyha|mrc|imaging|spo2|sats|can|could|should|would|what|which|is|are|do|does)\b",
    re.I,
)
_LEAD_LENGTH = 12


def _closes_with_a_month(typed: str, month: int, end: int) -> bool:
    """ "FVC fell from Jan to Oct. HRCT unchanged" ends there; "In Jan. FVC was 70", "Oct. 2026" go on."""
    if not typed[end : end + 1].isspace():
        return False
    if _A_DRUG_NEXT.match(typed, end):
        return True  # "next is Jan. Methotrexate was stopped"
    opens = typed[end:].lstrip()[:1].isupper() or _OPENS_WITH_A_SUBJECT.match(typed, end) is not None
    return opens and _LEADS_TO_A_MONTH.search(typed[max(0, month - _LEAD_LENGTH) : month]) is not None


_A_DRUG_NEXT = re.compile(r"\s+(?!(?:FVC|DLCO|TLCO|HRCT|CT|PFTs?|VC|KCO|The)\b)[A-Z][a-z]{3,}")


_MAY_END = frozenset({"g", "d", "min", "max", "hr", "hrs", "h", "no", "mo", "mos", "wk", "wks", "yr", "yrs"})


def _words(raw: str, start: int) -> Iterator[Token]:
    text = raw[:-2] if raw.endswith("'s") else raw
    text = text.replace("'", "")
    glued = GLUED.match(text) or _DOSED.match(text)
    if glued and (glued.re is GLUED or glued.group(1) in SHORT_NAMES):
        middle = start + glued.end(1)
        yield Token(glued.group(1), start, middle, "word")
        yield Token(glued.group(2), middle, start + len(raw), "number")
    elif text:
        yield Token(corrected(text), start, start + len(raw), "word")


def _boundary(plain: str, token: Token, previous: Token | None) -> str | None:
    after = plain[token.end : token.end + 1]
    if token.text == "!" and after == ")":
        return None  # "TAC (the CT scan!) without changes"
    if token.text in ";!":
        return token.text
    if token.text == "?":
        before = plain[token.start - 1 : token.start]
        queries = after.isalnum() and not before.isalnum()
        return None if queries else "?"
    if token.text in "•|":
        return "\n"
    if token.text != "." or (after and not after.isspace() and after not in ")\"'"):
        return None
    if previous is None:
        return None
    if previous.text == "no" and not plain[token.end : token.end + 3].strip()[:1].isdigit():
        return "."  # "no. unchanged" answers; "no. 3" counts
    if previous.text == "a" and plain[previous.start - 2 : previous.start] == "n/":
        return "."  # "n/a." ends a sentence
    dotted = previous.end - previous.start == 1 and plain[previous.start - 1 : previous.start] == "."
    if dotted and not _SENTENCE.match(plain, token.end):
        return None  # "i.v. 6 cycles"
    if previous.end == token.start and previous.text in ABBREVIATIONS and not _names_the_drug(plain, previous):
        return None
    line_start = plain.rfind("\n", 0, previous.start) + 1
    if previous.kind == "number" and not plain[line_start : previous.start].strip():
        return None
    return "."


_SENTENCE = re.compile(r"\s*(?:$|\n|(?:the|she|he|we|they|it|this|that|her|his|fvc|ct|hrct|breathing|no)\b)")


def _names_the_drug(plain: str, token: Token) -> bool:
    """ "on MMF and pred." ends a sentence; "72 % pred." need not."""
    lead = plain[max(0, token.start - 10) : token.start].rstrip(" (")
    return token.text == "pred" and not (lead[-1:].isdigit() or lead.endswith(("%", "of", "percent")))


def _line_end(plain: str, at: int) -> int:
    """Where the line before a line end stops, without the blanks at its end."""
    while at > 0 and plain[at - 1].isspace() and plain[at - 1] != "\n":
        at -= 1
    return at


_UNTIL_TODAY = re.compile(r"(?:now|present|today|ongoing|current|date)\b")


def _inside_word(plain: str, at: int) -> bool:
    left, right = plain[at - 1 : at], plain[at + 1 : at + 2]
    if left.isdigit() and _UNTIL_TODAY.match(plain, at + 1):
        return False  # "2023-now"
    return left.isalnum() and right.isalnum() and not (left.isdigit() and right.isdigit())


_DIGITS = frozenset({"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve"})


def _spoken_numbers(tokens: list[Token]) -> Iterator[Token]:
    """Dictated numbers become numbers: "seventy one" is 71."""
    at = 0
    while at < len(tokens):
        token = tokens[at]
        spoken = [other.text for other in tokens[at : at + 3]]
        if spoken[1:2] == ["point"] and spoken[0] in _DIGITS and spoken[2:] and spoken[2] in _DIGITS:
            decimal = f"{NUMBER_WORDS[spoken[0]]:g}.{NUMBER_WORDS[spoken[2]]:g}"  # "seven point five"
            yield Token(decimal, token.start, tokens[at + 2].end, "number")
            at += len(spoken)
            continue
        if token.text not in TENS:
            yield token
            at += 1
            continue
        value, last = TENS[token.text], token
        unit = tokens[at + 1] if at + 1 < len(tokens) else None
        if (
            unit is not None
            and 0 < NUMBER_WORDS.get(unit.text, 0) < 10
            and unit.text not in ("a", "an", "few", "half", "couple", "several")
        ):
            value, last = value + NUMBER_WORDS[unit.text], unit
            at += 1
        yield Token(f"{value:g}", token.start, last.end, "number")
        at += 1


_NO_FILLERS = frozenset({(("clear",), "of"), (("clear",), "from"), (("further",), "before")})


def _goes(tokens: list[Token], at: int) -> bool:
    """ "Walks further": a distance; in "declined further" the word carries no fact."""
    return at > 0 and tokens[at - 1].text in _ON_FOOT


_ON_FOOT = frozenset({"walk", "walks", "walking", "walked"})


def _without_fillers(tokens: list[Token]) -> Iterator[Token]:
    """Drops words that carry no fact ("a bit", "quite", "please"), so that they can stand anywhere."""
    at = 0
    while at < len(tokens):
        text = tokens[at].text
        for phrase in FILLERS.get(text, ()):
            following = tokens[at + len(phrase)].text if at + len(phrase) < len(tokens) else ""
            if (
                (phrase, following) in _NO_FILLERS
                or (phrase, following) == (("further",), "loss")
                or (phrase == ("further",) and _goes(tokens, at))
            ):
                continue
            if tuple(token.text for token in tokens[at : at + len(phrase)]) == phrase:
                at += len(phrase)
                break
        else:
            more = text == "further" and at + 1 < len(tokens) and tokens[at + 1].text == "loss"
            yield replace(tokens[at], text="increased") if more else tokens[at]
            at += 1
