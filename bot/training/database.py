"""The database of training: that of the conversations, so that one setting names both."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Engine
from sqlalchemy.engine.url import URL, make_url

from bot.training.memory import Memory

ROOT = Path(__file__).resolve().parents[2]
URL_VARIABLE = "TRACKER_DB_URL"
DEFAULT_FILE = "var/conversations.db"
BUSY_SECONDS = 10.0


def database_url() -> URL:
    """Return what `TRACKER_DB_URL` names, else the tracker store's entry in endpoints.yml, else a file in var/."""
    named = os.environ.get(URL_VARIABLE)
    url = make_url(named) if named else _url_of(_tracker_store_entry())
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return url
    path = ROOT / url.database
    path.parent.mkdir(parents=True, exist_ok=True)
    return url.set(database=str(path))


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


def open_engine(url: URL) -> Engine:
    """Open a database."""
    # Without hide_parameters an error of the database would print what it was about to keep.
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, hide_parameters=True, pool_pre_ping=True)
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        poolclass=sa.pool.StaticPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # A teacher's export and the bot do not block each other.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def memory() -> Memory:
    """Return the memory in the database that is set, opened once."""
    return _memory(database_url())


@cache
def _memory(url: URL) -> Memory:
    return Memory(open_engine(url))
