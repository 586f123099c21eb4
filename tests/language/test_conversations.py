"""What several messages give together: answers, corrections, facts taken back, and pasted notes."""

from __future__ import annotations

from typing import Any

import pytest

from bot.language import layout, oxygen, read, run_on, update
from bot.language.spelling import corrected
from bot.language.text import sentences


def after(*turns: str | tuple[str, str]) -> dict[str, Any]:
    """The slots after some turns; a turn that answers a question is a pair of slot and text."""
    slots: dict[str, Any] = {}
    for turn in turns:
        asked, text = turn if isinstance(turn, tuple) else (None, turn)
        slots.update(update(slots, read(text), asked).slots)
    return slots


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (("on tac, not PPF", "actually it is PPF"), "yes"),
        (("on tac, PPF per MDT", "the board has withdrawn the PPF label"), "no"),
        (("on tac, PPF per MDT", "the PPF label was not withdrawn"), "yes"),
        (("on tac, PPF per MDT", "forget the PPF label"), None),
        (("on tac, I call it PPF, the colleagues do not agree",), None),
        (("on tac", ("progressive_pulmonary_fibrosis", "unanimous yes from the MDT")), "yes"),
        (("on tac", ("progressive_pulmonary_fibrosis", "the criteria are not met")), "no"),
        (("PPF? Yes, per MDT.",), "yes"),
    ],
)
def test_ppf_as_a_word_over_several_turns(turns: tuple[Any, ...], expected: str | None) -> None:
    assert after(*turns).get("ppf_stated") == expected


def test_ppf_called_both_ways_is_asked_back_and_keeps_its_value() -> None:
    slots = after("on tac, PPF", "PPF yes, no PPF")
    assert slots["ppf_stated"] == "yes"
    assert [entry["id"] for entry in slots["clarifications"]] == ["contradiction:ppf_stated"]
    assert not after("on tac, PPF", "PPF yes, no PPF", "no PPF")["clarifications"]


@pytest.mark.parametrize(
    "later",
    [
        "the scan it was compared with is three years old",
        "prior CT is 26 months old",
        "compared with 2022",
        "no, the reticulation was there before",
    ],
)
def test_a_radiological_criterion_is_taken_back(later: str) -> None:
    slots = after("on tac. CT: increased reticulation.", later)
    assert slots["ppf_radiology"] is None
    assert slots["fibrosis_on_ct"] is True


def test_ct_worse_said_again_keeps_the_criterion() -> None:
    assert after("on MMF, more honeycombing this year", "CT worse, as I said")["ppf_radiology"] is True


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("goal_ild_extent", "same again, don't have it"),
        ("goal_ild_extent", "no CT yet, too unstable to go down"),
        ("goal_ild_extent", "none yet, he is too sick to go down to radiology"),
        ("goal_ild_extent", "the scanner is foreseen in January"),
        ("goal_breathlessness", "can't judge, he's wheelchair bound"),
        ("goal_lung_function", "she couldn't perform the manoeuvre"),
        ("goal_lung_function", "PFTs next week"),
    ],
)
def test_not_known_sets_nothing(asked: str, text: str) -> None:
    slots = after((asked, text))
    assert slots.get(asked) is None
    assert slots.get("declined") == [asked]


@pytest.mark.parametrize("answer", ["cardiology believes it's his heart failure", "anaemia, Hb 7"])
def test_another_cause_as_the_answer_to_a_criterion(answer: str) -> None:
    slots = after("on tac, more breathless", ("ppf_symptoms", answer))
    assert slots["ppf_symptoms"] is None
    assert slots["goal_breathlessness"] == "not_achieved"


def test_a_denied_cause_explains_nothing() -> None:
    slots = after("on tac, more breathless", ("ppf_symptoms", "no infection, no heart failure"))
    assert slots["ppf_symptoms"] is True


def test_readings_in_the_wrong_order_change_places() -> None:
    assert after("on tac, FVC 61 to 55 in 7 months", "other way round")["goal_lung_function"] == "achieved"
    assert after("on tac, FVC 61 to 55 in 7 months", "no! 55 first and 61 now")["goal_lung_function"] == "achieved"


