"""Placeholder for Keras; its submodules are found by the TensorFlow placeholder."""

import tensorflow  # noqa: F401
