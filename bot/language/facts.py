"""Disease and features of the patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Sentence, Token
from bot.language.vocabulary import load, words

_FACTS = load("facts")

DISEASES = Lexicon().add_all("disease", _FACTS["diseases"])
FEATURES = Lexicon().add_all("feature", _FACTS["features"])
_FAMILY = Lexicon().add_all("family", {"False": _FACTS["family_not"], "True": _FACTS["family"]})


def cues(**groups: Iterable[str]) -> Lexicon:
    return Lexicon().add_all("cue", groups)


_DISEASE_BEFORE = cues(denied=_FACTS["disease_denied_before"], beside=_FACTS["disease_beside"])
_DISEASE_AFTER = cues(denied=_FACTS["disease_denied_after"])
_DISEASE_LATER = cues(denied=_FACTS["disease_denied_later"])
_DISEASE_QUERIED = cues(queried=_FACTS["disease_queried"])
_DISEASE_FINAL = cues(final=_FACTS["disease_final"])
_ANSWER_ON_DISEASE = cues(yes=_FACTS["disease_answered"]["yes"], no=_FACTS["disease_answered"]["no"])
_DISEASE_IDENTITY = cues(identity=_FACTS["disease_identity"])
_FEATURE_BEFORE = cues(denied=_FACTS["feature_denied_before"])
_FEATURE_AFTER = cues(denied=_FACTS["feature_denied_after"])
_KEEPS_PAST = frozenset(_FACTS["feature_keeps_past"])
CLAUSE_ENDS = words("facts", "clause_ends")


def clause(tokens: Sequence[Token], first: int, last: int, ends: frozenset[str] = CLAUSE_ENDS) -> tuple[int, int]:
    """The part of a sentence between commas and "but" that holds the tokens `first` to `last`."""
    begin, end = first, last
    while begin > 0 and tokens[begin - 1].text not in ends:
        begin -= 1
    while end < len(tokens) and tokens[end].text not in ends:
        end += 1
    return begin, end


def near(tokens: Sequence[Token], lexicon: Lexicon, reach: int) -> str | None:
    """The last cue within `reach` tokens of the end."""
    part = tokens[-reach:] if reach else tokens
    marks = lexicon.scan(part)
    return str(marks[-1].value) if marks else None


def diseases(tokens: Sequence[Token]) -> list[tuple[Mark, str]]:
    """Every disease with how it is said: stated, identity ("this is RA"), final, queried, denied, beside, family."""
    finals = list(_DISEASE_FINAL.scan(tokens))
    named = [mark for mark in DISEASES.scan(tokens) if mark.value != "none" and not _of_something_else(tokens, mark)]
    return [(mark, _how(tokens, mark, finals)) for mark in named]


def _of_something_else(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Sats 93 RA": room air, no arthritis; "0.5 mg pm": in the evening."""
    if tokens[mark.first].text == "pm" and mark.first and mark.last - mark.first == 1:
        amount = tokens[mark.first - 1]
        return amount.text in ("mg", "g", "mcg") or (amount.kind == "number" and amount.number <= 12)
    before = [token for token in tokens[max(0, mark.first - 2) : mark.first] if token.text != "%"]
    return tokens[mark.first].text == "ra" and bool(before) and before[-1].kind == "number"


def _how(tokens: Sequence[Token], mark: Mark, finals: Sequence[Mark]) -> str:
    begin, end = clause(tokens, mark.first, mark.last)
    before, after = _without_age(tokens[begin : mark.first]), tokens[mark.last : end]
    after = _past_the_list(after)
    behind = [token.text for token in after[:5]]
    if (
        tokens[mark.first].text == "myositis"
        and set(behind[:2]) & _TESTS_FOR
        and {"negative", "neg", "-"} & set(behind)
    ):
        return "beside"  # "myositis antibodies are negative": of a test, not of the disease
    if of_family(tokens, mark.first):
        return "family"
    if _awaited(behind):
        return "beside"
    denied_after = [cue for cue in _DISEASE_AFTER.scan(after[:2]) if not _joining_dash(after, cue.first)]
    if _negated(before) or _no_sign_of(tokens, mark.first) or (denied_after and not _starts_with_ild(after)):
        return "denied"
    if any(found.first <= 3 for found in _DISEASE_LATER.scan(after)):
        return "denied"
    if any(
        begin <= found.first and (-6 <= found.last - mark.first <= 0 or 0 <= found.first - mark.last <= 2)
        for found in finals
    ):
        return "final"
    if (
        _just_before(before, _DISEASE_QUERIED)
        or _alternative(tokens, mark)
        or _clinic(after)
        or tokens[max(0, mark.first - 1)].text == "?"
        or _test_pending(behind)
        or asked_about(tokens, mark)
    ):
        return "queried"
    if mark.value != "iim" and near(before, _DISEASE_BEFORE, 4) == "beside":
        return "beside"
    return "identity" if _just_before(before, _DISEASE_IDENTITY) else "stated"


