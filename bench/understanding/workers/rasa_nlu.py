"""Runs in an environment with Rasa: trains NLU pipelines and reads messages with them.

stdin:  {"jobs": [{"pipeline": [component, ...], "training": path or {"examples": [...], "names": [...]},
                   "messages": [str, ...]}, ...]}
        An example is {"text": str, "entities": [{"start", "end", "entity", "role"}, ...]}; names are a lookup table.
stdout: {"answers": [{"parsed": [{"intent": str, "entities": [{"start", "end", "role"}, ...]}, ...],
                      "training_seconds": float, "milliseconds": median per message}, ...]}
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")

from rasa.core.agent import Agent  # noqa: E402
from rasa.model_training import train_nlu  # noqa: E402


def run(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Train the pipeline of a job and read its messages."""
    config = folder / "config.yml"
    # JSON is YAML.
    recipe = {"recipe": "default.v1", "assistant_id": "comparison", "language": "en", "pipeline": job["pipeline"]}
    config.write_text(json.dumps(recipe), encoding="utf-8")
    start = time.perf_counter()
    model = train_nlu(str(config), _training(job["training"], folder), str(folder))
    seconds = time.perf_counter() - start
    parsed, milliseconds = asyncio.run(_parse(Agent.load(model), job["messages"]))
    return {"parsed": parsed, "training_seconds": seconds, "milliseconds": milliseconds}


def _training(given: str | dict[str, Any], folder: Path) -> str:
    if isinstance(given, str):
        return given
    path = folder / "training.json"
    data = {
        "common_examples": [example | {"intent": "inform"} for example in given["examples"]],
        "lookup_tables": [{"name": "agent", "elements": given["names"]}],
    }
    path.write_text(json.dumps({"rasa_nlu_data": data}), encoding="utf-8")
    return str(path)


async def _parse(agent: Agent, messages: list[str]) -> tuple[list[dict[str, Any]], float]:
    parsed, times = [], []
    for message in messages:
        start = time.perf_counter()
        found = await agent.parse_message(message)
        times.append(1000 * (time.perf_counter() - start))
        entities = [{key: entity.get(key) for key in ("start", "end", "role")} for entity in found["entities"]]
        parsed.append({"intent": (found.get("intent") or {}).get("name"), "entities": entities})
    return parsed, statistics.median(times) if times else 0.0


def main() -> None:
    # Rasa prints to stdout; the answer alone belongs there.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    answers = []
    for job in json.load(sys.stdin)["jobs"]:
        with tempfile.TemporaryDirectory() as folder:
            answers.append(run(job, Path(folder)))
    json.dump({"answers": answers}, out)
    out.close()


if __name__ == "__main__":
    main()
