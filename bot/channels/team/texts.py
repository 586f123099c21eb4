"""What the team channels themselves say; `who` is a mention, written by each platform in its own way."""

from __future__ import annotations

import re
from collections.abc import Callable

DIFFER = "**You differ on {subject}.**\n{sides}\nWhich holds? Until you decide, I go on with the first."
SIDE = "- {who}: {value}{words}"
STILL_HELD = "From the message that differs I have taken nothing yet."
KEPT = "{claim}: kept, as {who} decided."
TAKEN = "{claim}, as {who} decided."
NOTHING_ELSE = "What else the other message said I have not taken: please write it again."
SETTLED = "That is settled already."
NOT_TAKEN = 'I could not take that over by itself. Please write it as a whole sentence, e.g. "the CT is stable".'
WORKING = "_Working on it …_"
NO_CASE = "There is no case here yet. Mention me with what you know of the patient, and I open a thread for the case."

# A person in a text: two characters that nobody types, around the platform's id.
_MENTION = re.compile("\ue000([^\ue000\ue001]+)\ue001")


def mention(person: str) -> str:
    """Return the place in a text where a person is named."""
    return f"\ue000{person}\ue001"


def plain(text: str) -> str:
    """Return a text that people wrote, in which nothing looks like a mention of ours."""
    return text.replace("\ue000", "").replace("\ue001", "")


def mentioned(text: str) -> list[str]:
    """Return the people that a text of ours mentions."""
    return _MENTION.findall(text)


def with_mentions(text: str, name: Callable[[str], str]) -> str:
    """Put names where people are mentioned."""
    return _MENTION.sub(lambda found: name(found[1]), text)


def quoted(words: str) -> str:
    """Return words in quotation marks after a space; empty where there are none."""
    short = " ".join(words.replace("**", "").split())
    return f' ("{short if len(short) <= 80 else short[:79].rstrip() + "…"}")' if short else ""
