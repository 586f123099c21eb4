"""The knowledge files: what they may say, and the error that whoever edits one gets to see."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.guideline.knowledge import FEATURES, KNOWLEDGE, KnowledgeError, load
from bot.guideline.knowledge.load import FOLDER
from tests.guideline import oracle

FILES = ("agents", "answers", "cautions", "guideline", "options", "sources", "statements")
Edit = Callable[[dict[str, Any]], Any]


# What the knowledge says.


def texts() -> Iterator[tuple[str, str]]:
    """Yield every text that a reader can get to see, with the place where it stands."""
    for caution in KNOWLEDGE.cautions.values():
        yield f"cautions.{caution.id}", caution.text
    for statement in KNOWLEDGE.statements.values():
        yield f"statements.{statement.id}", statement.text
    for option in KNOWLEDGE.options.values():
        yield f"options.{option.id}", option.label
    for answer in KNOWLEDGE.answers.values():
        yield f"answers.{answer.id}", answer.title
        for sentence in answer.sentences:
            yield f"answers.{answer.id}", sentence.text


DOSE = re.compile(
    r"\d\s*(mg|mcg|µg|g|ml|iu|units?)\b"
    r"|\b(m?g|iu|units?)\s*/\s*(kg|m2|m²|d|day)\b"
    r"|\b(once|twice|thrice|\w+ times) (a |per )?(daily|day|week|weekly|month|monthly|year)\b"
    r"|\b(daily|weekly|fortnightly|monthly)\b"
    r"|\bevery (other|second|\w+) (hour|day|week|month)s?\b"
    r"|\b(bd|tds|qds|od|bid|tid|qid|q\d+h)\b"
    r"|\b(\d+|two|three|four|six) (tablet|capsule|infusion|pulse|course|cycle)s?\b",
    re.IGNORECASE,
)
LABORATORY_VALUE = re.compile(r"CRP 1 mg/dL")


@pytest.mark.parametrize(
    "dose",
    [
        "150 mg",
        "5mg",
        "1 g bd",
        "0.6 g/m2",
        "mg/kg",
        "375 mg/m²",
        "twice daily",
        "three times a week",
        "every 4 weeks",
        "two infusions",
    ],
)
def test_a_dose_would_be_seen(dose: str) -> None:
    assert DOSE.search(f"Give {dose}.")


@pytest.mark.parametrize(("place", "text"), list(texts()))
def test_no_text_holds_a_dose(place: str, text: str) -> None:
    assert not DOSE.search(LABORATORY_VALUE.sub("", text)), place


GRADE = re.compile(r"\b(strong(ly)?|conditional(ly)?|suggest(ed|s)?|recommend(ed|s|ation|ations)?|certainty)\b", re.I)


@pytest.mark.parametrize("statement", ["A1", "A2"])
def test_the_lines_of_the_algorithm_have_no_grade_and_no_word_of_one(statement: str) -> None:
    line = KNOWLEDGE.statements[statement]
    assert (line.strength, line.certainty) == (None, None)
    assert not GRADE.search(line.text)


def test_options_and_what_stands_beside_them_have_no_word_of_a_grade() -> None:
    assert not any(GRADE.search(option.label) for option in KNOWLEDGE.options.values())
    beside = {caution for places in KNOWLEDGE.cautions_at_option.values() for caution, _ in places}
    assert beside
    for caution in beside:
        assert not re.search(r"\b(strong|conditional|certainty)", KNOWLEDGE.cautions[caution].text, re.I), caution


def test_the_grades_of_r1_and_r2_are_their_own() -> None:
    grades = {s.id: (s.strength, s.certainty) for s in KNOWLEDGE.statements.values() if s.strength}
    assert grades == {"R1": ("strong", "very low"), "R2": ("conditional", "very low")}


def test_strong_is_said_of_immunosuppressive_treatment_only() -> None:
    strong = [text for _, text in texts() if re.search(r"\bstrong( recommendation|,)", text)]
    assert strong
    assert all(text.startswith("Immunosuppressive treatment") for text in strong)


def test_a_grade_that_was_read_in_a_copy_says_so_wherever_it_stands() -> None:
    assert not KNOWLEDGE.statements["R2"].verified
    for place, text in texts():
        if "conditional, very low" in text:
            assert "secondary copy" in text, place


def test_every_statement_caution_and_sentence_has_a_source_that_exists() -> None:
    for statement in KNOWLEDGE.statements.values():
        assert statement.source in KNOWLEDGE.sources
    for caution in KNOWLEDGE.cautions.values():
        assert caution.source
        assert set(caution.source) <= set(KNOWLEDGE.sources)
    for answer in KNOWLEDGE.answers.values():
        for sentence in answer.sentences:
            assert set(sentence.source) <= set(KNOWLEDGE.sources)


def test_a_sentence_without_a_source_speaks_of_the_assistant() -> None:
    for answer in KNOWLEDGE.answers.values():
        for sentence in answer.sentences:
            assert sentence.source or re.search(r"\b(I|assistant)\b", sentence.text), (answer.id, sentence.text)


def test_every_source_is_used_and_every_paper_has_an_address() -> None:
    used = {statement.source for statement in KNOWLEDGE.statements.values()}
    used |= {source for caution in KNOWLEDGE.cautions.values() for source in caution.source}
    used |= {s for answer in KNOWLEDGE.answers.values() for sentence in answer.sentences for s in sentence.source}
    assert used == set(KNOWLEDGE.sources)
    papers = [source for source in KNOWLEDGE.sources.values() if source.id[0] in "GC"]
    assert all(source.doi or "PMC" in source.name for source in papers)


def test_the_agents_are_those_that_others_rely_on() -> None:
    assert set(KNOWLEDGE.agents) == set(oracle.AGENTS)
    assert KNOWLEDGE.immunosuppressants == set(oracle.IMMUNOSUPPRESSANTS)
    assert KNOWLEDGE.agents_by_class["glucocorticoid"] == set(oracle.GLUCOCORTICOIDS)
    assert KNOWLEDGE.agents_by_class["calcineurin_inhibitor"] == set(oracle.CALCINEURIN_INHIBITORS)
    assert KNOWLEDGE.agents_by_class["jak_inhibitor"] == set(oracle.JAK_INHIBITORS)
    assert KNOWLEDGE.agents_by_class["biologic"] == set(oracle.BIOLOGICS)


def test_what_is_ambiguous_is_never_the_name_of_an_agent() -> None:
    assert set(KNOWLEDGE.ambiguous) == {"cyclo", "CTX", "MP", "MPS", "PE"}
    names = {n.lower() for a in KNOWLEDGE.agents.values() for n in (a.id, *a.brands, *a.abbreviations, *a.spellings)}
    assert not names & {name.lower() for name in (*KNOWLEDGE.ambiguous, *KNOWLEDGE.context_dependent)}


def test_every_meaning_that_is_no_agent_has_words() -> None:
    unnamed = {name for name, meanings in KNOWLEDGE.ambiguous.items() if None in meanings}
    assert unnamed == set(KNOWLEDGE.other_meanings)


def test_every_feature_that_a_caution_asks_for_can_be_told() -> None:
    asked = {f for c in KNOWLEDGE.cautions.values() for place in c.applies for f in place.features or ()}
    assert asked <= set(FEATURES)


# The errors.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the knowledge that a test may break."""
    for name in FILES:
        shutil.copy(FOLDER / f"{name}.yml", tmp_path)
    return tmp_path


