"""What the channels themselves say; all else comes from the assistant."""

from __future__ import annotations

from collections.abc import Sequence

REFUSED = (
    "I am sorry, I may only answer people who were given access. If you think you should have it, give whoever runs "
    "me this number: {id}."
)
WELCOME = "Welcome, the code is right: you have access now."
STALE_BUTTON = "That button belongs to an earlier patient or another case, so I left the present one as it is."
UNKNOWN_BUTTON = "I no longer know that button, so nothing was changed. Please type what you mean."
UNKNOWN_COMMAND = "I do not know that command. I know: {commands}"
TOO_FAST = "That was a lot at once: I did not read your last message. Please send it again in {seconds} seconds."
FAILED = "Something went wrong on my side, so I cannot answer this. What you told me before is kept; please try again."
INTERRUPTED = "I was interrupted while I read your last message. Please send it again."
CORRECTED = "Read again with your correction."
CANNOT_CORRECT = (
    "I can no longer put that correction in its old place, so nothing was changed. If it concerns this case, please "
    "send it as a new message."
)
UNREADABLE = (
    "I can read typed text only, so I did not open this {what}, and I do not keep it. Please type what matters."
)
UNREADABLE_WITH_WORDS = (
    "I can read typed text only: I read your words, but did not open the {what}, and do not keep it."
)
CHOOSE = "Please choose:"
CHOSEN = "→ {title}"
NOTHING_KEPT = "I keep nothing about this chat: there was nothing to delete."
FORGOTTEN = "Deleted: {what}. Nothing else was kept about this chat."
NOT_SENT = "A file belongs here, but it could not be sent: {name}"


def counted(count: int, one: str, many: str) -> str:
    """Return "1 thing" or "3 things"."""
    return f"{count} {one if count == 1 else many}"


def listed(parts: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
