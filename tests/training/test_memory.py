"""Results, spaced repetition, progress, and what a teacher sees."""

from __future__ import annotations

import csv
import io
import json
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.training.database import database_url
from bot.training.memory import Memory, Result, rating_of
from bot.training.model import Grade, Level, Step, Topic
from bot.training.progress import picture, progress_of, progress_text
from bot.training.reports import export, hardest, overview
from bot.training.schedule import next_case
from bot.training.truth import point_of, steps_of, topic_of
from tests.training.conftest import Clock


def result(clock: Clock, grade: Grade, point: str = "ppf:just_below", case_id: str = "a-case") -> Result:
    return Result(case_id, Step.PPF, point, topic_of(point), grade, False, clock())


def test_what_was_missed_returns_and_what_was_right_rests(memory: Memory, clock: Clock) -> None:
    memory.record("anna", result(clock, Grade.WRONG, "ppf:litres_only"))
    memory.record("anna", result(clock, Grade.RIGHT, "ppf:just_below"))
    assert memory.due("anna", clock()) == []
    clock.pass_days(0.1)
    assert memory.due("anna", clock()) == ["ppf:litres_only"]
    clock.pass_days(60)
    assert set(memory.due("anna", clock())) == {"ppf:litres_only", "ppf:just_below"}
    assert memory.due("ben", clock()) == []


def test_the_intervals_grow_with_every_right_answer(memory: Memory, clock: Clock) -> None:
    waited = []
    for _ in range(5):
        memory.record("anna", result(clock, Grade.RIGHT))
        start = clock.now
        while not memory.due("anna", clock()):
            clock.pass_days(0.5)
        waited.append(clock.now - start)
    assert waited == sorted(waited)
    assert waited[-1] > timedelta(days=20)


def test_a_hint_and_half_an_answer_count_for_less() -> None:
    order = [rating_of(g, h) for g, h in [(Grade.WRONG, False), (Grade.PARTLY, False), (Grade.RIGHT, False)]]
    assert order == sorted(order)
    assert len(set(order)) == 3
    assert rating_of(Grade.RIGHT, hinted=True) < rating_of(Grade.RIGHT, hinted=False)
    assert rating_of(Grade.SKIPPED, hinted=False) == rating_of(Grade.WRONG, hinted=False)


@pytest.mark.parametrize(
    "point", ["ppf:litres_only", "options:cni_on_board", "trigger:stable_disease", "ppf:uncorrected_dlco"]
)
def test_a_weak_point_comes_back_in_another_case(point: str) -> None:
    seen = ["litres-only", "tacrolimus-on-board", "stable-everything", "dlco-and-anaemia"]
    for seed in range(10):
        case = next_case(seen, [point], None, None, random.Random(seed))
        assert point in {point_of(case, step) for step in steps_of(case)}
        assert case.id not in seen


def test_new_cases_come_before_old_ones_and_then_without_end() -> None:
    draw, seen = random.Random(1), []
    for _ in range(60):
        case = next_case(seen, [], Level.HARD, None, draw)
        assert case.id not in seen
        assert case.level is Level.HARD
        seen.insert(0, case.id)
    assert sum(name.startswith("made-") for name in seen) > 40


def test_results_outlive_the_process(tmp_path: Path, clock: Clock) -> None:
    url = f"sqlite:///{tmp_path}/kept.db"
    first = sa.create_engine(url)
    Memory(first).record("anna", result(clock, Grade.PARTLY))
    first.dispose()
    assert Memory(sa.create_engine(url)).results("anna") == [result(clock, Grade.PARTLY)]


def test_the_database_is_that_of_the_conversations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DB_URL", "postgresql://bot@db.example/training")
    assert database_url().get_backend_name() == "postgresql"
    monkeypatch.delenv("TRACKER_DB_URL")
    assert str(database_url()).endswith("/var/conversations.db")


def test_progress_counts_topics_and_days_in_a_row(clock: Clock) -> None:
    results = []
    for grade in [Grade.RIGHT, Grade.PARTLY, Grade.WRONG]:
        results.append(result(clock, grade))
        clock.pass_days(1)
    progress = progress_of(results, 2, clock().date())
    (score,) = progress.scores
    assert (score.topic, score.share, score.count) == (Topic.PPF, 0.5, 3)
    assert progress.streak == 3  # today is still to come
    assert progress_of(results, 0, clock().date() + timedelta(days=1)).streak == 0
    assert "2 decision points due" in progress_text(progress)
    assert "not decided anything" in progress_text(progress_of([], 0, date(2026, 1, 1)))


