"""The small Markdown, and how long texts are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.markdown import Rich, parse, split
from bot.channels.telegram.writing import entities, rich_parts, row_lengths, units


def bold_words(rich: Rich) -> list[str]:
    return [rich.text[begin:end] for begin, end in rich.bold]


@pytest.mark.parametrize(
    ("source", "text", "bold"),
    [
        ("**Answer** [G1]", "Answer [G1]", ["Answer"]),
        ("- one\n- **two**: x - y", "• one\n• two: x - y", ["two"]),
        ("2 ** 3 and a*b_c <b> [x](y) `z`", "2 ** 3 and a*b_c <b> [x](y) `z`", []),
        ("**open\nline**", "**open\nline**", []),
        ("**a** ** **b**", "a ** b", ["a", "b"]),
        ("****", "****", []),
        ("***x***", "*x*", ["*x"]),
    ],
)
def test_only_the_small_markdown_is_read(source: str, text: str, bold: list[str]) -> None:
    rich = parse(source)
    assert (rich.text, bold_words(rich)) == (text, bold)


def test_a_long_text_is_cut_at_the_best_place() -> None:
    paragraph = parse("a" * 60 + ".\n\n" + "b" * 20 + ". " + "c" * 60)
    assert [part.text for part in split(paragraph, 100)] == ["a" * 60 + ".", "b" * 20 + ". " + "c" * 60]
    lines = parse("\n".join(["- " + "x" * 30] * 6))
    assert [len(part.text.splitlines()) for part in split(lines, 100)] == [3, 3]
    assert [part.text for part in split(parse("word " * 30), 50)] == ["word " * 9 + "word"] * 3
    assert [len(part.text) for part in split(parse("x" * 250), 100)] == [100, 100, 50]
    assert split(parse(" \n "), 100) == []


def test_bold_goes_on_over_a_cut() -> None:
    parts = split(parse("**" + "bold " * 30 + "end** plain"), 50)
    assert " ".join(word for part in parts for word in bold_words(part)) == "bold " * 30 + "end"


texts = st.text(st.sampled_from("ab *\n-. 🫁é"), max_size=300)


@given(texts, st.integers(4, 60))
def test_every_part_fits_and_no_word_is_lost(source: str, limit: int) -> None:
    rich = parse(source)
    parts = split(rich, limit, units)
    assert all(0 < units(part.text) <= limit for part in parts)
    assert "".join("".join(part.text.split()) for part in parts) == "".join(rich.text.split())
    assert "".join("".join("".join(bold_words(part)).split()) for part in parts) == "".join(
        "".join(bold_words(rich)).split()
    )
    for part in parts:
        assert all(0 <= begin < end <= len(part.text) for begin, end in part.bold)


def test_entities_count_as_telegram_does() -> None:
    (part,) = rich_parts("🫁 **FVC**", with_buttons=False)
    (entity,) = entities(part)
    assert (entity.offset, entity.length) == (3, 3)


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["PPF", "No PPF", "Not known"], [3]),
        (["MMF + steroids", "Tacrolimus + steroids", "Nothing"], [1, 1, 1]),
        (["Improved", "Stable", "Not improved, worse", "Not known"], [2, 1, 1]),
        (["Why?", "Cautions", "Sources", "Change"], [2, 2]),
        (["a"] * 7, [3, 2, 2]),
        ([], []),
    ],
)
def test_rows_fit_a_phone(labels: list[str], rows: list[int]) -> None:
    assert row_lengths(labels) == rows
