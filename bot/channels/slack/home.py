"""The short guide: on the Home tab, and as the answer to /ild help."""

from __future__ import annotations

from typing import Any

from bot.channels.slack.writing import context, section, texts_of

COMMAND = "/ild"

HEAD = "The next step in myositis-ILD"
GUIDE = f"""\
I help a team decide the next step when the first immunosuppressive treatment of myositis-associated ILD has not \
reached its goals. I apply one guideline line (ERS/EULAR 2025) by fixed rules, and name the source of every sentence.

**A thread is a case**
- Mention me in a channel with what you know: I open a thread for the case.
- In the thread everybody may add facts, without mentioning me: "CT from Tuesday: more reticulation".
- I keep quiet when you talk to each other, and note who said what. Where two of you differ, I ask.
- A direct message to me is a case of your own.

**Words that help**
- "summary": what is known, who said it, what is missing, the recommendation, to paste into the record
- "why?", "options", "cautions", "sources" (mention me with them)
- "@me new": the thread starts again with another patient
- "@me forget": I delete what I keep about the thread

**{COMMAND}**
- `{COMMAND} new` and what you know: a new case in a thread of its own
- `{COMMAND} summary`: the latest case of the channel, shown to you alone
- `{COMMAND} help`: this page
- `{COMMAND} train`: practise with fictional cases

I support your judgement, I do not replace it. Please type nothing that identifies a patient."""


def guide() -> str:
    """Return the guide in the small Markdown of all replies."""
    return GUIDE.replace("`", "")


def home_view() -> dict[str, Any]:
    """Return the Home tab."""
    head = {"type": "header", "text": {"type": "plain_text", "text": HEAD, "emoji": False}}
    *parts, last = guide().split("\n\n")
    blocks = [section(text) for part in parts for text in texts_of(part)]
    return {"type": "home", "blocks": [head, *blocks, {"type": "divider"}, context(texts_of(last)[0])]}
