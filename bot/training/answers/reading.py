"""An answer as sentences, and the "yes" or "no" that stands alone in it: first, after "so", or as a second thought."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.language.lexicon import Lexicon, Mark, expand
from bot.language.text import Sentence, Token, sentences
from bot.training.answers.spelling import mended
from bot.training.library import split_phrases
from bot.training.vocabulary import load

SHARED = {name: split_phrases(str(text)) for name, text in load("answers").table("shared").items()}

_VERDICTS = Lexicon().add_all("verdict", {"yes": SHARED["affirm"], "no": SHARED["deny"]})
_OPENERS = Lexicon().add_all("opener", {True: SHARED["openers"]})
_CONCLUDING = Lexicon().add_all("cue", {True: SHARED["concluding"]})
_CORRECTING = Lexicon().add_all("cue", {True: SHARED["correcting"]})
_FOLLOWING = frozenset(SHARED["after_a_verdict"]) | frozenset((",", ":", "-", "(", ")", "/"))

_ENDS = r"(?=\s*(?:[,;.)\n/]|$|=>|->|→))"
_ENDS_AFTER_MINUS = r"(?=\s*(?:[,;.)\n]|$)|\s+(?:=>|->|→))"
_THEN = r"(?=\s*(?:[,.:;!(-]|$)|\s+(?:because|since|as|so|but|given|although|if)\b)"
_SHORT = {short: str(words) for short, words in load("answers").table("short").items()}
_NEGATED_TWICE = re.compile(  # "I don't think it isn't met"
    r"\b(?:i |we )?(?:don['’]?t|do not|can['’]?t|cannot|wouldn['’]?t|would not) (?:think|say|believe|claim|argue) "
    r"(?:that )?((?:\w+ ){1,3})(?:isn['’]?t|is not|aren['’]?t|are not|wasn['’]?t|was not) ",
    re.I,
)
_RESPELLED = (
    (re.compile(r"\brather than\b", re.I), "instead of"),  # "rather" is left out elsewhere
    (re.compile(r"[✓✔☑]|(?<=\w) ?\+" + _ENDS), " yes"),
    (re.compile(r"[✗✘☒]|(?<=\w) [-–]" + _ENDS_AFTER_MINUS), " no"),
    (re.compile(r"(?<=[(,])\s*[-–](?=[a-z])", re.I), " no "),  # "(-RTX, -CYC)"
    (re.compile(r"\b(no|yes)\.+(?=\s|$)", re.I), r"\1,"),  # "no." is an abbreviation elsewhere; here it is an answer
    (
        re.compile(
            r"(?:^|(?<=[.!;]))\s*(?:definitely|certainly|clearly|indeed|evidently|obviously|naturally)" + _THEN, re.I
        ),
        " yes",
    ),
    (re.compile(r"(?:^|(?<=[.!;]))\s*not (?:really|quite|truly)" + _THEN, re.I), " no"),
    (re.compile(r"\?\s+(?=(?:no|yes|nope|yep)\b)", re.I), ": "),  # "rapid? no"
    (re.compile(r",? (?:isn['’]?t it|doesn['’]?t it|aren['’]?t they|innit)\b\??", re.I), ""),  # "it's rapid, isn't it"
    (re.compile(r"(?<=[a-z])[-–](?=\s*(?:[,;.)/]|$))", re.I), " no"),  # "symptoms+/CT+/FVC-"
    (re.compile(r"(?<=\w) n (?=\w)", re.I), " and "),  # "FVC n DLCO"
    (re.compile(r"(?<=\w) ?(?:=|↔|→|->) ?(?=[,;.)]|$)"), " unchanged"),  # "CT ="
    (re.compile(r"(?<=\w) \?+(?=\s*(?:[,;.)]|$))"), " unknown"),  # "FVC ?"
    (_NEGATED_TWICE, r"\1is "),
    (re.compile(r"\bas well as\b", re.I), "and"),
    (re.compile(r"\bthough\b", re.I), "although"),
    (re.compile(r"\bclinically\b", re.I), "clinical"),  # left out elsewhere; here it names symptoms
    (re.compile(r"\b(?:certainly|definitely|clearly|really|rather|obviously|surely) not\b", re.I), "absolutely not"),
)
_QUOTES = "\"'“”„«» "
_PREAMBLE = re.compile(
    r"^\s*(?:(?:well|hm+|ok|okay|oh|ah|um|uh|er)\b[\s,.:;!-]*)*"
    r"(?:(?:i(?:'|’)?d|i would|i) (?:say|think|believe|guess|suppose|answer|reckon)\b(?! (?:so|not)\b)[\s,:]*(?:that )?"
    r"|(?:in|from) my (?:view|opinion|eyes|point of view)[\s,:]*|my answer(?: is)?[\s,:]+)?",
    re.I,
)
_SUMMING_UP = frozenset({"only", "just", "alone", "three", "3", "criterion", "criteria", "enough"})
LONGEST = 1000
"""In a text longer than any answer nothing is looked for that was taken back."""
# "Add CsA, no sorry, she is on tac, so CsA instead of tac", "RTX, sorry, I mean CYC": the last word holds.
_CUE = r"(?:no,? (?:sorry|wait)|wait|sorry|scratch that|correction|hang on)"
_TAKEN_BACK = re.compile(rf"^.*\b{_CUE}\b.*?(?:\b(?:so|hence|therefore|thus)\b|=>|->|→)[\s,:]+(?=\w.*\w)", re.I | re.S)
_REWORDED = re.compile(rf"[^,;.]+[,.… -]+{_CUE}[,.… -]+i mean\b[\s,:]*", re.I)
_WRITTEN_SHORT = re.compile(rf"(?<![\w/])(?:{'|'.join(map(re.escape, _SHORT))})(?![\w/])", re.I)
_WHOLE = {
    " ".join(words): value
    for value, group in (("yes", "affirm"), ("no", "deny"))
    for phrase in SHARED[group]
    for words in expand(phrase)
}


@dataclass(frozen=True)
class Verdict:
    """A "yes" or "no" that stands alone: its sentence and its tokens there, `first` up to, not including, `last`."""

    value: str
    sentence: int
    first: int
    last: int
    decides: bool  # a conclusion or a second thought outweighs what was said first


def read_sentences(text: str) -> list[Sentence]:
    """Return the sentences of an answer, typing errors in the words of answers mended."""
    text = _PREAMBLE.sub("", text.strip(_QUOTES))
    if len(text) < LONGEST:
        text = _REWORDED.sub(" ", _TAKEN_BACK.sub("", text))
    text = _WRITTEN_SHORT.sub(lambda found: f"{_SHORT[found.group().lower()]} ", text)
    for pattern, respelled in _RESPELLED:
        text = pattern.sub(respelled, text)
    return [_mended(sentence) for sentence in sentences(text)[0]]


def _mended(sentence: Sentence) -> Sentence:
    tokens = tuple(replace(token, text=mended(token.text)) for token in sentence.tokens)
    return replace(sentence, tokens=tokens, texts=tuple(token.text for token in tokens))


def verdicts(found: Sequence[Sentence]) -> list[Verdict]:
    """Return what stands alone as "yes" or "no", in its order."""
    standing: list[Verdict] = []
    for at, sentence in enumerate(found):
        tokens = sentence.tokens
        second_thought = False
        start = 0
        for mark in _VERDICTS.scan(tokens):
            before = tokens[start : mark.first]
            second_thought = second_thought or bool(_CORRECTING.scan(before))
            last = at == len(found) - 1 and _is_last_word(tokens, mark)
            decides = last or _ends_with_a_cue(before) or (second_thought and _only_openers(before))
            begins = mark.first == 0 and tokens[0].text in ("yes", "nope", "nah")
            if begins or ((decides or _only_openers(before)) and _stands_alone(tokens, mark.last)):
                standing.append(Verdict(str(mark.value), at, mark.first, mark.last, decides))
                start = mark.last
    return standing


def _is_last_word(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "One is not enough, no", "symptoms only: no", but not "if stable will do, no; if not, yes"."""
    if mark.last < len(tokens) or not mark.first or tokens[0].text in ("if", "otherwise"):
        return False
    before = {token.text for token in tokens[max(0, mark.first - 4) : mark.first]}
    stop = tokens[mark.first - 1].text
    return stop == "," or (stop in (":", "-") and bool(before & _SUMMING_UP))


