"""Opening the one database that conversations, channels and training share: SQLite by default, or a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.engine.url import URL

ROOT = Path(__file__).resolve().parents[1]
URL_VARIABLE = "TRACKER_DB_URL"
DEFAULT_FILE = "var/conversations.db"
BUSY_SECONDS = 10.0


def is_sqlite(url: URL) -> bool:
    """Tell whether a URL names an SQLite database."""
    return bool(url.get_backend_name() == "sqlite")


def in_project(url: URL) -> URL:
    """Let a relative SQLite path begin in the project's folder, and make its folder.

    Raises:
        OSError: the folder cannot be made.
    """
    if not is_sqlite(url) or not url.database or url.database == ":memory:":
        return url
    path = ROOT / url.database
    path.parent.mkdir(parents=True, exist_ok=True)
    return url.set(database=str(path))


def open_engine(url: URL, **server_settings: Any) -> Engine:
    """Open a database; `server_settings` go to SQLAlchemy where it is no SQLite file."""
    # Without hide_parameters an error of the database would print what was said.
    if not is_sqlite(url):
        return sa.create_engine(url, hide_parameters=True, pool_pre_ping=True, **server_settings)
    # One connection: SQLite has one writer anyway.
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        poolclass=sa.pool.StaticPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # WAL: a reader from outside (a backup, a teacher's export, the sqlite shell) and the bot do not block each other.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