def break_file(folder: Path, name: str, edit: Edit) -> None:
    """Change one knowledge file as data."""
    path = folder / f"{name}.yml"
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(values)
    path.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), encoding="utf-8")


def put(*keys: str | int, to: Any) -> Edit:
    """Set a value deep inside."""

    def edit(values: Any) -> None:
        for key in keys[:-1]:
            values = values[key]
        values[keys[-1]] = to

    return edit


def drop(*keys: str | int) -> Edit:
    """Leave out a key deep inside."""

    def edit(values: Any) -> None:
        for key in keys[:-1]:
            values = values[key]
        del values[keys[-1]]

    return edit


def test_an_unbroken_copy_loads(folder: Path) -> None:
    for name in FILES:
        break_file(folder, name, lambda values: None)
    assert load(folder) == KNOWLEDGE


PLACE = ("cautions", "two-cni", "applies", 0)
SENTENCE = ("answers", "ppf", "sentences", 0)

BROKEN: list[tuple[str, Edit, str, str]] = [
    # sources and guideline
    ("sources", drop("sources", "G1", "name"), "sources.G1.name", "expected a text, found nothing"),
    ("sources", put("sources", "G1", "name", to="  "), "sources.G1.name", "expected a text"),
    ("sources", put("sources", "G1", "verified", to="no"), "sources.G1.verified", "expected true or false"),
    ("sources", put("sources", "G1", "url", to="x"), "sources.G1.url", "unknown key; expected one of name"),
    ("sources", put("sources", "G1", to="ERS"), "sources.G1", "expected a mapping, found str 'ERS'"),
    ("sources", put("sources", to=None), "sources", "expected a mapping, found nothing"),
    ("sources", put("more", to={}), "more", "unknown key; expected one of sources"),
    ("guideline", drop("doi"), "doi", "expected a text, found nothing"),
    ("guideline", put("version", to=2025), "version", "expected a text, found int 2025"),
    ("guideline", put("grade", to="strong"), "grade", "unknown key"),
    # agents
    ("agents", drop("agents", "ivig", "class"), "agents.ivig.class", "expected a text"),
    ("agents", put("agents", "ivig", "brand", to=["X"]), "agents.ivig.brand", "unknown key; expected one of name"),
    ("agents", put("agents", "ivig", "brands", to="Octagam"), "agents.ivig.brands", "expected a list of texts"),
    ("agents", put("agents", "ivig", "brands", to=[True]), "agents.ivig.brands", "expected a list of texts"),
    ("agents", put("agents", "ivig", "brands", to=[]), "agents.ivig.brands", "expected a list of texts"),
    (
        "agents",
        put("agents", "ivig", "brands", to=["Prograf"]),
        "agents.ivig",
        "'prograf' already stands for tacrolimus",
    ),
    ("agents", put("agents", "ivig", "brands", to=["PE"]), "agents.ivig", "'pe' already stands for several"),
    ("agents", put("agents", "ivig", "immunosuppressant", to=1), "agents.ivig.immunosuppressant", "true or false"),
    ("agents", put("agents", "jak_inhibitor", "generic_for", to="jak"), "agents.jak_inhibitor.generic_for", "no class"),
    ("agents", put("ambiguous", "CTX", to="cyclophosphamide"), "ambiguous.CTX", "a list of at least two agents"),
    (
        "agents",
        put("ambiguous", "CTX", to=["cyclophosphamide", "x"]),
        "ambiguous.CTX",
        "an agent of this file, found 'x'",
    ),
    ("agents", put("ambiguous", "CTX", to=[["ivig"], None]), "ambiguous.CTX", "expected an agent of this file"),
    ("agents", put("context_dependent", "MPA", to="vasculitis"), "context_dependent.MPA", "an agent of this file"),
    ("agents", put("context_dependent", "MPA", to=["ivig"]), "context_dependent.MPA", "an agent of this file"),
    ("agents", put("agent", to={}), "agent", "unknown key; expected one of agents, ambiguous"),
    # statements
    ("statements", put("statements", "A1", "source", to="G9"), "statements.A1.source", "'G9' is no source"),
    ("statements", drop("statements", "A1", "source"), "statements.A1.source", "expected a text"),
    ("statements", put("statements", "R1", "strength", to="firm"), "statements.R1.strength", "'firm' is no strength"),
    (
        "statements",
        put("statements", "R1", "certainty", to="some"),
        "statements.R1.certainty",
        "'some' is no certainty",
    ),
    ("statements", put("statements", "R1", "certainty", to=None), "statements.R1.certainty", "both, or null for both"),
    ("statements", put("statements", "A1", "status", to=["failed"]), "statements.A1.status", "'failed' is no status"),
    ("statements", put("statements", "A1", "dose", to="1"), "statements.A1.dose", "unknown key"),
    # options
    ("options", put("options", "statins", to={"label": "x"}), "options.statins", "expected a class of agents.yml"),
    (
        "options",
        put("options", "ivig", "agents", to=["rituximab"]),
        "options.ivig.agents",
        "no agent of the class ivig",
    ),
    ("options", drop("options", "ivig", "agents"), "options.ivig.agents", "expected at least one agent"),
    ("options", drop("options", "ivig", "label"), "options.ivig.label", "expected a text"),
    # cautions
    ("cautions", drop("cautions", "two-cni", "source"), "cautions.two-cni.source", "expected at least one source"),
    ("cautions", put("cautions", "two-cni", "source", to=["L99"]), "cautions.two-cni.source", "'L99' is no source"),
    ("cautions", put("cautions", "two-cni", "source", to="L2"), "cautions.two-cni.source", "expected a list of texts"),
    ("cautions", put("cautions", "two-cni", "applies", to=[]), "cautions.two-cni.applies", "at least one entry"),
    ("cautions", put("cautions", "two-cni", "when", to="x"), "cautions.two-cni.when", "unknown key"),
    (
        "cautions",
        drop(*PLACE, "option"),
        "cautions.two-cni.applies[1].option",
        "exactly one of option, nintedanib, case",
    ),
    ("cautions", put(*PLACE, "case", to=["escalate"]), "cautions.two-cni.applies[1].option", "exactly one of"),
    ("cautions", put(*PLACE, "option", to="cni"), "cautions.two-cni.applies[1].option", "'cni' is no option"),
    ("cautions", put(*PLACE, "action", to=["add"]), "cautions.two-cni.applies[1].action", "'add' is no action"),
    ("cautions", put(*PLACE, "taking", to=["FK"]), "cautions.two-cni.applies[1].taking", "'FK' is no agent"),
    ("cautions", put(*PLACE, "taking", to=[]), "cautions.two-cni.applies[1].taking", "expected a list of texts"),
    ("cautions", put(*PLACE, "taking", to=None), "cautions.two-cni.applies[1].taking", "found nothing"),
    ("cautions", put(*PLACE, "taking_class", to=["x"]), "cautions.two-cni.applies[1].taking_class", "'x' is no class"),
    ("cautions", put(*PLACE, "features", to=["old"]), "cautions.two-cni.applies[1].features", "'old' is no feature"),
    ("cautions", put(*PLACE, "offers", to="x"), "cautions.two-cni.applies[1].offers", "'x' is no agent"),
    ("cautions", put(*PLACE, "option_open", to="ivig"), "cautions.two-cni.applies[1].option_open", "unknown key"),
    ("cautions", put(*PLACE, "rapidly", to=True), "cautions.two-cni.applies[1].rapidly", "unknown key"),
    ("cautions", put(*PLACE, "not_tolerated", to="yes"), "cautions.two-cni.applies[1].not_tolerated", "true or false"),
    (
        "cautions",
        put("cautions", "nin-liver", "applies", 0, "offers", to="ivig"),
        "cautions.nin-liver.applies[1].offers",
        "unknown key",
    ),
    (
        "cautions",
        put("cautions", "nin-liver", "applies", 0, "nintedanib", to=["start"]),
        "cautions.nin-liver.applies[1].nintedanib",
        "'start' is no answer on nintedanib",
    ),
    (
        "cautions",
        put("cautions", "infection", "applies", 0, "case", to=["failed"]),
        "cautions.infection.applies[1].case",
        "'failed' is no status",
    ),
    # answers
    ("answers", drop("answers", "ppf", "title"), "answers.ppf.title", "expected a text"),
    ("answers", put("answers", "ppf", "sentences", to=[]), "answers.ppf.sentences", "at least one entry"),
    ("answers", put(*SENTENCE, to="In an ILD"), "answers.ppf.sentences[1]", "expected a mapping, found str"),
    ("answers", drop(*SENTENCE, "source"), "answers.ppf.sentences[1].source", "at least one source"),
    ("answers", put(*SENTENCE, "source", to=["G7"]), "answers.ppf.sentences[1].source", "'G7' is no source"),
    ("answers", put(*SENTENCE, "about_the_assistant", to=True), "answers.ppf.sentences[1].source", "expected none"),
    ("answers", put(*SENTENCE, "about_us", to=True), "answers.ppf.sentences[1].about_us", "unknown key"),
]


