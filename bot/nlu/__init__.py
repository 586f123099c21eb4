"""The Rasa component over `bot.language`: a thin coat, no language of its own."""