def test_facts_of_another_patient_are_removed() -> None:
    slots = after("on MMF, CT better, PFTs better", "wrong patient for the CT")
    assert slots["goal_ild_extent"] is None
    assert slots["goal_lung_function"] == "achieved"


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (("Jo-1 ILD on tac", "jo1 was a mix-up of tubes, negative. This is RA-ILD"), "rheumatoid_arthritis"),
        (("Sent to us as ?myositis, panel negative: final diagnosis IPF",), "ipf"),
        (("Initially thought to be IPF, now anti-MDA5 positive DM",), "iim"),
        (("Diagnoses\nPL-7 ILD\nPMH: rheumatoid arthritis, asthma",), "iim"),
        (("Family history:\nmother: systemic sclerosis\n\nOn MMF",), None),
        (("sclérodermie systémique, on MMF",), "systemic_sclerosis"),
    ],
)
def test_the_disease_that_holds(turns: tuple[str, ...], expected: str | None) -> None:
    assert after(*turns).get("underlying_disease") == expected


def test_a_worse_cough_outlasts_unchanged_breathlessness() -> None:
    slots = after("on MMF, cough much worse", ("goal_breathlessness", "unchanged"))
    assert slots["ppf_symptoms"] is True
    assert slots["goal_breathlessness"] == "stable"


def test_likewise_repeats_the_answer_before() -> None:
    slots = after("on MMF", ("goal_lung_function", "better"), ("goal_ild_extent", "likewise"))
    assert slots["goal_ild_extent"] == "achieved"


@pytest.mark.parametrize(
    ("text", "rising"),
    [
        ("room air to 40 % high flow", True),
        ("over 5 weeks from no oxygen to 6 L", True),
        ("8 L now, 2 L last week", True),
        ("10 L mask, up from 2 L", True),
        ("was room air now HFNC 50 L", True),
        ("from 4 L of oxygen down to 1 L", False),
        ("off high flow, back on 2 L, room air by Friday", False),
        ("FVC 2.1 L, was 2.4 L", None),
        ("2 L of oxygen as before", None),
    ],
)
def test_the_course_of_oxygen(text: str, rising: bool | None) -> None:
    course = oxygen.ramp(sentences(text)[0][0].tokens)
    assert (course.rising if course else None) is rising


def test_lines_wrapped_at_a_narrow_margin_are_one_sentence() -> None:
    text = (
        "She takes mycophenolate and has lately been\nfeeling more breathless. Her lung function is\n"
        "stable and the CT from last week shows no\nchange."
    )
    assert len(layout.wrapped(text)) == 3
    assert not layout.wrapped("mycophenolate 1 g\nprednisolone 5 mg\nFVC: 70")


def test_dictation_without_punctuation_is_cut_into_clauses() -> None:
    text = (
        "so this is mister jones he is taking mycophenolate and his breathing has got worse since the summer "
        "the ct shows more reticulation"
    )
    assert len(sentences(text)[0]) == 4
    assert run_on.starts(sentences("she is on MMF and her breathing is worse")[0][0].tokens) == []


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("stable is good enough", "stability_acceptable", True),
        ("stable is not good enough", "stability_acceptable", False),
        ("FVC 60 to 60. I don't accept only stable lung function.", "stability_acceptable", False),
        ("Lung function stable. I'm comfortable with stable, are you?", "stability_acceptable", True),
        ("Breathing the same, would like to see improvement not just stable, switch?", "stability_acceptable", False),
        ("FVC and CT stable. I am fine with that.", "stability_acceptable", True),
        (
            "Worse over two weeks, now needs nasal oxygen 3 L/min which was not necessary before",
            "rapidly_progressive",
            True,
        ),
        ("Worsening over two weeks. Required NIV for 4 days. Off oxygen since last week.", "rapidly_progressive", None),
        ("The consultant asks does she satisfy PPF and what is next.", "ppf_stated", None),
        ("physiology criterion is met", "ppf_physiology", True),
        ("radiology criterion is not met", "ppf_radiology", False),
    ],
)
def test_judgements_hold_without_their_question(text: str, slot: str, value: bool | None) -> None:
    assert after("on MMF", text).get(slot) is value


def test_a_tag_question_states() -> None:
    assert after("FVC and CT stable, on MMF. I accept stable here, would you?")["stability_acceptable"] is True


