"""Clinical text to facts to slots. Knows the guideline's vocabulary; knows neither Rasa nor any channel.

reading = read("on MMF, FVC 72 to 66 in 8 months")
update(slots, reading, asked="current_therapy").slots
"""

from __future__ import annotations

from bot.language.model import Finding, Note, Reading, Update
from bot.language.reader import read
from bot.language.replies import means_the_whole_case
from bot.language.update import update

__all__ = ["Finding", "Note", "Reading", "Update", "means_the_whole_case", "read", "update"]
