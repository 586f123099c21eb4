"""What to say to a message that nothing could be taken from: why, as specifically as the text allows."""

from __future__ import annotations

import re
import unicodedata

from bot.replies.model import HELP, NEW_PATIENT, SUMMARY, Button, Reply

WHAT_I_TAKE = """\
I can take:
- what the patient takes now or took before ("on MMF and pred, RTX in 2023")
- how lung function, CT extent and breathlessness went ("FVC 72 to 66 in 8 months, CT stable")
- whether there is PPF, or its criteria
- corrections ("ciclosporin, not tacrolimus"), questions ("what counts as PPF?"), "next patient"."""

WHICH_ONES = "Which ones? Names are enough."
ALL_RIGHT = 'All right. Tell me when something changes, or say "next patient".'

_CODE = re.compile(
    r"</?\w+[^>]*>|\bselect\b.+\bfrom\b|\bdrop\s+table\b|[{};]\s*$|=>|\bdef \w+\(|\bfunction\s*\(", re.I | re.M
)


def misunderstood(text: str | None, in_a_row: int) -> Reply:
    """Answer a message that was not understood; from the second in a row on, show what is possible, with buttons."""
    reason = _reason(text or "")
    if in_a_row >= 2:
        return Reply(f"{reason}\n\n{WHAT_I_TAKE}", (SUMMARY, HELP, NEW_PATIENT))
    return Reply(f"{reason} Everything you told me before is kept.")


def _reason(text: str) -> str:
    stripped = "".join(c for c in text if unicodedata.category(c)[0] != "C").strip()
    letters = [c for c in stripped if c.isalpha()]
    if not stripped:
        return "That message was empty."
    if stripped.startswith("/"):
        return "I do not know this command, and I take no values typed as a command. Please say it in plain words."
    if not letters:
        return _without_letters(stripped)
    if sum(ord(c) > 0x24F for c in letters) > len(letters) / 2:
        return "I read English only. Please say it in English."
    if _CODE.search(stripped):
        return "That looks like code or markup; I read clinical text only."
    if len(stripped) > 2000:
        return "I read that long text, but found nothing in it about therapy, treatment goals or fibrosis progression."
    return "I could not use that. Please say it in other words, or ask me something about the case."


def _without_letters(text: str) -> str:
    if any(c.isdigit() for c in text):
        return 'I see numbers, but not what they are. Please say what was measured, e.g. "FVC 72 to 66 in 8 months".'
    return "I can only read words; symbols and emoji tell me nothing about the patient."


def help_reply(buttons: tuple[Button, ...] = (SUMMARY, NEW_PATIENT)) -> Reply:
    """Say what the assistant can take and do."""
    return Reply(
        f"{WHAT_I_TAKE}\n\nCommands: /summary /why /options /cautions /sources /change /new /privacy /help", buttons
    )
