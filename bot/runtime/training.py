"""Training with Rasa, done again only when something that goes into the model has changed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import os
import platform
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot.runtime.errors import TrainingFailed
from bot.runtime.project import ROOT, Project

MODELS_KEPT = 3
# The intent classifier learns from what the language finds in the examples: its code and vocabulary go into a model.
COMPONENT_SOURCES = ("bot/nlu", "bot/language", "bot/guideline/knowledge/agents.yml")
PACKAGES = ("rasa", "scikit-learn", "tensorflow")


def fingerprint(project: Project) -> str:
    """Return 16 hex digits that change with anything that goes into a model: files, components, versions."""
    digest = hashlib.sha256(platform.python_version().encode())
    for package in PACKAGES:
        digest.update(f"{package} {_version(package)}\n".encode())
    for path in _inputs(project):
        digest.update(f"{path.name}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def current_model(project: Project) -> Path | None:
    """Return the model that belongs to the files as they are now, or None when it has to be trained."""
    return _in_use(_model_path(project))


def train(project: Project, force: bool = False) -> Path:
    """Return the current model, trained in this process if there is none yet; two at once train once.

    Raises:
        TrainingFailed: Rasa cannot make a model of these files.
    """
    project.models.mkdir(parents=True, exist_ok=True)
    with _only_one(project.models / ".training.lock"):
        # The name is made of the files before training: a change meanwhile is trained the next time.
        path = _model_path(project)
        if not force and _in_use(path):
            return path
        with tempfile.TemporaryDirectory(dir=project.models, prefix=".training-") as folder:
            _train_with_rasa(project, Path(folder), path.name).replace(path)
        _drop_old_models(project)
        return path


def ensure_model(project: Project) -> Path:
    """Return the current model, trained in a process of its own if there is none yet.

    Training loads much that answering never needs; the child takes it away with it.

    Raises:
        TrainingFailed: with what the child said was wrong.
    """
    found = current_model(project)
    if found:
        return found
    command = [sys.executable, "-m", "bot", "train", "--quiet", "--project", str(project.root)]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if child.returncode:
        raise TrainingFailed(_last_line(child.stderr))
    return Path(_last_line(child.stdout))


def _train_with_rasa(project: Project, folder: Path, name: str) -> Path:
    # Rasa's own cache does not see what a component imports; ours is the only one.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    from rasa.model_training import train as rasa_train

    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), contextlib.chdir(project.root):
            result = rasa_train(
                domain=str(project.domain),
                config=str(project.config),
                training_files=[str(project.data)],
                output=str(folder),
                fixed_model_name=name,
                force_training=True,
                # Stories glued together are for policies that generalise; those here set them aside, after long work.
                core_additional_arguments={"augmentation_factor": 0},
            )
    except (Exception, SystemExit) as error:
        raise TrainingFailed(f"Training failed: {_reason(error, said.getvalue(), project)}") from error
    if not result.model:
        raise TrainingFailed(f"Training failed: {_last_line(said.getvalue())}")
    return Path(result.model)


def _reason(error: BaseException, said: str, project: Project) -> str:
    """Put an error of Rasa into one line; where it knows file and line they are part of its text."""
    if isinstance(error, SystemExit):
        return _last_line(said)
    reason = " ".join(str(error).split()) or type(error).__name__
    if type(error).__name__ == "YamlValidationException" and not getattr(error, "filename", None):
        # The one file that Rasa checks without naming it.
        return f"{project.config}: {reason}"
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_ours(frame.filename)]
    return f"{reason} ({ours[-1].filename}, line {ours[-1].lineno})" if ours else reason


def _is_ours(filename: str) -> bool:
    """Tell whether a line of code belongs to the components, not to Rasa or to the training itself."""
    path = Path(filename)
    return path.is_relative_to(ROOT / "bot") and not path.is_relative_to(ROOT / "bot/runtime")


def _last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no reason given"


def _inputs(project: Project) -> Iterator[Path]:
    places = [project.config, project.domain, project.data, *(project.root / source for source in COMPONENT_SOURCES)]
    for place in places:
        if place.is_file():
            yield place
        yield from sorted(path for path in place.rglob("*") if path.suffix in {".py", ".yml", ".yaml"})


def _model_path(project: Project) -> Path:
    return project.models / f"assistant-{fingerprint(project)}.tar.gz"


def _in_use(path: Path) -> Path | None:
    """Return the path if it is there, as the newest model of its folder: the one that `rasa run` takes."""
    if not path.is_file():
        return None
    with contextlib.suppress(OSError):
        path.touch()
    return path


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _drop_old_models(project: Project) -> None:
    models = sorted(project.models.glob("assistant-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in models[MODELS_KEPT:]:
        old.unlink(missing_ok=True)


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold the file's lock; another process that wants it waits."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
