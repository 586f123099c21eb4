"""Training: cached by what goes into a model, once for two, and a clear line when it fails."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.runtime import training
from bot.runtime.errors import TrainingFailed
from bot.runtime.project import Project
from tests.tiny import TINY

pytestmark = pytest.mark.usefixtures("tiny_model")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy of the tiny project with its trained model."""
    shutil.copytree(TINY.root, tmp_path / "tiny", ignore=shutil.ignore_patterns("__pycache__"))
    return Project(tmp_path / "tiny", TINY.actions)


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_unchanged_files_are_not_trained_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_train_with_rasa", _never)
    assert training.train(project) == training.current_model(project)


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "data/nlu.yml", "data/rules.yml"])
def test_a_changed_file_asks_for_training(project: Project, name: str) -> None:
    _append(project.root / name, "# changed\n")
    assert training.current_model(project) is None


@pytest.mark.parametrize("change", [lambda p: (p.data / "more.yml").touch(), lambda p: (p.data / "nlu.yml").unlink()])
def test_a_file_more_or_less_asks_for_training(project: Project, change: Callable[[Project], None]) -> None:
    change(project)
    assert training.current_model(project) is None


def test_another_version_of_a_package_asks_for_training(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "version", lambda package: f"{package} 99")
    assert training.current_model(project) is None


def test_a_changed_component_asks_for_training(project: Project) -> None:
    (project.root / "bot/nlu").mkdir(parents=True)
    (project.root / "bot/nlu/component.py").touch()
    assert training.current_model(project) is None


def test_two_at_once_train_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    _append(project.config, "# changed\n")
    made = []

    def slow(_project: Project, folder: Path, name: str) -> Path:
        made.append(name)
        threading.Event().wait(0.2)
        (folder / name).write_bytes(b"model")
        return folder / name

    monkeypatch.setattr(training, "_train_with_rasa", slow)
    threads = [threading.Thread(target=training.train, args=(project,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert training.current_model(project) is not None


def test_a_failed_training_leaves_no_model_and_no_rest(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    _append(project.config, "# changed\n")
    before = sorted(project.models.iterdir())
    monkeypatch.setattr(training, "_train_with_rasa", _fails)
    with pytest.raises(TrainingFailed):
        training.train(project)
    assert training.current_model(project) is None
    assert sorted(project.models.iterdir()) == sorted({*before, project.models / ".training.lock"})


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("domain.yml", "nonsense: [\n", "domain.yml"),
        ("config.yml", "- : : :\n", "config.yml"),
        ("data/rules.yml", "- rule: other greeting\n  steps:\n  - intent: greet\n  - action: utter_bye\n", "greeting"),
        ("data/rules.yml", "- rule: one\n  stepz: []\n", "rules.yml"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(project: Project, name: str, text: str, told: str) -> None:
    _append(project.root / name, text)
    with pytest.raises(TrainingFailed) as raised:
        training.train(project)
    assert "\n" not in str(raised.value)
    assert told in str(raised.value)


def test_a_child_process_trains_and_hands_the_model_over(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(training.ROOT))
    _append(project.config, "# changed\n")
    assert training.ensure_model(project) == training.current_model(project)


def test_only_the_latest_models_are_kept(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        (project.models / f"assistant-{number:016}.tar.gz").touch()
    _append(project.config, "# changed\n")
    monkeypatch.setattr(training, "_train_with_rasa", _empty_model)
    training.train(project)
    models = list(project.models.glob("*.tar.gz"))
    assert len(models) == training.MODELS_KEPT
    assert training.current_model(project) in models


def _empty_model(_project: Project, folder: Path, name: str) -> Path:
    (folder / name).touch()
    return folder / name


def _never(*_arguments: object) -> Path:
    raise AssertionError("trained although nothing has changed")


def _fails(*_arguments: object) -> Path:
    raise TrainingFailed("no")