@pytest.mark.parametrize(("name", "edit", "key", "expected"), BROKEN, ids=[f"{b[2]}: {b[3]}" for b in BROKEN])
def test_a_broken_file_names_file_key_and_what_was_expected(
    folder: Path, name: str, edit: Edit, key: str, expected: str
) -> None:
    break_file(folder, name, edit)
    with pytest.raises(KnowledgeError) as error:
        load(folder)
    assert (error.value.file, error.value.key) == (f"{name}.yml", key)
    assert expected in error.value.expected
    assert str(error.value) == f"{name}.yml: {key}: {error.value.expected}"


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_there(folder: Path, name: str) -> None:
    (folder / f"{name}.yml").unlink()
    with pytest.raises(KnowledgeError, match=rf"{name}\.yml: file: expected a readable file"):
        load(folder)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "top level: expected a mapping, found nothing"),
        (b"- a\n- b\n", "top level: expected a mapping, found list"),
        (b"a: [1\nb: 2\n", "line 2: expected YAML"),
        (b"a:\n\t- 1\n", "line 2: expected YAML"),
        (b"a: {b: 1}\na: {b: 2}\n", "line 2: expected YAML \\(each key once; 'a' is repeated\\)"),
        (b"a: \xff\xfe\n", "file: expected a text in UTF-8"),
    ],
    ids=["empty", "a list", "unclosed", "tab", "key twice", "not UTF-8"],
)
def test_a_file_that_is_no_yaml(folder: Path, name: str, content: bytes, expected: str) -> None:
    (folder / f"{name}.yml").write_bytes(content)
    with pytest.raises(KnowledgeError, match=rf"^{name}\.yml: {expected}"):
        load(folder)


def test_a_caution_that_is_written_twice_is_refused_not_half_lost(folder: Path) -> None:
    path = folder / "cautions.yml"
    path.write_text(path.read_text(encoding="utf-8") + "  two-cni: {text: Other., source: [L2]}\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="'two-cni' is repeated"):
        load(folder)
