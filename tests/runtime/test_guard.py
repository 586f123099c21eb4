"""What a server without a token answers, and which REST messages pass."""

from __future__ import annotations

import pytest

from bot.runtime.errors import UserError
from bot.runtime.guard import is_open, rest_problem
from bot.runtime.server import Address

LOCAL = "127.0.0.1:5005"


@pytest.mark.parametrize(
    "path", ["/", "/status", "/version", "/conversations/anna/tracker", "/conversations/a/b/tracker"]
)
@pytest.mark.parametrize("host", [LOCAL, "localhost", "localhost:80", "[::1]:5005"])
def test_reading_from_this_computer_is_open(path: str, host: str) -> None:
    assert is_open("GET", path, host)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/model/train"),
        ("PUT", "/model"),
        ("DELETE", "/model"),
        ("POST", "/model/parse"),
        ("POST", "/conversations/anna/tracker/events"),
        ("PUT", "/conversations/anna/tracker/events"),
        ("POST", "/conversations/anna/execute"),
        ("POST", "/conversations/anna/trigger_intent"),
        ("POST", "/conversations/anna/messages"),
        ("GET", "/domain"),
        ("GET", "/conversations/anna/story"),
        ("POST", "/conversations/anna/tracker"),
        ("GET", "/webhooks"),
    ],
)
def test_all_else_needs_a_token(method: str, path: str) -> None:
    assert not is_open(method, path, LOCAL)


def test_a_foreign_name_for_this_address_reads_nothing_but_reaches_the_channels() -> None:
    assert not is_open("GET", "/conversations/anna/tracker", "evil.example")
    assert is_open("POST", "/webhooks/telegram/webhook", "bot.example")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "bot.example"])
def test_other_computers_are_let_in_only_with_a_token(host: str) -> None:
    with pytest.raises(UserError, match="RASA_TOKEN"):
        Address(host)
    assert Address(host, token="secret").host == host


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_out_of_range_is_told(port: int) -> None:
    with pytest.raises(UserError, match="port"):
        Address(port=port)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[]", "object"),
        (b"null", "object"),
        (b'{"sender": "a"}', '"message"'),
        (b'{"sender": "a", "message": ["x"]}', '"message"'),
        (b'{"message": "x"}', '"sender"'),
        (b'{"sender": "", "message": "x"}', '"sender"'),
        (b'{"sender": 7, "message": "x"}', '"sender"'),
        (b'{"sender": "' + b"a" * 256 + b'", "message": "x"}', '"sender"'),
        (b'{"sender": "a", "message": "x", "metadata": [1]}', '"metadata"'),
    ],
)
def test_a_rest_message_that_rasa_would_stumble_over_is_explained(body: bytes, told: str) -> None:
    assert told in (rest_problem(body) or "")


@pytest.mark.parametrize(
    "body", [b'{"sender": "a", "message": ""}', b'{"sender": "a", "message": "x", "metadata": null}']
)
def test_a_good_rest_message_passes(body: bytes) -> None:
    assert rest_problem(body) is None
