"""What a run remembers: completions, dead letters, verdicts, what the stages did with each id, finished rows."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from kodcode_hub.endpoints.protocol import Completion, DeadLetter, Request
from kodcode_hub.ledger.lookup import Lookup
from kodcode_hub.ledger.pages import Asked, Settled, request_values
from kodcode_hub.ledger.tables import open_ledger_file, open_ledger_readonly
from kodcode_hub.ledger.writer import Write, Writer
from kodcode_hub.record import TestOutcome, Verdict

RowKind = Literal["row", "sft"]


class Ledger:
    """The run's SQLite file, open for one writing process; reads see everything that was committed."""

    def __init__(self, path: Path) -> None:
        self._reader = open_ledger_file(path)
        self._completions = Lookup(self._reader)
        # Few, and asked for with every request: worth a place in memory.
        self._dead = {key for (key,) in self._reader.execute("SELECT key FROM dead_letters")}
        self._writer = Writer(lambda: open_ledger_file(path))

    def close(self) -> None:
        """Commit what is queued and close the file."""
        try:
            self._writer.close()
        finally:
            self._reader.close()

    def reply(self, key: str) -> Completion | DeadLetter | None:
        """What came of the request with this key; None if it was never settled."""
        completion = self._completions.completion(key)
        if completion is not None:
            return completion
        if key not in self._dead:
            return None
        query = "SELECT error, status, tries, errors, last_body FROM dead_letters WHERE key=?"
        error, status, tries, errors, last_body = self._reader.execute(query, (key,)).fetchone()
        return DeadLetter(error, status, tries, tuple(json.loads(errors)), last_body)

    async def keep_reply(self, key: str, request: Request, asked: Asked, reply: Completion | DeadLetter) -> None:
        """Return when ``reply`` is durable; a completion that is there already stays as it is."""
        if isinstance(reply, Completion):
            if self._completions.completion(key) is not None:
                return
            place = await self._writer.keep(key, Settled(asked, request, reply))
            self._completions.add(key, place)
            return
        common = (key, asked.step, asked.subset, asked.model, pack(request_values(request)))
        values = (*common, reply.error, reply.status, reply.tries, json.dumps(reply.errors), reply.last_body)
        sql = "INSERT OR REPLACE INTO dead_letters VALUES (?,?,?,?,?,?,?,?,?,?)"
        await self._writer.commit(Write(sql, values))
        self._dead.add(key)

    def forget_dead_letters(self) -> int:
        """Let the requests that died be asked again; returns how many there were."""
        count = len(self._dead)
        self._writer.commit_now(Write("DELETE FROM dead_letters"))
        self._dead.clear()
        return count

    def verdict(self, key: str) -> Verdict | None:
        """The verdict under this key, None if there is none yet."""
        found = self._reader.execute("SELECT verdict FROM verdicts WHERE key=?", (key,)).fetchone()
        if found is None:
            return None
        content = unpack(found[0])
        tests = tuple(TestOutcome(**test) for test in content.pop("tests"))
        return Verdict(**content, tests=tests)

    async def keep_verdict(self, key: str, verdict: Verdict) -> None:
        """Return when ``verdict`` is durable."""
        await self._writer.commit(Write("INSERT OR IGNORE INTO verdicts VALUES (?,?)", (key, pack(asdict(verdict)))))

    def begin_pass(self) -> None:
        """Forget what an earlier start's stages did; what was paid for stays."""
        self._writer.commit_now(Write("DELETE FROM outcomes"), Write("DELETE FROM rows"))

    def keep_outcome(self, stage: str, id_: str, subset: str, reason: str | None, evidence: dict[str, Any]) -> None:
        """Note that ``id_`` left ``stage``: kept (no reason) or rejected. Durable with the next commit."""
        detail = json.dumps(evidence, sort_keys=True) if evidence else None
        self._writer.enqueue(Write("INSERT INTO outcomes VALUES (?,?,?,?,?)", (stage, id_, subset, reason, detail)))

    def keep_row(self, kind: RowKind, config: str, row: dict[str, Any]) -> None:
        """Keep a finished row for packaging. Durable with the next commit."""
        values = (kind, config, row["question_id"], pack(row))
        self._writer.enqueue(Write("INSERT OR REPLACE INTO rows VALUES (?,?,?,?)", values))

    async def flush(self) -> None:
        """Return when everything noted so far is durable."""
        await self._writer.commit()

    def rows(self, kind: RowKind) -> Iterator[dict[str, Any]]:
        """All finished rows, by config and ``question_id``."""
        query = "SELECT row FROM rows WHERE kind=? ORDER BY config, question_id"
        return (unpack(row) for (row,) in self._reader.execute(query, (kind,)))

    def meta(self, name: str) -> Any:
        """A named JSON value of the run, None if it was never set."""
        return read_meta(self._reader, name)

    def set_meta(self, name: str, value: Any) -> None:
        """Set a named JSON value. Durable with the next commit."""
        self._writer.enqueue(_meta_write(name, value))

    def set_meta_now(self, name: str, value: Any) -> None:
        """Set a named JSON value; returns when it is durable."""
        self._writer.commit_now(_meta_write(name, value))

    @property
    def reader(self) -> sqlite3.Connection:
        """For the figures of ``ledger/figures.py``."""
        return self._reader


def open_for_reading(path: Path) -> sqlite3.Connection:
    """The ledger of a run that may be under way in another process.

    Raises:
        RunFolderError: there is none, or it is of another format.
    """
    return open_ledger_readonly(path)


def read_meta(connection: sqlite3.Connection, name: str) -> Any:
    """A named JSON value of the run, None if it was never set."""
    found = connection.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
    return json.loads(found[0]) if found is not None else None


def pack(value: Any) -> bytes:
    """Compressed canonical JSON; lone surrogates survive as escapes."""
    return zlib.compress(json.dumps(value, ensure_ascii=True, sort_keys=True).encode("ascii"), 6)


def unpack(data: bytes) -> Any:
    """The value that was packed."""
    return json.loads(zlib.decompress(data))


def _meta_write(name: str, value: Any) -> Write:
    return Write("INSERT OR REPLACE INTO meta VALUES (?,?)", (name, json.dumps(value, sort_keys=True)))