def test_hepatitis_b_is_no_liver_disease() -> None:
    assert not after("on MMF, hepatitis B positive").get("patient_features")
    assert after("on MMF, liver cirrhosis")["patient_features"] == ["liver_disease"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wrose", "worse"),
        ("mnoths", "months"),
        ("beore", "before"),
        ("chnage", "change"),
        ("withotu", "without"),
        ("ritxu", "ritux"),
        ("dypnea", "dyspnoea"),
        ("antisintetasa", "antisynthetase"),
        ("stale", "stale"),
        ("moths", "moths"),
        ("rheumatic", "rheumatic"),
        ("cyclo", "cyclo"),
    ],
)
def test_typing_errors(typed: str, meant: str) -> None:
    assert corrected(typed) == meant


@pytest.mark.parametrize(
    "later",
    ["that FVC drop was over seven months", "the drop in FVC was over ten months", "the interval was 10 months"],
)
def test_the_time_of_a_fall_may_be_told_afterwards(later: str) -> None:
    assert after("on tac, FVC 80 to 74", later)["ppf_physiology"] is True


@pytest.mark.parametrize("later", ["DLCO wasn't Hb corrected", "note the DLCO was not adjusted for Hb"])
def test_a_correction_that_was_not_made_may_be_told_afterwards(later: str) -> None:
    slots = after("on tac, FVC 70 to 69, DLCO 60 to 49 in 8 months", later)
    assert (slots["goal_lung_function"], slots["ppf_physiology"]) == ("not_achieved", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The board does not consider this to be PPF.", "no"),
        ("Nobody thinks this is PPF.", "no"),
        ("PPF unlikely.", None),
        ("Nearly PPF.", None),
        ("One criterion of PPF met.", None),
        ("Two of three PPF criteria met.", "yes"),
        ("The MDT was unable to decide on PPF.", None),
        ("Colleagues call it PPF, I do not.", None),
        ("In 2019 she lost ground, was labelled PPF and put on nintedanib.", None),
        ("Before rituximab she fulfilled PPF; since then all quiet.", None),
    ],
)
def test_ppf_as_a_word_in_one_message(text: str, expected: str | None) -> None:
    assert after(text).get("ppf_stated") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Father of three, 51, anti-PL-7.", "iim"),
        ("FVC fell 8% (relative I think), MMF, Jo-1", "iim"),
        ("never-smoker with anti-KS", "iim"),
        ("anti Jo 1 +ve", "iim"),
        ("Status for the 4pm case: MMF 1 g bd", None),
        ("Treated for years as myositis, but it is SSc.", "systemic_sclerosis"),
        ("Not myositis: fibrotic HP.", "hypersensitivity_pneumonitis"),
        ("Was labelled as myositis; we have revised her diagnosis to systemic sclerosis.", "systemic_sclerosis"),
    ],
)
def test_the_disease_in_one_message(text: str, expected: str | None) -> None:
    assert after(text).get("underlying_disease") == expected


def test_a_no_that_puts_a_goal_right_tells_nothing_of_treatment() -> None:
    told = update({}, read("MMF + pred, FVC 72 to 65 in 8 months, CT more reticulation")).slots
    after = update(told, read("no, the CT was unchanged"), "previous_therapy").slots
    assert after["goal_ild_extent"] == "stable"
    assert after.get("previous_therapy") is None
    answered = update(told, read("no, and DLCO 50 to 44 over the same time"), "previous_therapy").slots
    assert answered["previous_therapy"] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all three criteria, within the last 10 months", (True, True, True)),
        ("criteria 1 and 3 are met, 2 is not", (True, False, True)),
        ("1 yes 2 no 3 yes", (True, False, True)),
        ("symptoms and CT yes, physiology no", (True, False, True)),
        ("first and third, not the second", (True, False, True)),
        ("all but the second", (True, False, True)),
        ("only symptoms", (True, False, False)),
        ("none of the criteria is met", (False, False, False)),
        ("neither physiology nor radiology", (None, False, False)),
        ("CT not done", (None, None, None)),
        ("no CT, no PFTs", (None, None, None)),
    ],
)
def test_criteria_answered_in_a_list(text: str, expected: tuple[bool | None, ...]) -> None:
    slots = update({}, read(text), "progressive_pulmonary_fibrosis").slots
    assert tuple(slots.get(name) for name in ("ppf_symptoms", "ppf_physiology", "ppf_radiology")) == expected


