"""Completions are kept in pages: what one commit brings is compressed together, and a table says where each one stands.

That costs a fifth of compressing each by itself, packs better, and leaves a slim table for counting.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kodcode_hub.endpoints.protocol import Completion, Message, Request

MOST_ON_A_PAGE = 32
"""Few, so that one completion is read without unpacking much."""

_PAGES_HELD = 256
_REQUEST_VALUES = 13
"""Of a line, how many values are the request's; those of the reply follow."""

_INSERT = "INSERT OR IGNORE INTO completions VALUES (?,?,?,?,?,?,?,?,?,?)"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request was for: part of the record, not of the key."""

    step: str
    subset: str
    model: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A request and its completion."""

    asked: Asked
    request: Request
    completion: Completion


def write_pages(connection: sqlite3.Connection, settled: Sequence[tuple[str, Settled]]) -> None:
    """Insert completions by their keys; one that is there already stays as it is."""
    for start in range(0, len(settled), MOST_ON_A_PAGE):
        _write_page(connection, settled[start : start + MOST_ON_A_PAGE])


def _write_page(connection: sqlite3.Connection, settled: Sequence[tuple[str, Settled]]) -> None:
    lines = "\n".join(_line(item) for _, item in settled).encode("ascii")
    page = connection.execute(
        "INSERT INTO pages (size, content) VALUES (?,?)", (len(lines), _compress(lines))
    ).lastrowid
    connection.executemany(_INSERT, [_row(key, page, line, item) for line, (key, item) in enumerate(settled)])


def _row(key: str, page: int | None, line: int, settled: Settled) -> tuple[str | int | None, ...]:
    asked, reply = settled.asked, settled.completion
    place = (key, page, line, asked.step, asked.subset, asked.model)
    return (*place, reply.prompt_tokens, reply.completion_tokens, reply.tries, reply.finish)


class PageReader:
    """Reads completions back; holds the pages that were read last, since neighbours are asked for together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._held: OrderedDict[int, list[str]] = OrderedDict()

    def completion(self, key: str) -> Completion | None:
        """The completion under this key; None if there is none."""
        query = "SELECT page, line, tries FROM completions WHERE key=?"
        found = self._connection.execute(query, (key,)).fetchone()
        if found is None:
            return None
        page, line, tries = found
        return _completion(json.loads(self._lines(page)[line]), tries)

    def _lines(self, page: int) -> list[str]:
        lines = self._held.get(page)
        if lines is None:
            query = "SELECT size, content FROM pages WHERE page=?"
            lines = _split_page(*self._connection.execute(query, (page,)).fetchone())
            self._held[page] = lines
            if len(self._held) > _PAGES_HELD:
                self._held.popitem(last=False)
        else:
            self._held.move_to_end(page)
        return lines


def completions(connection: sqlite3.Connection) -> Iterator[Settled]:
    """Everything that was answered, as it was committed; memory does not grow with the run."""
    # Pages are read on their own: joined, each would come, and be sorted, once a line.
    query = "SELECT page, line, step, subset, model, tries FROM completions ORDER BY page, line"
    content = "SELECT size, content FROM pages WHERE page=?"
    lines: list[str] = []
    current = None
    for page, line, step, subset, model, tries in connection.execute(query):
        if page != current:
            current, lines = page, _split_page(*connection.execute(content, (page,)).fetchone())
        values = json.loads(lines[line])
        yield Settled(Asked(step, subset, model), _request(values), _completion(values, tries))


def _line(settled: Settled) -> str:
    # ASCII escapes carry lone surrogates and line breaks.
    request, reply = settled.request, settled.completion
    return json.dumps(
        [
            *request_values(request),
            reply.text,
            reply.finish,
            reply.reasoning,
            reply.prompt_tokens,
            reply.completion_tokens,
        ]
    )


def request_values(request: Request) -> list[Any]:
    """A request as JSON values, in the order of its fields."""
    turns = [[message["role"], message["content"]] for message in request.messages]
    sampling = (request.max_new_tokens, request.temperature, request.top_p, request.stop, request.seed, request.sample)
    rare = (request.top_k, request.repetition_penalty, request.presence_penalty, request.frequency_penalty)
    return [request.route, turns, request.prompt, *sampling, *rare]


def _request(values: Sequence[Any]) -> Request:
    route, turns, prompt, most, temperature, top_p, stop, seed, sample, *rare = values[:_REQUEST_VALUES]
    messages = tuple(Message(role=role, content=content) for role, content in turns)
    return Request(route, messages, prompt, most, temperature, top_p, tuple(stop), seed, sample, *rare)


def _completion(values: Sequence[Any], tries: int) -> Completion:
    text, finish, reasoning, prompt_tokens, completion_tokens = values[_REQUEST_VALUES:]
    return Completion(text, finish, reasoning, prompt_tokens, completion_tokens, tries)


def _split_page(size: int, content: bytes) -> list[str]:
    return _decompress(content, size).decode("ascii").split("\n")


def _compress(content: bytes) -> bytes:
    import pyarrow  # late: commands that read no page start without it

    packed: bytes = pyarrow.Codec("zstd", compression_level=1).compress(content, asbytes=True)
    return packed


def _decompress(content: bytes, size: int) -> bytes:
    import pyarrow

    unpacked: bytes = pyarrow.Codec("zstd").decompress(content, decompressed_size=size, asbytes=True)
    return unpacked
