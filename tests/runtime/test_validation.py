"""What `validate` finds: each kind of mistake, planted in a copy of the tiny project."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.runtime import validation
from bot.runtime.project import Project
from bot.runtime.validation import Check, action_findings, rasa_findings
from tests.tiny import TINY


@pytest.fixture
def project(tmp_path: Path) -> Project:
    shutil.copytree(TINY.root, tmp_path / "tiny", ignore=shutil.ignore_patterns("__pycache__", "models", "var"))
    return Project(tmp_path / "tiny", TINY.actions)


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_sound_project_has_no_findings(project: Project) -> None:
    assert rasa_findings(project) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("domain.yml", "  utter_bye:", "  utter_never_used:\n  - text: x\n  utter_bye:", "utter_never_used"),
        ("data/rules.yml", "action: utter_greet", "action: utter_grete", "utter_grete"),
        ("data/nlu.yml", "    - bye\n", "    - bye\n    - hi\n", "hi"),
        ("domain.yml", "slow]", "slow, forgotten]", "forgotten"),
        ("config.yml", "assistant_id: tiny\n", "", "assistant_id"),
    ],
)
def test_a_warning_of_rasa_is_a_finding(project: Project, file: str, old: str, new: str, told: str) -> None:
    _replace(project.root / file, old, new)
    assert any(told in finding for finding in rasa_findings(project))


def test_an_action_that_does_not_exist_or_is_not_listed_is_a_finding(project: Project) -> None:
    _replace(project.domain, "action_slow]", "action_slwo]")
    findings = action_findings(project)
    assert any("action_slwo is listed" in finding for finding in findings)
    assert any("action_slow exists" in finding for finding in findings)


def test_findings_are_printed_and_make_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = [Check("this", ()), Check("that", ("that.yml: key: expected a number",))]
    monkeypatch.setattr("bot.cli.validate.check_all", lambda _: checks)
    assert main(["validate"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "ok     this",
        "wrong  that",
        "       that.yml: key: expected a number",
        "1 to put right.",
    ]


def test_an_error_in_the_knowledge_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.guideline import knowledge

    def broken() -> None:
        raise knowledge.KnowledgeError("agents.yml", "rituximab.class", "one of ...")

    monkeypatch.setattr(knowledge, "load", broken)
    assert validation.knowledge_findings() == ["agents.yml: rituximab.class: one of ..."]