@pytest.mark.parametrize(
    ("first", "second", "goal", "criterion"),
    [
        ("FVC 66 to 59 % in 6 months", "sorry, that was the DLCO", "not_achieved", None),
        ("FVC 66 to 59 % in 6 months", "I meant DLCO, 66 to 59", "not_achieved", None),
        ("FVC 66 to 59 % in 6 months", "typo: 66 to 69", "achieved", None),
        ("FVC 66 to 59 % in 6 months", "the 59 should read 65", "stable", None),
        (
            "FVC 81 % in January, 77 % in November, DLCO 60 to 58 %",
            "typo: the January FVC was 82",
            "not_achieved",
            True,
        ),
        ("FVC 84 in April, 76 in October", "the 84 is from April 2020", "not_achieved", None),
        ("FVC 66 to 59 % in 6 months", "the manoeuvre was poor, ignore the FVC", None, None),
        ("FVC 66 to 59 % in 6 months", "undo that", None, None),
        ("FVC 72 to 65 since February", "actually the FVC in February was 68", "not_achieved", None),
    ],
)
def test_readings_put_right(first: str, second: str, goal: str | None, criterion: bool | None) -> None:
    slots = after(first, second)
    assert (slots.get("goal_lung_function"), slots.get("ppf_physiology")) == (goal, criterion)


@pytest.mark.parametrize(
    "second", ["other way round", "sorry, 3 to 1", "wrong order sorry, 3 to 1", "I swapped the columns"]
)
def test_grades_put_right(second: str) -> None:
    slots = after("mMRC went 1 to 3", second)
    assert (slots["goal_breathlessness"], slots["ppf_symptoms"]) == ("achieved", False)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("at his age yes", True),
        ("for a man of 74: yes", True),
        ("that'll do", True),
        ("it is not enough", False),
        ("no, I'd like improvement", False),
        ("not at 34", False),
        ("yes and no", None),
    ],
)
def test_stability_judged_in_an_answer(text: str, accepted: bool | None) -> None:
    assert update({}, read(text), "stability_acceptable").slots.get("stability_acceptable") is accepted


def test_a_second_thought_on_an_answer() -> None:
    told = update({}, read("PFTs, CT and breathing stable")).slots
    told |= update(told, read("yes"), "stability_acceptable").slots
    told |= update(told, read("on reflection no, she is only 34")).slots
    assert told["stability_acceptable"] is False


@pytest.mark.parametrize("text", ["no scan, avoiding radiation", "none since March", "DLCO not done, machine down"])
def test_a_test_that_is_missing_is_no_verdict(text: str) -> None:
    assert update({}, read(text), "goal_ild_extent").slots.get("goal_ild_extent") is None


@pytest.mark.parametrize(
    ("turns", "goal", "criterion"),
    [
        (
            ("FVC 79% Feb, 73% Oct. DLCO 50 both times", "FVC in October was 76, I typed it wrong"),
            "not_achieved",
            False,
        ),
        (("FVC 79% Feb, 73% Oct", "the October FVC was 77"), "stable", None),
        (("FVC 79% Feb, 73% Oct", "October should be 77"), "stable", None),
        (("FVC 79% Feb, 73% Oct", "The second FVC was 77, sorry"), "stable", None),
        (("FVC 79% Feb, 73% Oct", "Sorry, the first FVC was 75"), "stable", None),
        (
            ("FVC 69 % in April and 63 % in October", "I swapped the dates: 63 was April and 69 was October"),
            "achieved",
            None,
        ),
        (("FVC 79 in Feb, 70 in Oct, DLCO 60 in Feb, 49 in Oct", "I confused the dates"), "achieved", False),
        (("DLCO 58 % → 47 %, March to November", "the 58 was from March two years ago"), "not_achieved", None),
        (("FVC from 78 to 70", "the 78 was in 2020 and the 70 is from this month"), "not_achieved", None),
        (("FVC 79% in Feb, 70% in Oct", "the first one was in February 2020"), "not_achieved", None),
        (("FVC 79% in Feb, 70% in Oct", "Sorry, the February test was in 2020"), "not_achieved", None),
        (
            ("FVC 2.9 L in February, 2.6 L in October", ("ppf_physiology", "In % predicted that is 78 and 71")),
            "not_achieved",
            True,
        ),
        (("FVC 79 to 73, DLCO 60 to 55 in 8 months", "correction: over 14 months"), "not_achieved", None),
        (("FVC 80 then 72", "No, those FVC values are his wife's"), None, None),
        (("FVC 80 then 72", "Those readings are from her sister"), None, None),
        (("FVC 80 then 72", "that was her husband's spirometry"), None, None),
        (("FVC 80 then 72", "his caller was his wife"), "not_achieved", None),
    ],
)
def test_readings_that_are_put_right(turns: tuple[Any, ...], goal: str | None, criterion: bool | None) -> None:
    slots = after(*turns)
    assert (slots.get("goal_lung_function"), slots.get("ppf_physiology")) == (goal, criterion)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The fellow wrote that he meets two PPF criteria", None),
        ("The trainee ticked PPF, I'd rather have it checked", None),
        ("Two of the PPF criteria are met according to the student", None),
        ("Asking about PPF in my patient", None),
        ("I wonder about PPF", None),
        ("The insurer wants proof of PPF", None),
        ("Ofev refused until I prove PPF", None),
        ("The question is PPF or not", None),
        ("The registrar says PPF and I agree", "yes"),
        ("The ILD conference said PPF, the patient says he feels fine", "yes"),
        ("Nintedanib was approved, PPF confirmed", "yes"),
    ],
)
def test_whose_word_on_ppf_counts(text: str, expected: str | None) -> None:
    assert after(text).get("ppf_stated") == expected


