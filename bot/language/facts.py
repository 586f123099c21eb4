"""Disease, PPF as a word, rapid progression, patient features, and whether stability is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Sentence, Token
from bot.language.times import When, today_in_months
from bot.language.vocabulary import load, words

_FACTS = load("facts")

DISEASES = Lexicon().add_all("disease", _FACTS["diseases"])
FEATURES = Lexicon().add_all("feature", _FACTS["features"])
STABILITY = (
    Lexicon()
    .add_all("steady", {True: _FACTS["stability"]["steady"]})
    .add_all("refused", {True: _FACTS["stability"]["refused"]})
    .add_all("accepted", {True: _FACTS["stability"]["accepted"]})
)
_PPF = Lexicon().add_all("ppf", {True: _FACTS["ppf"]["named"]})
_FAMILY = Lexicon().add_all("family", {True: _FACTS["family"]})


def _cues(**groups: Iterable[str]) -> Lexicon:
    return Lexicon().add_all("cue", groups)


_DISEASE_BEFORE = _cues(denied=_FACTS["disease_denied_before"], beside=_FACTS["disease_beside"])
_DISEASE_AFTER = _cues(denied=_FACTS["disease_denied_after"])
_PPF_CUES = _cues(denied=_FACTS["ppf"]["denied"], asserted=_FACTS["ppf"]["asserted"], doubted=_FACTS["ppf"]["doubted"])
_RAPID = _cues(stated=_FACTS["rapid"]["stated"], support=_FACTS["rapid"]["support"], need=_FACTS["rapid"]["need"])
_RAPID_CUES = _cues(denied=_FACTS["rapid"]["denied"], doubted=_FACTS["rapid"]["doubted"])
_RAPID_TIME = _cues(acute=_FACTS["rapid"]["acute"], worsening=_FACTS["rapid"]["worsening"])
_FEATURE_BEFORE = _cues(denied=_FACTS["feature_denied_before"])
_FEATURE_AFTER = _cues(denied=_FACTS["feature_denied_after"])
_KEEPS_PAST = frozenset(_FACTS["feature_keeps_past"])
CLAUSE_ENDS = words("facts", "clause_ends")
_MONTHS_OF_A_YEAR = 12.5
_RAPID_MONTHS = 3.1


def clause(tokens: Sequence[Token], first: int, last: int, ends: frozenset[str] = CLAUSE_ENDS) -> tuple[int, int]:
    """The part of a sentence between commas and "but" that holds the tokens `first` to `last`."""
    begin, end = first, last
    while begin > 0 and tokens[begin - 1].text not in ends:
        begin -= 1
    while end < len(tokens) and tokens[end].text not in ends:
        end += 1
    return begin, end


def _near(tokens: Sequence[Token], lexicon: Lexicon, reach: int) -> str | None:
    """The last cue within `reach` tokens of the end."""
    part = tokens[-reach:] if reach else tokens
    marks = lexicon.scan(part)
    return str(marks[-1].value) if marks else None


def diseases(tokens: Sequence[Token]) -> list[tuple[Mark, str]]:
    """Every disease with how it is said: stated, denied, beside (a comorbidity) or family."""
    found = []
    families = [mark.first for mark in _FAMILY.scan(tokens)]
    for mark in DISEASES.scan(tokens):
        if mark.value == "none":
            continue
        begin, end = clause(tokens, mark.first, mark.last)
        before, after = tokens[begin : mark.first], tokens[mark.last : min(end, mark.last + 2)]
        how = "stated"
        if any(
            index < mark.first and mark.first - index <= 8 and not _patient_between(tokens, index, mark.first)
            for index in families
        ):
            how = "family"
        elif _negated(before) or (_DISEASE_AFTER.scan(after) and not _starts_with_ild(after)):
            how = "denied"
        elif mark.value != "iim" and _near(before, _DISEASE_BEFORE, 4) == "beside":
            how = "beside"
        found.append((mark, how))
    return found


def _patient_between(tokens: Sequence[Token], start: int, end: int) -> bool:
    return any(token.text in ("patient", "pt", "herself", "himself", "mine") for token in tokens[start:end])


def _starts_with_ild(after: Sequence[Token]) -> bool:
    return bool(after) and after[0].text in ("ild",)


def _negated(before: Sequence[Token]) -> bool:
    return _near(before, _DISEASE_BEFORE, 4) == "denied" and not any(
        token.text in ("with", "has") for token in before[-2:]
    )


def ppf_marks(tokens: Sequence[Token]) -> list[Mark]:
    return _PPF.scan(tokens)


def ppf(sentence: Sentence, whens: Sequence[When], named: Sequence[Mark] = ()) -> list[tuple[Mark, str]]:
    """PPF as a word: yes, no, past (a label more than a year old) or doubted; `named` are criteria with a verdict."""
    tokens = sentence.tokens
    found = []
    for mark in _PPF.scan(tokens):
        if any(name.first - 1 <= mark.last <= name.first or name.first < mark.first <= name.last + 2 for name in named):
            continue
        begin, end = clause(tokens, mark.first, mark.last, frozenset({",", "but", "however", ";"}))
        before, after = tokens[begin : mark.first], tokens[mark.last : end]
        if _only_criteria(before, after) or _heading(after):
            found.append((mark, "doubted"))
            continue
        cues = [str(cue.value) for cue in (*_PPF_CUES.scan(before), *_PPF_CUES.scan(after))]
        bare_question = sentence.asks and end == len(tokens)
        if any(cue == "denied" for cue in cues) and not bare_question:
            value = "no"
        elif (
            bare_question
            or (cues and "doubted" in cues and "asserted" not in cues)
            or ("doubted" in cues and not _asserted_by_meeting(cues, after))
        ):
            value = "doubted"
        else:
            value = "yes"
        if value == "yes" and _old(tokens, whens, begin, end):
            value = "past"
        found.append((mark, value))
    return found


def _heading(after: Sequence[Token]) -> bool:
    """ "PPF: symptoms worse" says a criterion under a heading; "PPF: yes" says PPF."""
    return len(after) > 1 and after[0].text == ":" and after[1].text in _CRITERION_WORDS


_CRITERION_WORDS = frozenset({"symptoms", "symptom", "physiology", "radiology", "fvc", "dlco", "tlco", "ct", "hrct"})


def _only_criteria(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """ "PPF criteria: ..." opens a list, "one PPF criterion met" says too little; "meets PPF criteria" counts."""
    if not after or after[0].text not in (
        "criteria",
        "criterion",
        "work",
        "assessment",
        "checklist",
        "definition",
        "status",
        "question",
    ):
        return False
    if any(token.text in ("one", "1", "single") for token in before[-4:]):
        return True
    verbs = {
        "meet",
        "meets",
        "met",
        "meeting",
        "fulfil",
        "fulfils",
        "fulfill",
        "fulfills",
        "fulfilled",
        "satisfy",
        "satisfies",
        "satisfied",
        "reached",
        "reaches",
    }
    return not any(token.text in verbs for token in (*before[-6:], *after[1:4]))


def _asserted_by_meeting(cues: Sequence[str], after: Sequence[Token]) -> bool:
    """ "meets criteria for PPF": `criteria` doubts alone, but not beside a verb that asserts."""
    return "asserted" in cues and not any(token.text in ("whether", "if", "?") for token in after)


def _old(tokens: Sequence[Token], whens: Sequence[When], begin: int, end: int) -> bool:
    for when in whens:
        if not begin <= when.first < end or when.lead == "since":
            continue
        if when.kind == "ago" and when.months > 12:
            return True
        if when.kind == "date" and today_in_months() - when.months > _MONTHS_OF_A_YEAR:
            return True
    return False


def rapid_marks(tokens: Sequence[Token]) -> list[Mark]:
    """ "Rapidly progressive" as a name of the state, which tells no course of its own."""
    named = {"progressive", "progression", "rpild", "rp"}
    return [
        mark
        for mark in _RAPID.scan(tokens)
        if mark.value == "stated" and named & {token.text for token in tokens[mark.first : mark.last]}
    ]


def only_asked(sentence: Sentence) -> bool:
    """ "Sarcoidosis?", "do you cover scleroderma?": asks about a disease in general, of nobody."""
    general = bool(sentence.texts) and sentence.texts[0] in _GENERAL_QUESTIONS
    return (
        (general or (sentence.asks and len(sentence.texts) <= 3))
        and not any(text in _SOMEBODY for text in sentence.texts)
        and len(sentence.texts) <= 12
    )


_GENERAL_QUESTIONS = words("facts", "general_questions")
_SOMEBODY = words("facts", "somebody")


def rapid(tokens: Sequence[Token], whens: Sequence[When], asks: bool, opens_question: bool) -> Rapid:
    """What one sentence says towards rapid progression; doubts, worries and past episodes give nothing."""
    marks = list(_RAPID.scan(tokens))
    times = _RAPID_TIME.scan(tokens)
    windows = [when.months for when in whens if when.kind in ("window", "ago")]
    recent = any(0 < months <= _RAPID_MONTHS for months in windows) or any(mark.value == "acute" for mark in times)
    old = any(when.kind == "date" and when.lead != "since" and _months_since(when) > _RAPID_MONTHS for when in whens)
    old = old or any(when.kind == "ago" and when.months > _RAPID_MONTHS for when in whens)
    stated: bool | None = None
    said: Mark | None = None
    support: Mark | None = None
    for mark in marks:
        begin, end = clause(tokens, mark.first, mark.last)
        before, after = tokens[begin : mark.first], tokens[mark.last : end]
        cue = _near(before, _RAPID_CUES, 6) or _after_cue(after)
        if mark.value == "stated":
            if cue == "denied" and not opens_question:
                stated, said = stated or False, mark
            elif cue is None and not asks and not old and not any(token.text == "was" for token in before[-3:]):
                stated, said = True, mark
        elif cue is None and not opens_question and not (old and not recent):
            support = mark
    support = support or _more_litres(tokens)
    worsening = any(mark.value == "worsening" for mark in times) or any(
        _rising(tokens[mark.first : mark.last]) for mark in marks if mark.value in ("need", "support")
    )
    return Rapid(stated, said, support, worsening, recent, old)


def _rising(tokens: Sequence[Token]) -> bool:
    """True for oxygen that is new or rising and for failure of breathing; not for "2 L O2" or a stay on the ICU."""
    return any(token.text in _RISING for token in tokens)


_RISING = words("facts", "rising")


def _more_litres(tokens: Sequence[Token]) -> Mark | None:
    """ "O2 0 -> 8 L"."""
    for at in range(len(tokens) - 4):
        first, arrow, second, unit = tokens[at + 1 : at + 5]
        if (
            tokens[at].text in ("o2", "oxygen")
            and first.kind == second.kind == "number"
            and arrow.text in ("->", "→", "to", ">")
            and unit.text in ("l", "litres")
        ):
            return Mark("cue", "need", at, at + 5) if second.number > first.number else None
    return None


def _after_cue(after: Sequence[Token]) -> str | None:
    return next((str(mark.value) for mark in _RAPID_CUES.scan(after[:5])), None)


def _months_since(when: When) -> float:
    return today_in_months() - when.months


@dataclass(frozen=True)
class Rapid:
    """Signs of rapid progression in one sentence: the word itself, oxygen or ventilation, worsening, a recent time."""

    stated: bool | None
    said: Mark | None
    support: Mark | None
    worsening: bool
    recent: bool
    old: bool = False


def features(tokens: Sequence[Token]) -> list[tuple[Mark, bool]]:
    """Features of the patient that a caution depends on; True where present, False where denied."""
    found = []
    families = [mark.first for mark in _FAMILY.scan(tokens)]
    for mark in FEATURES.scan(tokens):
        if any(index < mark.first and mark.first - index <= 6 for index in families):
            continue
        begin, end = clause(tokens, mark.first, mark.last)
        before, after = tokens[max(begin, mark.first - 4) : mark.first], tokens[mark.last : min(end, mark.last + 2)]
        past = mark.value not in _KEEPS_PAST and any(
            token.text in ("ex", "former", "previous", "past") for token in before[-2:]
        )
        denied = any(
            token.text not in ("ex", "former", "previous", "past")
            for cue in _FEATURE_BEFORE.scan(before)
            for token in before[cue.first : cue.last]
        )
        denied = denied or past or bool(_FEATURE_AFTER.scan(after))
        found.append((mark, not denied))
    return found


def age(tokens: Sequence[Token]) -> tuple[int, int, int] | None:
    """The patient's age with its tokens: "72F", "68 year old", "aged 70", "71 yo"."""
    for at, token in enumerate(tokens):
        if token.kind != "number" or not token.text.isdigit() or not 16 <= int(token.text) <= 105:
            continue
        after = [item.text for item in tokens[at + 1 : at + 4]]
        before = tokens[at - 1].text if at else ""
        glued = bool(after) and tokens[at + 1].start == token.end and after[0] in ("f", "m", "yo", "y", "yr", "w")
        old = after[:2] in (["years", "old"], ["year", "old"], ["yr", "old"], ["y", "o"], ["yrs", "old"]) or after[
            :3
        ] == ["y", "/", "o"]
        if glued and after[0] in ("m",) and after[1:2] == ["ago"]:
            continue
        if (
            old
            or before in ("aged", "age")
            or (glued and after[0] != "y")
            or (glued and after[1:2] in (["f"], ["m"], ["o"]))
            or after[:1] == ["yo"]
        ):
            return int(token.text), at, at + 2
    return None


