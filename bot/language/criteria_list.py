"""Several PPF criteria answered in one list: "1 and 3 yes, 2 no", "all three", "only the first"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.language.case_state import CRITERIA
from bot.language.lexicon import Lexicon, Mark
from bot.language.lungs import SIGNS
from bot.language.pieces import Piece
from bot.language.text import Token
from bot.language.times import When
from bot.language.vocabulary import load, words

_LIST = load("replies")["criteria_list"]
_LEXICON = Lexicon()
_LEXICON.add_all("item", _LIST["items"])
_LEXICON.add_all("item", {"all": _LIST["all"]})
_LEXICON.add_all("verdict", {True: _LIST["yes"], False: _LIST["no"]})
_LEXICON.add_all("denial", {False: _LIST["denials"]})
_LEXICON.add_all("except", {"except": _LIST["except"]})
_LEXICON.add_all("none", {"none": _LIST["none"]})
_LEXICON.add_all("only", {"only": _LIST["only"]})
_LEXICON.add_all("rest", {"rest": _LIST["rest"]})
_COUNT = Lexicon().add_all("count", {True: load("replies")["criteria_count"]["yes"]})
_COUNT.add_all("count", {False: load("replies")["criteria_count"]["no"]})
_GLUE = words("criteria_list", "glue")
_TESTS = words("criteria_list", "tests")
_JOINS = frozenset({"and", "/", "&", "+", "plus"})
_BREAKS = frozenset({",", ";", "but", "while"})
_LONGEST = 30
_SHORT = 12


def told(tokens: Sequence[Token], whens: Iterable[When]) -> dict[str, bool] | None:
    """Which criteria a list calls met and which not; None where the sentence tells something else of them."""
    if len(tokens) > _LONGEST:
        return None
    row = _row(tokens, whens)
    if row is None or not any(piece.kind in ("item", "none") for piece in row) or _of_tests(tokens, row):
        return None
    verdicts = _Verdicts()
    for at, piece in enumerate(row):
        verdicts.take(piece, row[at + 1].kind if at + 1 < len(row) else "")
    return verdicts.settled()


def count(tokens: Sequence[Token]) -> Mark | None:
    """ "Two of three" makes the definition, "only one of them" does not."""
    return next(iter(_COUNT.scan(tokens)), None) if len(tokens) <= _SHORT else None


def _row(tokens: Sequence[Token], whens: Iterable[When]) -> list[Mark] | None:
    """Criteria, verdicts and separators in a row; None where a part that names a criterion says more of it."""
    timed = {index for when in whens for index in range(when.first, when.last)}
    counted = {mark.first: mark for mark in _COUNT.scan(tokens)}
    marks = {mark.first: mark for mark in _LEXICON.scan(tokens)} | counted
    row: list[Mark] = []
    part: list[Mark] = []
    foreign = aside = False
    at = 0
    while at < len(tokens):
        text, mark = tokens[at].text, marks.get(at)
        aside = (aside or text == "(") and text != ")"
        last = at + 1
        if aside or text == ")" or at in timed:
            pass
        elif mark is not None:
            part += [] if mark.kind == "count" else [mark]
            last = mark.last
        elif text in _BREAKS:
            if foreign and _names_criteria(part):
                return None
            row += [*([] if foreign else part), Mark("break", text, at, last)]
            part, foreign = [], False
        elif text in _JOINS:
            part.append(Mark("join", text, at, last))
        else:
            foreign = foreign or text not in _GLUE
        at = last
    if foreign and _names_criteria(part):
        return None
    return row + ([] if foreign else part)


def _names_criteria(part: Sequence[Mark]) -> bool:
    return any(piece.kind in ("item", "none", "rest") for piece in part)


def _of_tests(tokens: Sequence[Token], row: Sequence[Mark]) -> bool:
    """ "No CT, no PFTs" says that tests are missing, "CT" by itself nothing: neither judges a criterion."""
    named = [piece for piece in row if piece.kind == "item"]
    missing = any(
        piece.first and tokens[piece.first - 1].text in ("no", "without") and tokens[piece.first].text in _TESTS
        for piece in named
    )
    judged = any(piece.kind != "item" for piece in row) or (named and named[0].value == "all")
    return missing or not judged


_MEASURES = Lexicon().add_all("measure", {True: _LIST["measures"]})
_PLAIN = Lexicon()
_PLAIN.add_all("verdict", {True: _LIST["yes"], False: _LIST["no"]})
_PLAIN.add_all("verdict", {False: _LIST["denials"]})
_PAIR = 2


def of_measures(tokens: Sequence[Token]) -> bool | None:
    """ "FVC yes, DLCO no" reaches the threshold of criterion 2, "FVC no, DLCO no" does not; one "no" leaves it open."""
    measures, verdicts = _MEASURES.scan(tokens), _PLAIN.scan(tokens)
    inside = {index for mark in [*measures, *verdicts] for index in range(mark.first, mark.last)}
    rest = (token.text for at, token in enumerate(tokens) if at not in inside)
    if not measures or not verdicts or any(text not in _GLUE | _JOINS | _BREAKS | {"yes"} for text in rest):
        return None
    if any(mark.value for mark in verdicts):
        return True
    return False if len(measures) == _PAIR else None


def only_signs(tokens: Sequence[Token], row: Sequence[Piece]) -> bool:
    """ "Traction and reticulation": signs of fibrosis and nothing else."""
    signs = [piece for piece in row if piece.role == "subject" and piece.value in SIGNS]
    inside = {index for piece in signs for index in range(piece.first, piece.last)}
    light = _JOINS | {",", "mainly", "mostly", "also", "yes", "of", "the"}
    return bool(signs) and all(at in inside or token.text in light for at, token in enumerate(tokens))


class _Verdicts:
    """Groups of criteria, each with the verdict that stands before or behind it; met, where there is none."""

    def __init__(self) -> None:
        self.found: dict[str, bool] = {}
        self.group: list[str] = []
        self.ahead: bool | None = None
        self.before = ""
        self.joined = self.ended = self.only = self.rest = False

    def take(self, piece: Mark, following: str) -> None:
        if piece.kind == "join":
            self.joined = True
        elif piece.kind == "break":
            self.ended = self.joined and len(self.group) > 1
        elif piece.kind == "none":
            self.found.update(dict.fromkeys(CRITERIA, False))
        elif piece.kind == "except":
            self.found.update(dict.fromkeys(CRITERIA, True))
            self.ahead = False
        elif piece.kind == "only":
            self.only, self.ahead = True, None
        elif piece.kind == "rest":
            self._close(None)
            self.rest = True
        elif piece.kind == "item":
            if self.ended:
                self._close(None)
            self.group += CRITERIA if piece.value == "all" else [str(piece.value)]
        else:
            self._verdict(piece, following)
        self.before = piece.kind

    def _verdict(self, piece: Mark, following: str) -> None:
        """ "2 no", but "not 2": a verdict reaches back, unless it opens a part or has another one ahead of it."""
        if self.rest:
            self._judge_rest(bool(piece.value))
            return
        opens = piece.kind == "denial" or self.before in ("break", "join") or self.ahead is not None
        if self.group and not (following == "item" and opens):
            self._close(bool(piece.value))
            return
        self._close(None)
        self.ahead = bool(piece.value)

    def _judge_rest(self, met: bool) -> None:
        self.found.update({slot: met for slot in CRITERIA if slot not in self.found})
        self.rest = False

    def _close(self, verdict: bool | None) -> None:
        if self.group:
            said = verdict if verdict is not None else self.ahead if self.ahead is not None else True
            self.found.update(dict.fromkeys(self.group, said))
            self.ahead = None
        self.group, self.ended, self.joined = [], False, False

    def settled(self) -> dict[str, bool] | None:
        self._close(None)
        if self.rest and self.ahead is not None:
            self._judge_rest(self.ahead)
        if self.only and self.found:
            self._judge_rest(not any(self.found.values()))
        return self.found or None