def test_no_sign_is_new_leaves_the_course_of_the_scan() -> None:
    slots = after("CT worse", ("ppf_radiology", "none of those signs is new or increased"))
    assert (slots["goal_ild_extent"], slots["ppf_radiology"]) == ("not_achieved", False)


def test_oxygen_that_rises_within_hours() -> None:
    first = "MDA5, worse breathlessness over the last 10 days. Not rapidly progressive in my view."
    assert after(first)["rapidly_progressive"] is False
    assert after(first, "6 h later: now needs 8 L via mask and ICU is coming")["rapidly_progressive"] is True


@pytest.mark.parametrize(
    ("text", "disease"),
    [
        ("Jo-1 requested, result pending", None),
        ("Jo-1 was ordered and is positive", "iim"),
        ("Jo-1 positive, other antibodies pending", "iim"),
    ],
)
def test_an_antibody_without_a_result_is_no_disease(text: str, disease: str | None) -> None:
    assert after(text).get("underlying_disease") == disease


def test_oxygen_needed_within_a_fortnight_is_rapid() -> None:
    slots = after("Went from room air to 5 L/min of oxygen within the last fortnight")
    assert slots["rapidly_progressive"] is True


def test_a_grade_is_put_right_by_its_date() -> None:
    slots = after("mMRC went from 1 to 3 since June", "Correction, mMRC was already 3 in June")
    assert slots["goal_breathlessness"] == "stable"
    assert slots["ppf_symptoms"] is False


def test_the_months_of_readings_are_told_afterwards() -> None:
    slots = after("FVC 82 to 74 % predicted", "Those two were in March and in November this year")
    assert slots["ppf_physiology"] is True


@pytest.mark.parametrize(
    "turns",
    [("mMRC 2 today", "In January she was mMRC 1"), ("mMRC 1 in January", "mMRC 2 today")],
)
def test_single_readings_of_two_messages_make_a_course(turns: tuple[str, ...]) -> None:
    slots = after(*turns)
    assert slots["goal_breathlessness"] == "not_achieved"
    assert slots["ppf_symptoms"] is True


@pytest.mark.parametrize(
    "turns",
    [("FVC 80", "FVC 78"), ("FVC 80 in March", "FVC 78 in March"), ("FVC 80", "Sorry, FVC 78 now")],
)
def test_readings_without_an_order_make_no_course(turns: tuple[str, ...]) -> None:
    assert after(*turns).get("goal_lung_function") is None


@pytest.mark.parametrize(
    "turns",
    [
        ("FVC 74 % today", "80 ten months ago"),
        ("FVC 74 %", "was 80 % a year ago"),
        ("FVC was 80 % ten months ago", "now 74 %"),
        ("FVC 74 % and DLCO 50 %", "ten months ago 80 and 61"),
        (("goal_lung_function", "FVC 74 % today"), ("goal_lung_function", "it was 80 ten months ago")),
    ],
)
def test_a_reading_without_its_name_is_of_the_measure_that_waits(turns: tuple[Any, ...]) -> None:
    slots = after(*turns)
    assert (slots["goal_lung_function"], slots["ppf_physiology"]) == ("not_achieved", True)


@pytest.mark.parametrize("turns", [("FVC 74 % today", "previously 80"), ("FVC 74 today, previous 80",)])
def test_today_tells_when_a_reading_was_made_and_not_over_how_long(turns: tuple[str, ...]) -> None:
    slots = after(*turns)
    assert (slots["goal_lung_function"], slots.get("ppf_physiology")) == ("not_achieved", None)


