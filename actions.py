from bot.actions import *  # noqa: F403 - `rasa run actions` looks for a module of this name
