"""A recommendation as words and buttons, the same for every channel.

A `Reply` is a text in a small subset of Markdown (`**bold**`, lines that begin with "- ") with buttons. A button sends
its payload as if the user had typed it: plain words, or a command such as "/why".
"""

from bot.replies.model import COMMANDS, Button, Reply

__all__ = ["COMMANDS", "Button", "Reply"]