def asked_about(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "You asked whether the Ro-52 meant a myositis", "you raised the possibility of lupus": that is left open."""
    lead = [token.text for token in tokens[max(0, mark.first - _REACH_OF_A_QUESTION) : mark.first]]
    asked = max((at for at, text in enumerate(lead) if text in _ASKED), default=None)
    if asked is not None and lead[asked] == "question" and not {"whether", "if"} & set(lead[asked:]):
        return False  # "a short question about a scleroderma lung"
    if asked is None or _ENDS_A_QUESTION & set(lead[asked:]):
        return False
    has_it = lead[-1] in ("has", "had", "have") and not {"whether", "if"} & set(lead[asked:])
    return lead[-1] not in _KNOWN and not has_it


def answered(tokens: Sequence[Token]) -> bool | None:
    """ "It does not: strength is full", "no, she has not": the answer to the question whether she has the disease."""
    found = next((mark for mark in _ANSWER_ON_DISEASE.scan(tokens) if not mark.first), None)
    if found is None or (found.last < len(tokens) and tokens[found.last].text not in _CLOSES_AN_ANSWER):
        return None
    return bool(found.value == "yes")


_REACH_OF_A_QUESTION = 12
_ASKED = words("facts", "asked_about")
_ENDS_A_QUESTION = frozenset({":", ";", "-", "but", ",", "advice", "nintedanib", "see"})
_KNOWN = frozenset({"the", "her", "his", "their", "known", "in", "with"})
_CLOSES_AN_ANSWER = frozenset({":", ";", "-", ",", "because", "as", "since", "and", "but"})


def _awaited(behind: Sequence[str]) -> bool:
    """ "Jo-1 requested", "Jo-1 is still pending": a test without a result."""
    said = [text for text in behind if text not in _SMALL]
    return bool(said) and said[0] in _AWAITED and not {"positive", "pos", "+"} & set(said)


_SMALL = frozenset(
    {"is", "are", "was", "were", "still", "antibody", "antibodies", "result", "been", "has", "test", ":"}
)
_AWAITED = frozenset({"requested", "pending", "awaited", "awaiting", "ordered", "outstanding"})


def _past_the_list(after: Sequence[Token]) -> Sequence[Token]:
    """ "RA and lupus have been ruled out": what is said behind a list is said of each."""
    while after and after[0].text in ("and", "or", "nor", "/"):
        joined = next((mark for mark in DISEASES.scan(after[1:]) if not mark.first), None)
        if joined is None:
            break
        after = after[1 + joined.last :]
    return after


def _without_age(tokens: Sequence[Token]) -> Sequence[Token]:
    """ "A 70-year-old lady has RA": the disease is not the old one."""
    return [
        token for at, token in enumerate(tokens) if token.text != "old" or not at or tokens[at - 1].text not in _YEARS
    ]


def _test_pending(behind: Sequence[str]) -> bool:
    """ "Jo-1 requested", "anti-MDA5 antibodies are pending"."""
    of_test = behind[1:3] if set(behind[:1]) & (_TESTS_FOR | {"is", "are", "ab", "abs", "test"}) else []
    return bool(_PENDING & {*behind[:1], *of_test})


_PENDING = frozenset({"pending", "requested", "awaited", "outstanding", "ordered"})
_TESTS_FOR = frozenset(
    {"antibodies", "antibody", "blot", "panel", "line", "serology", "screen", "profile", "immunoblot"}
)
_YEARS = frozenset({"year", "years", "yr", "yrs", "y"})


def _clinic(after: Sequence[Token]) -> bool:
    """ "Myositis clinic", "myositis panel": named after the disease, without saying that somebody has it."""
    after = after[1:] if after and after[0].text == "ild" else after
    return bool(after) and after[0].text in _PLACES


_PLACES = words("facts", "places")


def _alternative(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "SSc vs PM", "myositis versus RA": two candidates, neither of them stated."""
    before, after = tokens[max(0, mark.first - 1) : mark.first], tokens[mark.last : mark.last + 2]
    return any(token.text in _VERSUS for token in (*before, *after))


_VERSUS = frozenset({"vs", "versus"})
_ARTICLES = frozenset({'"', "a", "an", "the", "just", "pure", "plain", "simply", "of", "known", "old"})


def _just_before(before: Sequence[Token], lexicon: Lexicon) -> bool:
    """True where a phrase stands right in front, with at most an article between."""
    return any(all(token.text in _ARTICLES for token in before[found.last :]) for found in lexicon.scan(before))


def of_family(tokens: Sequence[Token], at: int) -> bool:
    """True where a relative is named shortly before, and not the patient in between."""
    return any(
        mark.value == "True" and 0 < at - mark.first <= 8 and not _patient_between(tokens, mark.first, at)
        for mark in _FAMILY.scan(tokens[:at])
    )


def _patient_between(tokens: Sequence[Token], start: int, end: int) -> bool:
    return any(
        tokens[at].text in ("patient", "pt", "herself", "himself", "mine") or _turns_to_the_patient(tokens, start, at)
        for at in range(start, end)
    )


def _turns_to_the_patient(tokens: Sequence[Token], start: int, at: int) -> bool:
    """ "Brother has IPF, she has Jo-1": a pronoun that opens a clause of its own."""
    opens = at > start and tokens[at - 1].text in (",", ";", "but", "-", "whereas", "while")
    return (
        opens
        and tokens[at].text in ("she", "he")
        and tokens[at + 1 : at + 2] != ()
        and tokens[at + 1].text in ("has", "is")
    )


def _starts_with_ild(after: Sequence[Token]) -> bool:
    return bool(after) and after[0].text in ("ild",)


def _negated(before: Sequence[Token]) -> bool:
    colons = [at for at, token in enumerate(before) if token.text == ":"]
    before = before[colons[-1] + 1 :] if colons else before
    told_of_somebody = any(token.text in ("with", "has") for token in before[-2:])
    plainly = bool(before) and before[-1].text in ("no", "not", "without")  # "he has no myositis"
    return near(before, _DISEASE_BEFORE, 4) == "denied" and (plainly or not told_of_somebody)


def _no_sign_of(tokens: Sequence[Token], first: int) -> bool:
    """ "No clinical, serological or laboratory evidence of an inflammatory myopathy"."""
    lead = [token.text for token in tokens[max(0, first - _REACH_OF_A_DENIAL) : first]]
    signs = max((at for at, text in enumerate(lead) if text in _EVIDENCE), default=None)
    behind = [] if signs is None else lead[signs + 1 :]
    links = [at for at, text in enumerate(behind) if text in ("of", "for")]
    if signs is None or len(links) != 1 or "," in behind[links[0] :]:
        return False  # "no sign of activity of her myositis", "no evidence of cancer, dermatomyositis since 2020"
    opened = max((at + 1 for at, text in enumerate(lead[:signs]) if text in _ENDS_A_DENIAL), default=0)
    return bool(_DENYING & set(lead[opened:signs])) and not _ENDS_A_DENIAL & set(behind)


_REACH_OF_A_DENIAL = 12
_EVIDENCE = words("facts", "evidence")
_DENYING = frozenset({"no", "without", "lacking", "lacks", "absent", "neither"})
_ENDS_A_DENIAL = frozenset({"but", "has", "had", "have", ":", ";", "-", "with", "is", "are", "despite", "because"})


def only_asked(sentence: Sentence) -> bool:
    """ "Sarcoidosis?", "do you cover scleroderma?": asks about a disease in general, of nobody."""
    for_one = {"help", "advise", "discuss"} & set(sentence.texts) and {"a", "an", "this"} & set(sentence.texts)
    general = bool(sentence.texts) and sentence.texts[0] in _GENERAL_QUESTIONS and not for_one
    return (
        (general or (sentence.asks and len(sentence.texts) <= 3))
        and not any(text in _SOMEBODY for text in sentence.texts)
        and len(sentence.texts) <= 12
    )


_GENERAL_QUESTIONS = words("facts", "general_questions")
_SOMEBODY = words("facts", "somebody")


def features(tokens: Sequence[Token]) -> list[tuple[Mark, bool]]:
    """Features of the patient that a caution depends on; True where present, False where denied."""
    found = []
    families = [mark.first for mark in _FAMILY.scan(tokens) if mark.value == "True"]
    for mark in FEATURES.scan(tokens):
        if mark.value == "none":
            continue
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
        denied = (
            denied
            or past
            or any(not _joining_dash(tokens, mark.last + cue.first) for cue in _FEATURE_AFTER.scan(after))
        )
        found.append((mark, not denied))
    return found


def _joining_dash(tokens: Sequence[Token], at: int) -> bool:
    """ "DM-ILD - on rituximab": a dash with words behind it joins; "Jo-1 -" and "Jo-1 - MDA5 +" deny."""
    following = tokens[at + 1 : at + 2]
    if tokens[at].text != "-" or not following or following[0].kind == "mark" or following[0].text in ("ve", "neg"):
        return False
    return not any(token.text in _RESULTS for token in tokens[at + 1 : at + _RESULTS_REACH])


_RESULTS = frozenset({"+", "pos", "positive", "-ve", "ve", "neg", "negative"})
_RESULTS_REACH = 6


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