def _only_openers(tokens: Sequence[Token]) -> bool:
    """Whether nothing but "well, I would say" stands before."""
    covered = sum(mark.last - mark.first for lexicon in (_OPENERS, _CORRECTING) for mark in lexicon.scan(tokens))
    return covered + sum(token.text in _FOLLOWING for token in tokens) >= len(tokens)


def _ends_with_a_cue(tokens: Sequence[Token]) -> bool:
    """Whether "so", "hence", "->" stands right before."""
    marks = _CONCLUDING.scan(tokens)
    return bool(marks) and _only_openers(tokens[marks[-1].last :])


def _stands_alone(tokens: Sequence[Token], at: int) -> bool:
    return at >= len(tokens) or tokens[at].text in _FOLLOWING


def verdict_of(text: str) -> str | None:
    """Return "yes" or "no" where it stands alone: the last one that decides, else the first of all."""
    plain = re.sub(r"[^a-z0-9 ]", "", _PREAMBLE.sub("", text.strip(_QUOTES)).lower()).strip()
    if plain in _WHOLE:  # some of these words carry no fact elsewhere, and are left out of sentences
        return _WHOLE[plain]
    if last := concluded(text):
        return last
    found = verdicts(read_sentences(text))
    return next((verdict.value for verdict in found), None)


def begins_with(text: str) -> str | None:
    """Return the "yes" or "no" that an answer begins with, of which nothing else could be read."""
    found = read_sentences(text)
    first = found[0].tokens[0].text if found and found[0].tokens else ""
    return first if first in ("yes", "no") else None


def concluded(text: str) -> str | None:
    """Return the "yes" or "no" that an answer comes to: after "so", as a second thought, or as its last word."""
    found = verdicts(read_sentences(text))
    deciding = [verdict.value for verdict in found if verdict.decides]
    return deciding[-1] if deciding else None
