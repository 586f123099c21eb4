"""The screen: wrapping, numbers for buttons, no colour where none is wanted."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bot.cli.screen import Screen, wrapped

LETTER = "- a bullet whose words go on and on, well beyond the width of the terminal"


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


def _screen(output: io.StringIO, width: int = 60) -> Screen:
    return Screen(Console(file=output, width=width, highlight=False, soft_wrap=True))


def test_no_line_is_wider_than_the_terminal_and_bullets_keep_their_indent() -> None:
    lines = wrapped(f"First line.\n\n{LETTER}", 30)
    assert lines[:3] == ["First line.", "", "- a bullet whose words go on"]
    assert all(len(line) <= 30 for line in lines)
    assert all(line.startswith("  ") for line in lines[3:])


def test_buttons_of_all_messages_are_numbered_on(output: io.StringIO) -> None:
    screen = _screen(output)
    screen.show(
        [
            {"text": "One", "buttons": [{"title": "Yes", "payload": "/yes"}]},
            {"text": "Two", "buttons": [{"title": "No", "payload": "/no"}]},
        ]
    )
    assert "1 Yes" in output.getvalue() and "2 No" in output.getvalue()
    assert [screen.pressed(typed) for typed in ("1", " 2 ")] == ["/yes", "/no"]


@pytest.mark.parametrize("typed", ["0", "3", "1.5", "FVC 2", "two", "²", "１"])
def test_a_number_without_a_button_stays_what_was_said(output: io.StringIO, typed: str) -> None:
    screen = _screen(output)
    screen.show([{"text": "One", "buttons": [{"title": title, "payload": "/x"} for title in "ab"]}])
    assert screen.pressed(typed) == typed


def test_buttons_are_those_shown_last(output: io.StringIO) -> None:
    screen = _screen(output)
    screen.show([{"text": "One", "buttons": [{"title": "Yes", "payload": "/yes"}]}])
    screen.show([{"text": "FVC?"}])
    assert screen.pressed("1") == "1"


def test_markup_in_a_message_is_shown_as_it_is_but_for_bold(output: io.StringIO) -> None:
    _screen(output).show([{"text": "[red]**now** [G1]"}])
    assert "[red]now [G1]" in output.getvalue()
    assert "\x1b" not in output.getvalue()


def test_pictures_are_named(output: io.StringIO) -> None:
    _screen(output).show([{"image": "card.png"}])
    assert "[image] card.png" in output.getvalue()
