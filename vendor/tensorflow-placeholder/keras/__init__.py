"""Placeholder for Keras; its submodules are found by the TensorFlow placeholder."""

from __future__ import annotations

import sys
from typing import Any

from tensorflow import _name_of


def __getattr__(name: str) -> Any:
    return _name_of(sys.modules[__name__], name)
