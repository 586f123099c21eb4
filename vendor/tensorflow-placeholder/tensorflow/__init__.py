"""Placeholder for TensorFlow.

Rasa imports TensorFlow at module level in files that this project's pipeline never uses. This package lets those
imports succeed: every name it is asked for is a class that can be subclassed, subscripted and used in annotations,
and that raises `TensorFlowNotInstalled` as soon as somebody makes an instance of it or calls it.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any

_ROOTS = ("tensorflow", "keras")


class TensorFlowNotInstalled(RuntimeError):
    """Raised when code really needs TensorFlow."""


class _PlaceholderType(type):
    """Type of every placeholder name: attributes are placeholders again, calling one is an error."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(f"{cls.__qualname__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise TensorFlowNotInstalled(
            f"{cls.__qualname__} was called, but TensorFlow is not installed. This project runs without it; "
            "`make setup TENSORFLOW=1` installs the real one."
        )

    def __getitem__(cls, item: Any) -> Any:
        return cls


def _placeholder(name: str) -> Any:
    return _PlaceholderType(name, (), {"__module__": "tensorflow"})


def function(func: Any = None, **_options: Any) -> Any:
    """`tf.function` decorates methods at import time, so it alone may be called; it leaves them as they are."""
    return func if func is not None else lambda decorated: decorated


def _name_of(module: ModuleType, name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return _placeholder(f"{module.__name__}.{name}")


class _Submodules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds any submodule of the placeholder packages and gives it placeholder names."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in _ROOTS or "." not in fullname:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        module.__getattr__ = lambda name: _name_of(module, name)  # type: ignore[method-assign]


sys.meta_path.append(_Submodules())


def __getattr__(name: str) -> Any:
    return _name_of(sys.modules[__name__], name)
