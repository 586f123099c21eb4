"""Bare answers, corrections and the words that open a new case."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon import Lexicon, Mark, expand
from bot.language.pieces import Piece
from bot.language.text import Sentence, tokens
from bot.language.times import YEAR, When, today_in_months
from bot.language.vocabulary import load, words

_REPLIES = load("replies")

ANSWERS = Lexicon().add_all("answer", _REPLIES["answers"])
_AT_THE_END = Lexicon().add_all("answer", _REPLIES["answers_at_the_end"])
_RETRACT = Lexicon().add_all("retract", {True: _REPLIES["retract"]})
_WHOLE_CASE = Lexicon().add_all("whole_case", {True: _REPLIES["whole_case"]})
_ONE_THING = Lexicon().add_all("one_thing", {True: _REPLIES["one_thing"]})
_LAST_YEAR = Lexicon().add_all("last_year", {True: _REPLIES["last_year"]})
_NEW = Lexicon().add_all("new", {True: _REPLIES["new_patient"], False: _REPLIES["new_patient_not"]})
_CORRECTION = Lexicon().add_all("correction", {True: _REPLIES["corrections"]})
_UNKNOWN_SUBJECTS = Lexicon().add_all("subject", _REPLIES["unknown_subjects"])
QUESTION_STARTS = frozenset(_REPLIES["question_starts"])
_OPENERS = words("replies", "openers")
_BEFORE_NEW = _OPENERS | words("replies", "before_new")
_BEFORE_UNKNOWN = _OPENERS | words("replies", "before_unknown")


_ALONE = frozenset({",", ":", "-", "please", "now", "case", "conversation", "chat", "again"})


def new_patient(sentence: Sentence) -> Mark | None:
    """The words that open a new case, at the start of a sentence."""
    for mark in _NEW.scan(sentence.tokens):
        before = sentence.texts[: mark.first]
        if mark.value is not True and mark.value != "True":
            continue
        ends = mark.last == len(sentence.tokens)
        if sentence.texts[mark.first : mark.last] == ("restart",) and not (ends or sentence.texts[mark.last] in _ALONE):
            continue  # "restart MMF"
        if all(text in _BEFORE_NEW for text in before) and (not sentence.asks or ends):
            return mark
        if before[-1:] in ((",",), ("-",), (";",)) and sentence.texts[mark.last : mark.last + 1] == (":",):
            return mark
    return None


def answer(sentence: Sentence) -> Mark | None:
    """A bare answer at the start of a sentence: yes, no, none, both, all, unknown, not_done, pending."""
    for mark in ANSWERS.scan(sentence.tokens):
        if (
            mark.last == len(sentence.tokens)
            and len(sentence.tokens) <= 6
            and sentence.texts[mark.first] in ("said", "says")
        ):
            return mark
        lead = _BEFORE_UNKNOWN if mark.value == "unknown" else _OPENERS | {"i", "we"}
        if all(text in lead for text in sentence.texts[: mark.first]):
            return mark
    return _at_the_end(sentence)


def _at_the_end(sentence: Sentence) -> Mark | None:
    """ "yes, I do", "at his age yes" are answers; "I do not know" is none of that kind."""
    last = len(sentence.tokens) - 1
    if last < 1 or sentence.texts[last] not in _LAST_WORD:
        closes = False
    elif sentence.texts[0] in _CIRCUMSTANCE:
        closes = last <= _LONGEST_CIRCUMSTANCE
    else:
        closes = last >= 2 and sentence.texts[last - 1] in (",", "so", "-", ":")
    if closes:
        return Mark("answer", _LAST_WORD[sentence.texts[last]], last, last + 1)
    marks = [mark for mark in _AT_THE_END.scan(sentence.tokens) if mark.last == len(sentence.tokens)]
    return next((mark for mark in marks if all(text in _OPENERS for text in sentence.texts[: mark.first])), None)


_CIRCUMSTANCE = words("replies", "circumstance")
"""Words that open what a judgement rests on: "given his age no"."""
_LONGEST_CIRCUMSTANCE = 9


def closed(sentence: Sentence, mark: Mark) -> bool:
    """True where the answer stands by itself: "no, ...", "no it isn't"; not in "no CT done", "it is not enough"."""
    if mark.last >= len(sentence.tokens):
        return True
    if mark.value == "yes" and sentence.texts[mark.last] in ("not", "no") and sentence.texts[mark.first] != "yes":
        return False
    if sentence.texts[mark.first] in _PLAIN_YES:
        return True
    open_ended = sentence.texts[mark.last - 1] in _OPEN_ENDED
    return open_ended or sentence.texts[mark.last] in _AFTER_ANSWER


_LAST_WORD = {
    **dict.fromkeys(("yes", "yeah", "yep", "sure", "absolutely"), "yes"),
    **dict.fromkeys(("no", "nope"), "no"),
}
_AFTER_ANSWER = words("replies", "after_answer")
_PLAIN_YES = frozenset({"yes", "yeah", "yep", "ja"})
_OPEN_ENDED = frozenset({"at", "as", "per", "to"})
"""Last words of an answer that goes on: "not at 34", "not according to the board"."""
_OTHER_PATIENT = Lexicon().add_all("other", {True: _REPLIES["other_patient"]})
_REVERSED = Lexicon().add_all("reversed", {True: _REPLIES["reversed"]})
_LIKEWISE = Lexicon().add_all("likewise", {True: _REPLIES["likewise"]})
_NOT_NEW = Lexicon().add_all("old", {True: _REPLIES["not_new"]})


def of_another_patient(sentence: Sentence) -> Mark | None:
    """ "That was another lady's report", "wrong patient": what was told belongs to somebody else."""
    if sentence.asks:
        return None
    marks = _OTHER_PATIENT.scan(sentence.tokens)
    found = next((mark for mark in marks if not _of_an_agent(sentence, mark)), None)
    return found or _of_a_relative(sentence)


def withdrawn_from(sentence: Sentence, mark: Mark, agents: Sequence[Mark]) -> int:
    """ "On methotrexate, and the CYC in the notes is another patient's": where the clause begins that is withdrawn."""
    texts = sentence.texts
    opens = (at for at in range(mark.first - 1, 1, -1) if texts[at - 1] in (",", ";") and texts[at] in ("and", "but"))
    begin = next(opens, 0)
    return begin if any(begin <= agent.first < mark.first for agent in agents) else 0


def _of_a_relative(sentence: Sentence) -> Mark | None:
    """ "Those values are his wife's", "that FVC was her sister's": told of the wrong person."""
    texts = sentence.texts
    for at in (at for at in range(2, len(texts)) if texts[at] in _RELATIVES and texts[at - 2] in _BELONG):
        token = sentence.tokens[at]
        owned = token.end - token.start > len(token.text)  # the token of "wife's" is "wife"
        pointed = _POINTING & set(texts[: at - 2])
        owned = owned or (texts[at - 2] in ("from", "to") and bool(pointed - {"the"}))
        closes = at + 1 >= len(texts) or sentence.tokens[at + 1].kind == "mark" or texts[at + 1] in _TOLD_OF
        if owned and closes and pointed:
            return Mark("other", True, at - 2, at + 1)
    return None


_RELATIVES = words("facts", "relatives") | {"wife", "husband", "partner", "son", "daughter", "neighbour", "twin"}
_TOLD_OF = words("replies", "told_of")
_BELONG = frozenset({"is", "are", "was", "were", "to", "from"})
_POINTING = frozenset({"that", "those", "these", "this", "it", "they", "the"})


def _of_an_agent(sentence: Sentence, mark: Mark) -> bool:
    """ "Started by someone else": somebody who treats, and no other patient."""
    texts = sentence.texts
    return bool(mark.first) and texts[mark.first] in ("someone", "somebody") and texts[mark.first - 1] in _TREATED_BY


_TREATED_BY = frozenset({"by", "with", "under", "through", "see", "sees", "saw"})


def before_agent(sentence: Sentence, agents: Sequence[Mark]) -> bool:
    """ "That was before MMF": what was told last does not belong to the present treatment."""
    texts = sentence.texts
    return any(
        texts[at] in ("was", "were") and texts[at + 1] in ("before", "without", "off") and 0 < agent.first - at - 1 <= 4
        for agent in agents[:1]
        for at in range(min(4, len(texts) - 1))
        if texts[0] in ("that", "this", "it", "those", "these", "no", "sorry", ",", "wait", "but", "ah")
    )


def likewise(sentence: Sentence) -> Mark | None:
    """ "Likewise", "same story there": the answer before holds for this question too."""
    return next(iter(_LIKEWISE.scan(sentence.tokens)), None) if len(sentence.tokens) <= 5 else None


def reversed_order(sentence: Sentence) -> Mark | None:
    """ "Other way round": the readings told last stand in the wrong order."""
    return next(iter(_REVERSED.scan(sentence.tokens)), None) if len(sentence.tokens) <= 16 else None


def not_new(sentence: Sentence) -> Mark | None:
    """ "That is old", "was there before", said of a sign that was called new."""
    return None if sentence.asks else next(iter(_NOT_NEW.scan(sentence.tokens)), None)


def unknowns(sentence: Sentence) -> list[Mark]:
    """Every "don't know", "not done", "pending" of a sentence, wherever it stands."""
    return [mark for mark in ANSWERS.scan(sentence.tokens) if mark.value in ("unknown", "not_done", "pending")]


def not_there(sentence: Sentence, nothing: Mark) -> bool:
    """ "None yet" may mean a missing test as well as a missing treatment: only the question decides."""
    return nothing.first == 0 and any(
        mark.first == 0 and mark.last == nothing.last
        for mark in ANSWERS.scan(sentence.tokens)
        if mark.value == "not_done"
    )


def retraction(sentence: Sentence) -> Mark | None:
    for mark in _RETRACT.scan(sentence.tokens):
        if _as_new(sentence, mark):
            continue
        if mark.first <= _LATEST_RETRACTION and not _of_a_measure(sentence, mark) and not _tells_on(sentence, mark):
            return mark
        if _closes(sentence, mark) or _opens_a_part(sentence, mark):
            return mark
    return _parted_retraction(sentence)


def _as_new(sentence: Sentence, mark: Mark) -> bool:
    """ "Please don't count the honeycombing as new": it is there, and only its course is put right."""
    behind = sentence.texts[mark.last :]
    return any(text == "as" and behind[at + 1] in ("new", "progression") for at, text in enumerate(behind[:-1]))


def _tells_on(sentence: Sentence, mark: Mark) -> bool:
    """ "I was wrong, the CT is stable" puts right; "I was wrong about the CT" takes back."""
    return (
        sentence.texts[mark.first] in ("i", "we")
        and sentence.texts[mark.last : mark.last + 1]
        in (
            (),
            (",",),
            (":",),
            ("-",),
            ("that",),
            ("the",),
        )
        and any(text in ("is", "was", "are") for text in sentence.texts[mark.last :])
    )


def _opens_a_part(sentence: Sentence, mark: Mark) -> bool:
    """ "Poor effort, please ignore the FVC": said at the start of a later part of the sentence."""
    texts = sentence.texts
    before = mark.first - (2 if texts[mark.first - 1] == "please" else 1)
    return texts[mark.first] in _CLOSING and before >= 0 and texts[before] in (",", ":", "-", "so")


def _closes(sentence: Sentence, mark: Mark) -> bool:
    """ "The FVC manoeuvre was poor, ignore it": said at the end, of what the sentence named."""
    rest = sentence.texts[mark.last :]
    return sentence.texts[mark.first] in _CLOSING and all(text in _WHAT_WAS_NAMED for text in rest)


def _parted_retraction(sentence: Sentence) -> Mark | None:
    """ "Please take the PPF back"."""
    texts = sentence.texts
    for at in range(min(_LATEST_RETRACTION + 1, len(texts))):
        last = next((end for end in range(at + 2, min(at + 6, len(texts))) if texts[end] in ("back", "out")), None)
        if texts[at] in ("take", "taking", "leave") and last is not None and last + 1 == len(texts):
            return Mark("retract", True, at, last + 1)
    return None


_CLOSING = words("replies", "closing_retraction")
_WHAT_WAS_NAMED = frozenset(
    {"it", "them", "that", "this", "those", "these", "please", "sorry", "again", "thanks", "altogether"}
    | {"readings", "values", "numbers", "figures", "results", "are", "were", "is", "was"}
)


_LATEST_RETRACTION = 3


_SECOND_THOUGHTS = Lexicon().add_all("second_thought", {True: _REPLIES["second_thoughts"]})
_LONGEST_SECOND_THOUGHT = 8


def second_thought(sentence: Sentence) -> str | None:
    """ "On reflection no", "sorry, I meant yes": the answer that takes the place of the one just given."""
    texts = sentence.texts
    for mark in _SECOND_THOUGHTS.scan(sentence.tokens[:_LONGEST_SECOND_THOUGHT]) if not sentence.asks else ():
        behind = mark.last
        while behind < len(texts) and texts[behind] in _LIGHT:
            behind += 1
        before = mark.first - (2 if mark.first > 1 and texts[mark.first - 1] == "," else 1)
        for at in (behind, before):
            alone = at + 1 >= len(texts) or texts[at + 1] in _AFTER_ANSWER or at == before
            if 0 <= at < len(texts) and texts[at] in _LAST_WORD and alone:
                return _LAST_WORD[texts[at]]
    return None


_LIGHT = frozenset({",", ":", "-", "a", "the", "it", "is", "its"})


def of_last_message(sentence: Sentence, mark: Mark) -> bool:
    """ "Please disregard my last message", "undo that", "wrong patient": all that was told last is taken back."""
    if _LAST_MESSAGE.scan(sentence.tokens):
        return True
    rest = [*sentence.texts[: mark.first], *sentence.texts[mark.last : part_end(sentence, mark)]]
    verb = mark.kind == "other" or sentence.texts[mark.first] in _CLOSING | _UNDOING
    return verb and all(text in _WHAT_WAS_NAMED | _OPENERS | _BEFORE_UNKNOWN | {"no", "oops", "wait"} for text in rest)


def part_end(sentence: Sentence, mark: Mark) -> int:
    """Where the part of a sentence ends that a mark stands in: "ignore that, ..."."""
    ends = (at for at in range(mark.last, len(sentence.texts)) if sentence.texts[at] in (",", ":", "-", "("))
    return next(ends, len(sentence.texts))


_UNDOING = frozenset({"undo", "strike"})


_LAST_MESSAGE = Lexicon().add_all("last_message", {True: _REPLIES["last_message"]})


def _of_a_measure(sentence: Sentence, mark: Mark) -> bool:
    """ "That FVC drop was over seven months": a fall, and nothing to be dropped."""
    return bool(mark.first) and sentence.texts[mark.first] == "drop" and sentence.texts[mark.first - 1] in _MEASURES


_MEASURES = frozenset({"fvc", "dlco", "vc", "spirometry", "a", "the", "this", "that", "point", "points", "%"})


def means_the_whole_case(text: str) -> bool:
    """Whether a message can mean the whole case: "forget this patient" can, "forget that" cannot."""
    read = tokens(text)
    return bool(_WHOLE_CASE.scan(read)) and not _ONE_THING.scan(read)


def without_withdrawn(sentence: Sentence) -> Sentence:
    """ "Earlier I said the breathing was the same: wrong, NYHA III now": the words before "wrong" do not count."""
    texts = sentence.texts
    said = next((at for at in range(1, min(len(texts), _EARLY)) if texts[at] in _SAID and texts[at - 1] in _I), None)
    if said is None:
        return sentence
    ends = (at for at in range(said + 1, len(texts)) if texts[at] in _WRONG)
    called = (at for at in ends if texts[at - 1] in _BEFORE_WRONG or texts[at - 2 : at] == ("that", "was"))
    return next((sentence.after(at + 1) for at in called), sentence)


_EARLY = 6
_I = frozenset({"i", "we"})
_SAID = words("replies", "said")
_WRONG = frozenset({"wrong", "incorrect", "mistaken", "false", "untrue"})
_BEFORE_WRONG = frozenset({":", ",", "-", "thats"})


def last_year(sentence: Sentence) -> Mark | None:
    marks = _LAST_YEAR.scan(sentence.tokens)
    return marks[0] if marks and len(sentence.tokens) <= 10 else None


def dated_back(sentence: Sentence, whens: Sequence[When], about_something: bool) -> bool:
    """ "well, that label is from 2020": what was told before lies more than a year back."""
    points = {"that", "this", "it", "label", "was", "those", "they"} & set(sentence.texts[:6])
    end = len(sentence.texts)
    if end > _LONGEST_DATE and "," in sentence.texts[:_LONGEST_DATE]:
        end = sentence.texts.index(",")  # "that label is from 2023, it has not been looked at since"
    if about_something or not points or end > _LONGEST_DATE or sentence.asks:
        return False
    return any(
        (when.kind == "ago" and when.months >= YEAR)
        or (when.kind == "date" and when.lead != "since" and today_in_months() - when.months > YEAR)
        for when in whens
        if when.first < end
    )


_LONGEST_DATE = 12


def corrects(sentence: Sentence) -> bool:
    """True where a sentence opens with words of correction ("no,", "hang on"), or ends so: "I typed it wrong"."""
    closing = sentence.tokens[-_CLOSING_WORDS:]
    return any(mark.first <= 2 for mark in _CORRECTION.scan(sentence.tokens[:8])) or bool(_MISTYPED.scan(closing))


_CLOSING_WORDS = 5
_MISTYPED = Lexicon().add_all("mistyped", {True: _REPLIES["mistyped"]})


def asks(sentence: Sentence) -> bool:
    return sentence.asks or opens_question(sentence.texts)


def question_begins(sentence: Sentence) -> int:
    """Where a sentence begins to ask, behind a statement: "fibrotic ILD on MMF, what next?"; else 0."""
    texts = sentence.texts
    if not sentence.asks or opens_question(texts):
        return 0
    begins = (at for at in range(2, len(texts) - 1) if texts[at] in _ASKS_ON and texts[at - 1] in (",", ";", "-", ":"))
    return next(begins, 0)


_ASKS_ON = frozenset({"what", "which", "how", "why", "who", "when", "should", "shall", "would", "could", "can", "do"})


def opens_question(texts: Sequence[str]) -> bool:
    """Whether words open a question; "did not tolerate MMF" and "was stopped" tell, they only leave out who."""
    if len(texts) < 2:
        return False
    tells = texts[0] in _TELL and (texts[1] in _TELL_BEFORE or texts[1].endswith("ed"))
    return (texts[0] in QUESTION_STARTS and not tells) or _asks_to_judge(texts)


def _asks_to_judge(texts: Sequence[str]) -> bool:
    """ "Is stable good enough", "is not responding the same as failing": a course is to be judged."""
    clause = list(texts)[: texts.index(",") if "," in texts else None]
    return (
        len(clause) > 2
        and clause[0] in _JUDGE_STARTS
        and (clause[1] in _JUDGED_COURSES or (clause[1] == "not" and clause[2].endswith("ing")))
        and any(f" {phrase} " in f" {' '.join(clause[2:])} " for phrase in _JUDGING)
    )


_TELL = frozenset(_REPLIES["tell"])
_TELL_BEFORE = frozenset(_REPLIES["tell_before"])
_JUDGE_STARTS = frozenset(_REPLIES["judge_starts"])
_JUDGED_COURSES = frozenset(_REPLIES["judged_courses"])
_JUDGING = tuple(" ".join(found) for phrase in _REPLIES["judging"] for found in expand(phrase))

_MORE = words("replies", "more")


def window_months(sentence: Sentence, when: When) -> float:
    """Months of a bare window; "more than 12 months" is one month more."""
    before = set(sentence.texts[max(0, when.first - 3) : when.first])
    longer = ("than" in before and before & _MORE) or ">" in before or "longer" in before
    return when.months + 1 if longer else when.months


def subjects_beside(sentence: Sentence, mark: Mark, row: Sequence[Piece], agents: Sequence[Mark]) -> list[str]:
    """The subjects that a "not done" or "don't know" speaks of."""
    others = _UNKNOWN_SUBJECTS.scan(sentence.tokens)
    inside = {at for found in others for at in range(found.first, found.last)}
    named = [
        (piece.value, piece.first, piece.last) for piece in row if piece.role == "subject" and piece.first not in inside
    ]
    named += [(found.value, found.first, found.last) for found in others]
    near = [
        value
        for value, first, last in named
        if value not in ("other", "overall", "scale") and (-8 <= first - mark.last <= 3 or 0 <= mark.first - last <= 4)
    ]
    if "fibrosis" in near and "ct" in near:
        near.remove("ct")
    return list(dict.fromkeys(near))


_FACT_QUESTIONS = words("replies", "fact_questions")
_DEFINITIONS = words("replies", "definitions")


def asks_for_facts(texts: Sequence[str]) -> bool:
    """ "Does a drop of 5 points count?" states nothing; "what would you do with a man whose CT is worse?" does."""
    if not texts:
        return False
    if texts[0] in ("what", "which", "how"):
        return len(texts) > 1 and texts[1] in _DEFINITIONS
    return texts[0] in _FACT_QUESTIONS
