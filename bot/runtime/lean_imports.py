"""Rasa without the start-up cost of what is not used."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

_PACKAGE = "rasa.core.channels"
_BASE_NAMES = ("InputChannel", "OutputChannel", "UserMessage", "CollectingOutputChannel")
_TABLES = ("BUILTIN_CHANNELS", "input_channel_classes")


def import_skops() -> None:
    """Import skops, with which Rasa loads the intent classifier, while few other modules are loaded.

    For each of its 800 trusted types it searches every module that is loaded: 0.1 s at first, over 3 s after Rasa.
    """
    importlib.import_module("skops.io")


def defer_connectors() -> None:
    """Let Rasa's channel package load its fifteen connectors when one is asked for, not when Rasa is imported.

    They bring the libraries of a dozen platforms, which takes about a second and 30 MB. To be called before Rasa is
    imported; afterwards it has no effect.
    """
    if _PACKAGE not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != _PACKAGE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec and spec.loader:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    """Gives the package its base names at once, and all else as the package itself defines it on first use."""

    def __init__(self, original: importlib.abc.Loader) -> None:
        self._original = original

    def exec_module(self, module: ModuleType) -> None:
        def load_all(name: str) -> Any:
            if name not in _TABLES and not name.endswith("Input"):
                raise AttributeError(name)
            del module.__dict__["__getattr__"]
            self._original.exec_module(module)
            return getattr(module, name)

        base = importlib.import_module(f"{_PACKAGE}.channel")
        for name in _BASE_NAMES:
            setattr(module, name, getattr(base, name))
        module.__dict__["__getattr__"] = load_all