def stability(sentence: Sentence) -> tuple[Mark, bool] | None:
    """Whether the clinician accepts "stable" as a goal met: a word for stability beside a judgement."""
    if sentence.asks or any(text in ("whether", "asks", "asked", "wonders", "wondering") for text in sentence.texts):
        return None
    marks = STABILITY.scan(sentence.tokens)
    steady = [mark for mark in marks if mark.kind == "steady"]
    judged = [mark for mark in marks if mark.kind in ("accepted", "refused")]
    if not steady or not judged:
        return None
    judged = [mark for mark in judged if _judges(sentence.tokens, mark)]
    if not judged:
        return None
    return judged[-1], _accepts(sentence.tokens, judged)


def judgement(sentence: Sentence) -> tuple[Mark, bool] | None:
    """The same without a word for stability: an answer to the question alone."""
    marks = [mark for mark in STABILITY.scan(sentence.tokens) if mark.kind in ("accepted", "refused")]
    if not marks or sentence.asks:
        return None
    return marks[-1], _accepts(sentence.tokens, marks)


def _accepts(tokens: Sequence[Token], judged: Sequence[Mark]) -> bool:
    """A refusal stays one; "not" before a word of acceptance turns it round."""
    if any(mark.kind == "refused" for mark in judged):
        return False
    last = judged[-1]
    return not any(token.text in _NOT for token in tokens[max(0, last.first - 6) : last.first])