def test_the_picture_reads_on_a_phone_and_names_nobody(tmp_path: Path, clock: Clock) -> None:
    points = ["goals:failed", "ppf:met", "options:plain", "options:cni_switch", "cautions:label", "red_flag:rapid"]
    path = picture(progress_of([result(clock, Grade.RIGHT, p) for p in points], 3, clock().date()), tmp_path, "anna")
    from PIL import Image

    with Image.open(path) as image:
        width, height = image.size
    assert 800 <= width <= 1280
    assert height < 1.6 * width
    assert "anna" not in path.name
    assert path.stat().st_size < 200_000


def test_a_teacher_sees_who_practised_what_is_weak_and_what_is_hard(memory: Memory, clock: Clock) -> None:
    group = memory.create_group("Ward 5", clock())
    for name in ["Anna", "Ben"]:
        memory.join(name.lower(), group.code, name)
    memory.record("anna", result(clock, Grade.WRONG, "ppf:met", "hard-one"))
    memory.record("anna", result(clock, Grade.RIGHT, "goals:failed", "easy-one"))
    memory.record("cem", result(clock, Grade.WRONG, "cautions:label", "not-in-the-group"))
    text = overview(memory, group)
    assert "Anna: 2 cases, 2 decisions, 50%" in text
    assert "Ben: not yet" in text
    assert text.index("PPF: 0%") < text.index("Treatment goals: 100%")
    assert "not-in-the-group" not in text
    assert hardest(memory.results("anna"))[0] == ("hard-one", 0.0, 1)


def test_the_export_has_a_row_for_each_result_and_runs_no_formula(memory: Memory, clock: Clock) -> None:
    group = memory.create_group("Ward 5", clock())
    memory.join("anna", group.code, "=HYPERLINK(1)")
    memory.record("anna", result(clock, Grade.RIGHT))
    out = io.StringIO()
    assert export(memory, [group], out) == 1
    (row,) = csv.DictReader(io.StringIO(out.getvalue()))
    assert row["name"] == "'=HYPERLINK(1)"
    assert row["grade"] == "right"
    assert row["at"] == "2026-03-02T09:00:00+00:00"


def test_a_deleted_group_shows_nothing_and_takes_nothing_from_residents(memory: Memory, clock: Clock) -> None:
    group = memory.create_group("Ward 5", clock())
    memory.join("anna", group.code, "Anna")
    memory.record("anna", result(clock, Grade.RIGHT))
    assert memory.delete_group(group.code)
    assert memory.group(group.code) is None
    assert len(memory.results("anna")) == 1


def command(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    import os

    environment = {**os.environ, "TRACKER_DB_URL": f"sqlite:///{tmp_path}/cli.db"}
    whole = [sys.executable, "-m", "bot", "training", *arguments]
    return subprocess.run(whole, capture_output=True, text=True, check=False, env=environment)


def test_the_command_line_of_a_teacher(tmp_path: Path, clock: Clock) -> None:
    code = command(tmp_path, "create-group", "Ward 5").stdout.strip()
    memory = Memory(sa.create_engine(f"sqlite:///{tmp_path}/cli.db"))
    memory.join("anna", code, "Anna")
    memory.record("anna", result(clock, Grade.RIGHT))
    assert f"{code}  Ward 5  1 members" in command(tmp_path, "groups").stdout
    assert "Anna: 1 cases" in command(tmp_path, "overview", code).stdout
    command(tmp_path, "export", "--output", str(tmp_path / "all.csv"))
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 2
    assert "Deleted 1 results of Anna" in command(tmp_path, "forget", code, "Anna").stdout
    assert memory.results("anna") == []
    unknown = command(tmp_path, "overview", "NOSUCH22")
    assert unknown.returncode == 2
    assert "no group with the code NOSUCH22" in unknown.stderr


def test_a_case_is_checked_from_the_command_line(tmp_path: Path) -> None:
    good = command(tmp_path, "check", "bot/training/cases/weak-muscles.yml")
    assert good.returncode == 0
    assert "There is no PPF. Criteria: symptoms not met, physiology open, CT not met." in good.stdout
    bad = tmp_path / "bad.yml"
    text = Path("bot/training/cases/weak-muscles.yml").read_text(encoding="utf-8")
    bad.write_text(text.replace("goal_breathlessness: stable", "goal_breathlessness: achieved"), encoding="utf-8")
    wrong = command(tmp_path, "check", str(bad))
    assert wrong.returncode == 1
    assert "bad.yml: goal_breathlessness: the facts say achieved, but the text reads as stable" in wrong.stdout


def test_an_open_case_is_kept_as_json(memory: Memory) -> None:
    memory.keep_open("anna", {"case": "weak-muscles"})
    memory.keep_open("anna", {"case": "litres-only"})
    assert json.dumps(memory.open_case("anna")) == '{"case": "litres-only"}'
    memory.keep_open("anna", None)
    assert memory.open_case("anna") is None
