"""Runs in the environment of medspaCy: the modifiers that ConText finds for given mentions.

stdin:  {"messages": [{"text": str, "spans": [[start, end], ...]}, ...]}
stdout: {"modifiers": [[[category, ...] for each span], ...], "milliseconds": median per message}
"""

# mypy: disable-error-code=import-not-found
from __future__ import annotations

import json
import os
import statistics
import sys
import time
from typing import Any

import medspacy
from loguru import logger
from spacy.language import Language
from spacy.tokens import Doc, Span

TARGET = "AGENT"


def targets(doc: Doc, spans: list[list[int]]) -> list[Span]:
    """Return the tokens that each span touches; two spans can be the same tokens."""
    return [doc.char_span(start, end, label=TARGET, alignment_mode="expand") for start, end in spans]


def modifiers(nlp: Language, message: dict[str, Any]) -> list[list[str]]:
    """Return the categories of the modifiers of each span of a message."""
    doc = nlp.get_pipe("medspacy_pyrush")(nlp.make_doc(message["text"]))
    spans = targets(doc, message["spans"])
    distinct = {(span.start, span.end): span for span in spans}
    kept: list[Span] = []
    for span in sorted(distinct.values(), key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    doc.ents = tuple(kept)
    doc = nlp.get_pipe("medspacy_context")(doc)
    return [_categories(doc, span) for span in spans]


def _categories(doc: Doc, span: Span) -> list[str]:
    around = [ent for ent in doc.ents if ent.start < span.end and span.start < ent.end]
    return sorted({modifier.category for ent in around for modifier in ent._.modifiers})


def main() -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    # The sentence splitter logs every word it sees.
    logger.remove()
    # Blank English and the rules that come with medspaCy.
    nlp = medspacy.load(medspacy_enable=["medspacy_tokenizer", "medspacy_pyrush", "medspacy_context"])
    answers, times = [], []
    for message in json.load(sys.stdin)["messages"]:
        start = time.perf_counter()
        answers.append(modifiers(nlp, message))
        times.append(1000 * (time.perf_counter() - start))
    json.dump({"modifiers": answers, "milliseconds": statistics.median(times) if times else 0.0}, out)
    out.close()


if __name__ == "__main__":
    main()