_WEAK = words("facts", "weak")
_LINKING = words("facts", "linking")


def _judges(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "ok" and the like judge only behind a verb ("stable is ok"), not at the start of a message."""
    text = " ".join(token.text for token in tokens[mark.first : mark.last])
    return text not in _WEAK or (mark.first > 0 and tokens[mark.first - 1].text in _LINKING)


_NOT = words("facts", "not")


_HE = frozenset({"he", "his", "him", "himself"})
_SHE = frozenset({"she", "her", "hers", "herself"})


def gender(texts: Sequence[Sequence[str]]) -> str | None:
    """The pronoun of the patient in a long message, where one clearly prevails; None otherwise."""
    words = [word for sentence in texts for word in sentence]
    he, she = sum(word in _HE for word in words), sum(word in _SHE for word in words)
    if he >= 4 and he > 2 * she:
        return "he"
    return "she" if she >= 4 and she > 2 * he else None


def of_another(texts: Sequence[str], patient: str | None) -> bool:
    """A sentence that speaks of somebody of the other sex only."""
    if patient is None:
        return False
    own, other = (_HE, _SHE) if patient == "he" else (_SHE, _HE)
    return bool(other & set(texts)) and not own & set(texts)


_RELATIVES = words("facts", "relatives")


def of_relative(texts: Sequence[str]) -> bool:
    """ "Her mother is more breathless": a sentence whose subject is a relative."""
    return (
        len(texts) > 2 and texts[0] in ("her", "his", "the", "my") and texts[1] in _RELATIVES and texts[2] not in _TELLS
    )


_TELLS = words("facts", "tells")
_ANTIBODIES = words("facts", "antibodies")


def is_disease_name(tokens: Sequence[Token]) -> bool:
    return not any(token.text in _ANTIBODIES for token in tokens)
