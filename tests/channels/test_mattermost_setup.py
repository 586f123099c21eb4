"""Mattermost: what the environment says."""

from __future__ import annotations

import pytest

from bot.channels.base import ChannelOff
from bot.channels.mattermost import Mattermost
from bot.channels.mattermost.settings import SettingsError, read_settings


def test_without_any_setting_mattermost_is_off_without_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("MATTERMOST_URL", raising=False)
    monkeypatch.delenv("MATTERMOST_TOKEN", raising=False)
    assert isinstance(Mattermost.from_credentials(None), ChannelOff)
    assert not caplog.records


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"MATTERMOST_URL": "https://m.test"}, "set MATTERMOST_TOKEN too"),
        ({"MATTERMOST_TOKEN": "t"}, "set MATTERMOST_URL too"),
        ({"MATTERMOST_TOKEN": "t", "MATTERMOST_URL": "m.test"}, "MATTERMOST_URL must be a whole address"),
        (
            {"MATTERMOST_TOKEN": "t", "MATTERMOST_URL": "https://m.test", "MATTERMOST_ALLOWED": "town-square"},
            "MATTERMOST_ALLOWED takes ids",
        ),
    ],
)
def test_half_set_up_is_told_in_one_line(environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as raised:
        read_settings(environment)
    assert "\n" not in str(raised.value)


def test_secrets_are_not_shown() -> None:
    settings = read_settings(
        {"MATTERMOST_TOKEN": "tok1", "MATTERMOST_URL": "https://m.test", "MATTERMOST_SLASH_TOKEN": "sl1"}
    )
    assert "tok1" not in repr(settings) and "sl1" not in repr(settings)
