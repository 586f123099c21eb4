"""The database of training: that of the conversations, so that one setting names both."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import yaml
from sqlalchemy.engine.url import URL, make_url

from bot.database import DEFAULT_FILE, ROOT, URL_VARIABLE, in_project, open_engine
from bot.training.memory import Memory
from bot.training.progress import PICTURES, delete_picture


def database_url() -> URL:
    """Return what `TRACKER_DB_URL` names, else the tracker store's entry in endpoints.yml, else a file in var/."""
    named = os.environ.get(URL_VARIABLE)
    url = make_url(named) if named else _url_of(_tracker_store_entry())
    return in_project(url)


def _tracker_store_entry() -> dict[str, Any]:
    path = ROOT / "endpoints.yml"
    loaded = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return dict((loaded or {}).get("tracker_store") or {})


def _url_of(entry: dict[str, Any]) -> URL:
    """The database of an entry in the form of Rasa's SQL tracker store."""
    if entry.get("url") and "://" in str(entry["url"]):
        return make_url(str(entry["url"]))
    dialect = str(entry.get("dialect") or "sqlite")
    database = str(entry.get("db") or DEFAULT_FILE)
    if dialect.startswith("sqlite"):
        return URL.create(dialect, database=database)
    return URL.create(
        dialect,
        username=entry.get("username"),
        password=entry.get("password"),
        host=entry.get("url"),
        port=entry.get("port"),
        database=database,
        query=entry.get("query") or {},
    )


def memory() -> Memory:
    """Return the memory in the database that is set, opened once."""
    return _memory(database_url())


def forget(resident: str) -> int:
    """Delete everything that is kept of a resident, the picture too; the answer counts the results that were there."""
    delete_picture(ROOT / PICTURES, resident)
    return memory().forget(resident)


@cache
def _memory(url: URL) -> Memory:
    return Memory(open_engine(url))
