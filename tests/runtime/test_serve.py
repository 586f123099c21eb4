"""`python -m bot serve` as a process: answers, refusals, five at once, and its ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from bot.runtime.actions import CRASH_REPLY
from bot.runtime.guard import MAX_BODY_BYTES
from bot.runtime.project import ROOT, Project
from bot.runtime.training import fingerprint
from tests.tiny import TINY
from tests.tiny.actions import SECRET

COMMAND = [sys.executable, "-m", "bot", "serve", "--project", str(TINY.root), "--actions", TINY.actions]

pytestmark = pytest.mark.usefixtures("tiny_model")


class Server:
    """A running server with what it printed so far."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        env = {**os.environ, "TRACKER_DB_URL": f"sqlite:///{folder}/serve.db", **environment}
        self.process = subprocess.Popen(
            [*COMMAND, "--port", "0", *options],
            cwd=ROOT,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdout
        self.ready = self.process.stdout.readline()
        match = re.fullmatch(r"Ready on (http://127\.0\.0\.1:\d+) in \d+\.\d s\n", self.ready)
        assert match, self.ready + (self.process.stderr.read() if self.process.stderr else "")
        self.http = httpx.Client(base_url=match[1], timeout=30)

    def say(self, sender: str, text: str) -> list[str]:
        answer = self.http.post("/webhooks/rest/webhook", json={"sender": sender, "message": text})
        return [message["text"] for message in answer.raise_for_status().json()]

    def ended(self) -> tuple[int, str]:
        """Wait for its end and return the exit code and all that it printed after the first line."""
        self.http.close()
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out + err


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def start_one(*options: str, **environment: str) -> Server:
        started.append(Server(tmp_path_factory.mktemp("serve"), *options, **environment))
        return started[-1]

    yield start_one
    for server in started:
        server.process.kill()
        server.process.communicate()


@pytest.fixture(scope="module")
def server(start: Callable[..., Server]) -> Server:
    return start()


def test_it_answers_and_shows_the_slots(server: Server) -> None:
    assert server.say("anna", "count") == ["Counted 1."]
    assert server.http.get("/conversations/anna/tracker").json()["slots"]["count"] == 1
    assert server.http.get("/status").json()["model_file"].endswith(".tar.gz")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/model/train"), ("PUT", "/model"), ("POST", "/conversations/anna/tracker/events")]
)
def test_without_a_token_nothing_can_be_changed(server: Server, method: str, path: str) -> None:
    answer = server.http.request(method, path, json={"event": "restart"}, params={"token": "guessed"})
    assert answer.status_code == 401
    assert "RASA_TOKEN" in answer.json()["message"]


def test_a_web_page_under_another_name_cannot_read(server: Server) -> None:
    assert server.http.get("/conversations/anna/tracker", headers={"Host": "evil.example"}).status_code == 401


def test_a_request_that_is_too_large_is_refused(server: Server) -> None:
    answer = server.http.post("/webhooks/rest/webhook", content=b" " * (MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert str(MAX_BODY_BYTES) in answer.json()["message"]


def test_a_wrong_body_is_explained(server: Server) -> None:
    answer = server.http.post("/webhooks/rest/webhook", content=b"hello")
    assert (answer.status_code, answer.json()["message"]) == (400, "The body must be JSON.")


def test_five_messages_at_once_are_answered_in_their_order_without_a_second_of_waiting(server: Server) -> None:
    server.say("bert", "count")
    start = time.perf_counter()
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: server.say("bert", "count"), range(5)))
    assert sorted(answers) == [[f"Counted {number}."] for number in range(2, 7)]
    assert time.perf_counter() - start < 1.0


def test_the_end_waits_for_the_turn_under_way_and_a_restart_loses_nothing(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    database = f"sqlite:///{tmp_path}/kept.db"
    first = start(TRACKER_DB_URL=database)
    assert first.say("anna", "count") == ["Counted 1."]
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(first.say, "anna", "slow")
        time.sleep(0.4)
        first.process.send_signal(signal.SIGTERM)
        assert answer.result() == ["Done at last."]
    assert first.ended() == (0, "")
    second = start(TRACKER_DB_URL=database)
    assert second.say("anna", "count") == ["Counted 2."]
    second.process.send_signal(signal.SIGINT)
    assert second.ended() == (0, "")


def test_a_token_opens_the_api_and_no_log_holds_it_or_what_was_said(start: Callable[..., Server]) -> None:
    server = start("--debug", RASA_TOKEN="word-of-the-house", LOG_LEVEL="DEBUG")
    token = {"token": "word-of-the-house"}
    assert server.http.get("/domain").status_code == 401
    assert server.http.get("/conversations/anna/tracker").status_code == 401
    assert server.http.get("/domain", params=token, headers={"Accept": "application/json"}).is_success
    set_slot = {"event": "slot", "name": "count", "value": 41}
    assert server.http.post("/conversations/anna/tracker/events", json=set_slot, params=token).is_success
    for text, answer in {"count": "Counted 42.", "bye": "Which colour?", "mauve": "Bye.", "break": CRASH_REPLY}.items():
        assert server.say("anna", text) == [answer]
    server.process.terminate()
    _, printed = server.ended()
    assert "action_break failed: KeyError" in printed
    for said in ("mauve", SECRET, "word-of-the-house", "Counted"):
        assert said not in printed


def _fails(*options: str, **environment: str) -> str:
    """Run a server that cannot start and return the one line that it prints."""
    done = subprocess.run(
        [*COMMAND, *options], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert _fails("--port", str(port)) == f"Cannot listen on 127.0.0.1:{port}: Address already in use.\n"


def test_another_host_without_a_token_is_refused_in_one_line() -> None:
    assert "RASA_TOKEN" in _fails("--host", "0.0.0.0", "--port", "0", RASA_TOKEN="")


def test_a_missing_model_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert "python -m bot train" in _fails("--port", "0", "--no-train", "--project", str(tmp_path))


def test_a_wrong_database_is_told_in_one_line() -> None:
    assert "TRACKER_DB_URL" in _fails("--port", "0", TRACKER_DB_URL="nonsense")


def test_a_broken_model_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / f"models/assistant-{fingerprint(Project(tmp_path))}.tar.gz").write_bytes(b"no archive")
    assert "Cannot load" in _fails("--port", "0", "--project", str(tmp_path))
