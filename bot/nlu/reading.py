"""The reading of the latest message, shared by the components of the pipeline."""

from __future__ import annotations

import logging
from functools import lru_cache

from bot.language import Reading, read

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def reading_of(text: str) -> Reading:
    """Read a message; one that the reader fails on states nothing."""
    try:
        return read(text)
    except Exception as error:
        logger.error("The clinical text reader failed on a message: %s", type(error).__name__)
        return Reading(())
