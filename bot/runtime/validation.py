"""What `python -m bot validate` checks: the knowledge, Rasa's files, and that the actions fit the domain."""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.runtime.project import Project


@dataclass(frozen=True)
class Check:
    """What was checked, and what was found to be wrong with it."""

    subject: str
    findings: tuple[str, ...]


def check_all(project: Project) -> Iterator[Check]:
    """Run every check, the cheap ones first."""
    yield Check("knowledge (bot/guideline/knowledge)", tuple(knowledge_findings()))
    yield Check("training cases (bot/training/cases)", tuple(training_findings()))
    yield Check("Rasa's files (config, domain, data)", tuple(rasa_findings(project)))
    yield Check("actions (domain and bot/actions)", tuple(action_findings(project)))


def knowledge_findings() -> list[str]:
    """Load the knowledge and return its error, which names file, key and what was expected."""
    try:
        importlib.import_module("bot.guideline.knowledge").load()
    except ValueError as error:
        return [str(error)]
    return []


def training_findings() -> list[str]:
    """Read every training case and return what is wrong with it, with file and place."""
    findings: list[str] = importlib.import_module("bot.training.soundness").all_findings()
    return findings


def rasa_findings(project: Project) -> list[str]:
    """Do what `rasa data validate --fail-on-warnings` does and return every warning and error as a line."""
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.validator import Validator

    with _what_rasa_says() as said:
        importer = TrainingDataImporter.load_from_config(str(project.config), str(project.domain), [str(project.data)])
        validator = Validator.from_importer(importer)
        checks: tuple[Callable[[], object], ...] = (
            validator.verify_domain_validity,
            validator.verify_actions_in_stories_rules,
            validator.verify_forms_in_stories_rules,
            validator.verify_form_slots,
            validator.verify_slot_mappings,
            validator.warn_if_config_mandatory_keys_are_not_set,
            lambda: validator.verify_nlu(ignore_warnings=False),
            lambda: validator.verify_story_structure(ignore_warnings=False),
        )
        failed = [check for check in checks if check() is False]
    if failed and not said:
        return ["Rasa finds the data invalid and gives no reason."]
    return said


def action_findings(project: Project) -> list[str]:
    """Compare the actions that the domain lists with those that exist."""
    from rasa.shared.core.domain import Domain

    from bot.runtime.actions import InProcessActions

    with _what_rasa_says():
        domain = Domain.load(str(project.domain))
    listed = {name for name in domain.user_actions if not name.startswith("utter_")}
    existing = set(InProcessActions(project.actions).action_names)
    missing = [f"domain: {name} is listed, but {project.actions} has no such action" for name in listed - existing]
    # Actions of other packages that happen to be loaded are no concern of this project.
    unlisted = [f"domain: {name} exists, but is not listed: Rasa will never run it" for name in existing - listed]
    return sorted(missing + unlisted)


@contextlib.contextmanager
def _what_rasa_says() -> Iterator[list[str]]:
    """Collect as lines the warnings that Rasa raises, logs or prints; those that it always raises are left out."""
    from rasa.utils.common import EXPECTED_WARNINGS

    said: list[str] = []
    handler = _Collector(said)
    logger = logging.getLogger("rasa")
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("always")
            yield said
    finally:
        logger.removeHandler(handler)
    known = re.compile("|".join(message for _, message in EXPECTED_WARNINGS))
    for warning in caught:
        text = " ".join(str(warning.message).split())
        if "/rasa/" in warning.filename and issubclass(warning.category, UserWarning | FutureWarning):
            said += [] if known.match(text) else [text]


class _Collector(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(" ".join(record.getMessage().split()))
