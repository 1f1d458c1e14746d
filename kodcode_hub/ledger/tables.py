"""The ledger's tables, and the opening of its file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kodcode_hub.errors import RunFolderError

APPLICATION_ID = 0x6B6F6463
FORMAT = 2

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pages (page INTEGER PRIMARY KEY, size INTEGER NOT NULL, keys BLOB NOT NULL, content BLOB NOT NULL);
CREATE TABLE dead_letters (
    key TEXT PRIMARY KEY, step TEXT NOT NULL, subset TEXT NOT NULL, model TEXT NOT NULL, request BLOB NOT NULL,
    error TEXT NOT NULL, status INTEGER, tries INTEGER NOT NULL, errors TEXT NOT NULL, last_body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX dead_letters_by_kind ON dead_letters (step, subset, status, model, tries);
CREATE TABLE verdicts (key TEXT PRIMARY KEY, verdict BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE outcomes (
    stage TEXT NOT NULL, id TEXT NOT NULL, subset TEXT NOT NULL, reason TEXT, evidence TEXT, PRIMARY KEY (stage, id)
) WITHOUT ROWID;
CREATE TABLE rows (
    kind TEXT NOT NULL, config TEXT NOT NULL, question_id TEXT NOT NULL, row BLOB NOT NULL,
    PRIMARY KEY (kind, config, question_id)
) WITHOUT ROWID;
CREATE TABLE traffic (
    step TEXT NOT NULL, model TEXT NOT NULL, delivered INTEGER NOT NULL, sent INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, PRIMARY KEY (step, model)
) WITHOUT ROWID;
"""


def open_ledger_file(path: Path) -> sqlite3.Connection:
    """A connection that may write; the file is made if it is not there.

    Raises:
        RunFolderError: not a ledger, one of another format, or not writable.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        with _closed_on_failure(connection):
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            _create_or_check(connection, path)
    except sqlite3.Error as error:
        raise RunFolderError(f"{path} cannot be used as a run's ledger: {error}") from error
    return connection


def open_ledger_readonly(path: Path) -> sqlite3.Connection:
    """A connection for reading alone, also beside a running build and in a folder that cannot be written.

    Raises:
        RunFolderError: there is no ledger, or it is one of another format.
    """
    if not path.is_file():
        raise RunFolderError(f"{path.parent} is not a run folder: it holds no {path.name}")
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        try:
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, timeout=30
            )
            with _closed_on_failure(connection):
                _check(connection, path)
            return connection
        except sqlite3.OperationalError as error:
            failure = error
        except sqlite3.Error as error:
            raise RunFolderError(f"{path} cannot be read as a run's ledger: {error}") from error
    raise RunFolderError(f"{path} cannot be read as a run's ledger: {failure}") from failure


@contextmanager
def _closed_on_failure(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _create_or_check(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    is_new = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if is_new:
        for statement in filter(str.strip, _TABLES.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={FORMAT}")
    connection.execute("COMMIT")
    _check(connection, path)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        raise RunFolderError(f"{path} is a SQLite file, but not a run's ledger: choose another --run folder")
    if version != FORMAT:
        raise RunFolderError(
            f"{path} is a ledger of format {version}, this version of kodcode-hub reads format {FORMAT}: "
            "finish that run with the version that began it, or choose a new --run folder"
        )