@pytest.mark.parametrize(
    ("turns", "now", "before"),
    [
        (("on MMF", "it was stopped in May"), [], ["mycophenolate"]),
        (("on MMF and tac", "sorry, both have been stopped"), [], ["mycophenolate", "tacrolimus"]),
        (("on MMF", "that was stopped, she takes tac now"), ["tacrolimus"], ["mycophenolate"]),
        (("MMF stopped", "it was restarted in May"), ["mycophenolate"], None),
        (("on MMF", "CT better", "it was stopped"), ["mycophenolate"], None),
        (("on MMF and pred", "it was stopped"), ["glucocorticoid", "mycophenolate"], None),
        (("on MMF", ("goal_ild_extent", "not done")), ["mycophenolate"], None),
        (("on MMF, PPF per MDT", "the MDT has just withdrawn that"), ["mycophenolate"], None),
        (("on prednisolone and MMF", "pred tapered off in September"), ["mycophenolate"], ["prednisolone"]),
        ((("previous_therapy", "neither CNI. Azathioprine, that's all"),), None, ["azathioprine"]),
        (
            ("on pred, MMF and tac", "Two errors: it's azathioprine rather than mycophenolate, and NYHA is still III"),
            ["azathioprine", "glucocorticoid", "tacrolimus"],
            None,
        ),
    ],
)
def test_agents_that_a_later_message_speaks_of(turns: tuple[Any, ...], now: Any, before: Any) -> None:
    slots = after(*turns)
    assert (slots.get("current_therapy"), slots.get("previous_therapy")) == (now, before)


def test_an_agent_that_is_not_clear_is_asked_for() -> None:
    slots = after("on MMF and pred")
    notes = update(slots, read("it was stopped")).notes
    assert [note.kind for note in notes] == ["which_agent"]


@pytest.mark.parametrize(
    "correction",
    ["Not March this year - March 2025, I misread it", "the 80 was measured in March 2025, the 74 last week"],
)
def test_a_date_put_right_leaves_the_goal(correction: str) -> None:
    slots = after("FVC was 80 % in March, 74 % now", correction)
    assert (slots["goal_lung_function"], slots.get("ppf_physiology")) == ("not_achieved", None)


def test_a_label_that_is_dated_back_is_none() -> None:
    slots = after("PPF per board. on MMF", "that label is from 2023, it has not been looked at since")
    assert (slots.get("ppf_stated"), slots["current_therapy"]) == (None, ["mycophenolate"])


def test_what_is_called_wrong_does_not_count() -> None:
    slots = after(("goal_breathlessness", "same"), "Earlier I said breathlessness was the same: wrong, NYHA II to III")
    assert (slots["goal_breathlessness"], slots["ppf_symptoms"]) == ("not_achieved", True)


def test_a_cough_that_is_taken_back() -> None:
    assert after("cough worse", "Cough is not worse. Breathing unchanged")["ppf_symptoms"] is False


@pytest.mark.parametrize("text", ["CT without any fibrosis", "CT w/o any fibrosis", "HRCT free of fibrosis"])
def test_fibrosis_that_is_not_there_is_no_improvement(text: str) -> None:
    slots = after(text)
    assert (slots["fibrosis_on_ct"], slots.get("goal_ild_extent")) == (False, None)


def test_a_course_of_two_messages_keeps_the_words_of_both() -> None:
    words = after("FVC 74 % today", "80 ten months ago")["evidence"]["goal_lung_function"]
    assert words == "FVC 74 % today / 80 ten months ago"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PPF by the ATS criteria", "yes"),
        ("not PPF by the criteria", "no"),
        ("PPF by criteria not established", None),
        ("we need to check PPF by the criteria", None),
        ("whether this is PPF will be discussed on Thursday", None),
        ("The MDT discussed whether this is PPF: agreed", "yes"),
        ("The MDT has withdrawn that: no PPF", "no"),
        ("His brother was diagnosed with PPF", None),
        ("A letter from another hospital uses the word PPF", None),
    ],
)
def test_ppf_by_criteria_by_others_and_in_doubt(text: str, expected: str | None) -> None:
    assert after(text).get("ppf_stated") == expected


