"""How the figures of a bot are taken."""

from __future__ import annotations

import http.client
import itertools
import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from bench.bots import FOLDER, PORT, Bot

START_SECONDS = 300
TURNS = 100
LONG_CHAT = 205
AT_MESSAGE = (5, 200)
WINDOW = 3  # messages before and after, of which the median is taken
FIVE = 5


@dataclass(frozen=True)
class Figures:
    """What was measured of one bot: seconds, megabytes, milliseconds."""

    start_s: float
    memory_mb: float
    training_s: float
    turn_ms: float
    turn_p95_ms: float
    five_at_once_ms: float
    turn_at_5_ms: float
    turn_at_200_ms: float
    silent_turns: int


def measure(bot: Bot, say: Callable[[str], None]) -> Figures:
    """Train the bot, start it twice (the second time counts, with its files in the system's cache), and talk to it."""
    say("  training")
    training_s = _timed(lambda: _run(bot, bot.train))
    for _ in range(2):
        say("  starting")
        with running(bot) as (start_s, pid):
            turns = _talk(bot, "warm", 10) and _talk(bot, "turns", TURNS)
            five = statistics.median(_five_at_once(bot, f"five{i}") for i in range(3))
            memory_mb = _memory_mb(pid)
    say("  a long chat")
    with running(bot):
        chat = _talk(bot, "long", LONG_CHAT)
    milliseconds = sorted(turn.ms for turn in turns)
    return Figures(
        start_s=start_s,
        memory_mb=memory_mb,
        training_s=training_s,
        turn_ms=statistics.median(milliseconds),
        turn_p95_ms=milliseconds[int(len(milliseconds) * 0.95)],
        five_at_once_ms=five,
        turn_at_5_ms=_around(chat, AT_MESSAGE[0]),
        turn_at_200_ms=_around(chat, AT_MESSAGE[1]),
        silent_turns=sum(not turn.answered for turn in [*turns, *chat]),
    )


def recommend_microseconds() -> float:
    """Return the median time of `recommend()` for a case, over cases of every status."""
    from bot.guideline import Case, recommend

    goals = ("achieved", "stable", "not_achieved", None)
    therapies: tuple[list[str] | None, ...] = (None, [], ["mycophenolate"], ["rituximab", "ciclosporin", "nintedanib"])
    cases = [
        Case.from_slots({"current_therapy": now, "goal_lung_function": goal, "ppf_stated": ppf})
        for now, goal, ppf in itertools.product(therapies, goals, ("yes", "no", None))
    ]
    times = []
    for _ in range(20):
        for case in cases:
            start = time.perf_counter()
            recommend(case)
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


@dataclass(frozen=True)
class _Turn:
    ms: float
    answered: bool


@contextmanager
def running(bot: Bot) -> Iterator[tuple[float, int]]:
    """Run the bot's server; yields the seconds until its first answer, and its process id."""
    with (FOLDER / "server.log").open("w") as log:
        start = time.perf_counter()
        process = subprocess.Popen(bot.serve, cwd=bot.folder, env=bot.full_environment, stdout=log, stderr=log)
        try:
            yield _seconds_to_first_answer(bot, process, start), process.pid
        finally:
            process.terminate()
            process.wait(60)


def _seconds_to_first_answer(bot: Bot, process: subprocess.Popen[bytes], start: float) -> float:
    while time.perf_counter() - start < START_SECONDS:
        if process.poll() is not None:
            raise RuntimeError(f"{bot.name} ended while starting; see .bench/server.log")
        try:
            _say(http.client.HTTPConnection("127.0.0.1", PORT, timeout=60), "first", bot.messages[0])
            return time.perf_counter() - start
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
    raise RuntimeError(f"{bot.name} did not answer within {START_SECONDS} s; see .bench/server.log")


def _talk(bot: Bot, sender: str, turns: int) -> list[_Turn]:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    return [_say(connection, sender, text) for text in itertools.islice(itertools.cycle(bot.messages), turns)]


def _five_at_once(bot: Bot, sender: str) -> float:
    """Return the milliseconds until all of five messages, sent at once in one conversation, are answered."""
    _talk(bot, sender, 2)
    connections = [http.client.HTTPConnection("127.0.0.1", PORT, timeout=60) for _ in range(FIVE)]
    with ThreadPoolExecutor(FIVE) as pool:
        start = time.perf_counter()
        list(pool.map(lambda connection: _say(connection, sender, bot.messages[0]), connections))
        return (time.perf_counter() - start) * 1000


def _say(connection: http.client.HTTPConnection, sender: str, text: str) -> _Turn:
    body = json.dumps({"sender": sender, "message": text})
    start = time.perf_counter()
    connection.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    ms = (time.perf_counter() - start) * 1000
    if response.status != 200:
        raise http.client.HTTPException(str(response.status))
    return _Turn(ms, bool(answer))


def _around(chat: list[_Turn], message: int) -> float:
    return statistics.median(turn.ms for turn in chat[message - 1 - WINDOW : message + WINDOW])


def _memory_mb(pid: int) -> float:
    """Add up the resident memory of a process and its children, in MB."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in listed.splitlines()]
    family = {pid}
    while more := {child for child, parent, _ in rows if parent in family} - family:
        family |= more
    return sum(rss for process, _, rss in rows if process in family) / 1024


def _run(bot: Bot, command: tuple[str, ...]) -> None:
    done = subprocess.run(
        command, cwd=bot.folder, env=bot.full_environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
