"""Slack: settings, texts and buttons within the limits, the manifests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import ChannelOff
from bot.channels.slack import Slack, writing
from bot.channels.slack.settings import Settings, SettingsError, read_settings
from tests.channels.slack_api import check_blocks

# Settings


def test_without_any_secret_slack_is_off_without_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.delenv(name, raising=False)
    assert isinstance(Slack.from_credentials(None), ChannelOff)
    assert not caplog.records


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "set SLACK_APP_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "set SLACK_BOT_TOKEN too"),
        ({"SLACK_SIGNING_SECRET": "s"}, "set SLACK_BOT_TOKEN too"),
        ({"SLACK_BOT_TOKEN": "b", "SLACK_APP_TOKEN": "a", "SLACK_ALLOWED": "#ild"}, "SLACK_ALLOWED takes ids"),
        ({"SLACK_BOT_TOKEN": "b", "SLACK_APP_TOKEN": "a", "SLACK_API_URL": "slack"}, "SLACK_API_URL must be"),
    ],
)
def test_half_set_up_is_told_in_one_line(environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as raised:
        read_settings(environment)
    assert "\n" not in str(raised.value)


def test_socket_mode_goes_before_http_and_secrets_are_not_shown() -> None:
    settings = read_settings({"SLACK_BOT_TOKEN": "b1", "SLACK_APP_TOKEN": "a1", "SLACK_SIGNING_SECRET": "s1"})
    assert settings and settings.by_socket
    assert not any(secret in repr(settings) for secret in ("b1", "a1", "s1"))


@pytest.mark.parametrize(
    ("teams", "channels", "team", "channel", "allowed"),
    [
        ((), (), "T1", "C1", True),
        ((), (), "T2", "C1", False),
        (("T2",), (), "T2", "C1", True),
        (("T2",), (), "T1", "C1", False),
        (("T1",), ("C1",), "T1", "C2", False),
        ((), ("C1",), "T1", "C1", True),
        ((), ("C1",), "T1", "D1", True),
    ],
)
def test_allowlist(teams: tuple[str], channels: tuple[str], team: str, channel: str, allowed: bool) -> None:
    settings = Settings("b", "a", teams=frozenset(teams), channels=frozenset(channels))
    assert settings.allows("T1", team, channel) is allowed


# Writing


def test_long_texts_are_cut_within_the_limits() -> None:
    text = "**Head**\n" + "\n".join(f"- line {n} with & and <words> that go on *and* on" for n in range(400))
    parts = writing.texts_of(text)
    assert len(parts) > 5
    check_blocks([writing.section(part) for part in parts], 50)
    assert "".join(part.count("line") * "x" for part in parts) == 400 * "x"


def test_buttons_fit_block_kit() -> None:
    count = 60
    blocks = writing.button_blocks([f"{n} " + "long " * 40 for n in range(count)], [f"id:{n}" for n in range(count)])
    check_blocks(blocks, 50)
    assert sum(len(block["elements"]) for block in blocks) == count


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("**bold** & <b>", "*bold* &amp; &lt;b&gt;"),
        ("- one\n- two", "• one\n• two"),
        ("a *star* ~5 _u_ `c`", "a ∗star∗ ∼5 ˍuˍ ˋcˋ"),
        ("goal_lung 2*3", "goal_lung 2*3"),
        (":skull: at 12:30:45", ":\u200bskull: at 12:\u200b30:45"),
        ("> quote", "\u200b&gt; quote"),
        ("\ue000U1\ue001 said", "<@U1> said"),
    ],
)
def test_mrkdwn_shows_a_text_as_it_is(source: str, written: str) -> None:
    assert writing.mrkdwn_of(source) == written


# The manifests

DEPLOY = Path(__file__).parents[2] / "deploy"
# What Slack's published schema of manifests lets stand in the parts that we use.
KEYS = {
    "": {"display_information", "features", "oauth_config", "settings"},
    "display_information": {"name", "description", "background_color", "long_description"},
    "features": {"app_home", "bot_user", "slash_commands"},
    "oauth_config": {"scopes"},
    "settings": {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    },
}
EVENTS = {"app_home_opened", "app_mention", "message.channels", "message.groups", "message.im", "message.mpim"}
# What each call and each event needs.
SCOPES = {
    "app_mentions:read",
    "channels:history",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "im:history",
    "mpim:history",
    "users:read",
}


@pytest.mark.parametrize("name", ["slack-manifest.json", "slack-manifest-http.json"])
def test_the_manifest_asks_for_what_the_channel_uses_and_no_more(name: str) -> None:
    manifest: dict[str, Any] = json.loads((DEPLOY / name).read_text(encoding="utf-8"))
    for part, keys in KEYS.items():
        assert set(manifest[part] if part else manifest) <= keys
    shown, settings, features = manifest["display_information"], manifest["settings"], manifest["features"]
    assert len(shown["name"]) <= 35 and len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert features["slash_commands"][0]["command"] == "/ild"
    assert features["app_home"]["home_tab_enabled"] and features["app_home"]["messages_tab_enabled"]
    assert set(settings["event_subscriptions"]["bot_events"]) == EVENTS
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES
    by_socket = name == "slack-manifest.json"
    assert settings["socket_mode_enabled"] is by_socket
    assert ("request_url" in settings["interactivity"]) is not by_socket