@pytest.mark.parametrize(
    ("turns", "slot", "expected"),
    [
        (("FVC has declined, CT is also stable",), "goal_ild_extent", "stable"),
        (("FVC declined and HRCT was also done",), "goal_ild_extent", None),
        (("FVC has not improved, breathlessness is, though, worse",), "goal_breathlessness", "not_achieved"),
        (("On tacrolimus and MMF", "a CNI was stopped in 2019"), "current_therapy", ["mycophenolate", "tacrolimus"]),
        (("I put her on tacrolimus as the diagnosis of asthma was wrong",), "current_therapy", ["tacrolimus"]),
        (("FVC 70 %, then 65 %. MMF stopped, SpO2 now 97 %",), "goal_lung_function", "not_achieved"),
        (("FVC 74 %, DLCO 50 %", "a year ago 80, 74 in May"), "goal_lung_function", None),
        (("Rituximab is given for ILD every 6 months",), "current_therapy", ["rituximab"]),
        (("Consider switching to rituximab when HRCT has been completed",), "current_therapy", None),
        (("On MMF and tac. Two biopsies; the first was stopped",), "previous_therapy", None),
        (("GP asked for advice, scleroderma ILD",), "underlying_disease", "systemic_sclerosis"),
        (("She has PPF and needs to review her treatment",), "ppf_stated", "yes"),
    ],
)
def test_rules_that_must_not_reach_too_far(turns: tuple[str, ...], slot: str, expected: Any) -> None:
    assert after(*turns).get(slot) == expected


@pytest.mark.parametrize(
    ("turns", "current", "previous"),
    [
        (("on tac and MMF", "no, ciclosporin and MMF"), ["ciclosporin", "mycophenolate"], None),
        (("failed MMF", "now on tac"), ["tacrolimus"], ["mycophenolate"]),
        (("failed MMF", "he has been on tac instead since March"), ["tacrolimus"], ["mycophenolate"]),
        (("on MMF", "that was until May, now tac"), ["tacrolimus"], ["mycophenolate"]),
        (("on MMF", "sorry, that was before. Now AZA"), ["azathioprine"], ["mycophenolate"]),
        (("CYC pulses and MMF", "the pulses were last year"), ["mycophenolate"], ["cyclophosphamide"]),
        ((("previous_therapy", "MTX"), "and AZA"), None, ["azathioprine", "methotrexate"]),
        (
            (("previous_therapy", "ivig, aza"), "no, ivig was offered and he refused"),
            None,
            ["azathioprine"],
        ),
        (("MTX and immunoglobulins", "subcutaneous ones, Hizentra, not IV"), ["methotrexate"], None),
        (("tacrolimus, hydrocortisone 20 mg", "HC is adrenal replacement only"), ["tacrolimus"], None),
        (("Imuran 100 mg and Medrol, no wait, just Imuran",), ["azathioprine"], None),
    ],
)
def test_treatments_are_put_right(
    turns: tuple[Any, ...], current: list[str] | None, previous: list[str] | None
) -> None:
    slots = after(*turns)
    assert (slots.get("current_therapy"), slots.get("previous_therapy")) == (current, previous)


def test_a_label_is_taken_back_and_left_open() -> None:
    assert after("I would call this PPF", "take that back, leave PPF open till Thursday").get("ppf_stated") is None
    kept = after("On MMF, PPF.", "I take that back, the MDT decided it is not PPF")
    assert (kept["current_therapy"], kept["ppf_stated"]) == (["mycophenolate"], "no")


def test_an_earlier_class_and_dates_of_readings_told_later() -> None:
    slots = after(("goal_breathlessness", "NYHA II"), "and it was III before tacrolimus was added")
    assert slots["goal_breathlessness"] == "achieved"
    dated = after(("goal_lung_function", "DLCO 64% then 51%"), "the 64 is from 2023, the 51 from this month")
    assert (dated["goal_lung_function"], dated.get("ppf_physiology")) == ("not_achieved", None)


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        ("criterion 1 yes, 2 no, 3 yes", (True, False, True)),
        ("symptoms and FVC criteria met, CT not", (True, True, False)),
        ("no criteria for CT or PFT", (None, None, None)),
    ],
)
def test_criteria_are_told_in_a_list(text: str, criteria: tuple[bool | None, ...]) -> None:
    slots = after(text)
    assert tuple(slots.get(name) for name in ("ppf_symptoms", "ppf_physiology", "ppf_radiology")) == criteria
