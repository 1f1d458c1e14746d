"""Completions are kept in pages: what one commit brings is compressed together.

A page's content is a line of JSON with everything that is short, an entry for each completion, and behind it all texts
as they are. That costs a tenth of compressing each completion by itself, and packs better.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from kodcode_hub.endpoints.protocol import Completion, Message, Request

MOST_ON_A_PAGE = 32
"""Few, so that one completion is read without unpacking much."""

KEY_BYTES = 16


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a completion stands."""

    page: int
    line: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page unpacked; its completions are read one by one."""

    keys: bytes
    entries: list[list[Any]]
    texts: bytes
    starts: list[int]
    """Of each entry's first text."""

    def key(self, line: int) -> str:
        """Of the completion in this line."""
        return self.keys[line * KEY_BYTES : (line + 1) * KEY_BYTES].hex()

    def settled(self, line: int) -> Settled:
        """The completion in this line."""
        asked, request, reply, sizes = self.entries[line]
        route, roles, *sampling = request
        finish, tries, prompt_tokens, completion_tokens = reply
        *said, prompt, text, reasoning = self._texts(line, sizes)
        messages = tuple(Message(role=role, content=content or "") for role, content in zip(roles, said, strict=True))
        most, temperature, top_p, stop, *others = sampling
        return Settled(
            Asked(*asked),
            Request(route, messages, prompt or "", most, temperature, top_p, tuple(stop), *others),
            Completion(text, finish, reasoning, prompt_tokens, completion_tokens, tries),
        )

    def _texts(self, line: int, sizes: Sequence[int | None]) -> Iterator[str | None]:
        start = self.starts[line]
        for size in sizes:
            if size is None:
                yield None
                continue
            yield self.texts[start : start + size].decode("utf-8", "surrogatepass")
            start += size


def write_pages(connection: sqlite3.Connection, settled: Sequence[tuple[str, Settled]]) -> list[Place]:
    """Append completions with their keys (32 hexadecimal digits); their places, in the same order."""
    places: list[Place] = []
    for start in range(0, len(settled), MOST_ON_A_PAGE):
        part = settled[start : start + MOST_ON_A_PAGE]
        size, content = pack_page([item for _, item in part])
        keys = bytes.fromhex("".join(key for key, _ in part))
        insert = "INSERT INTO pages (size, keys, content) VALUES (?,?,?)"
        page = connection.execute(insert, (size, keys, content)).lastrowid
        assert page is not None
        places += [Place(page, line) for line in range(len(part))]
    return places


def read_page(connection: sqlite3.Connection, page: int) -> Page:
    """One page of the ledger."""
    query = "SELECT size, keys, content FROM pages WHERE page=?"
    return unpack_page(*connection.execute(query, (page,)).fetchone())


def completions(connection: sqlite3.Connection) -> Iterator[Settled]:
    """Everything that was answered, as it was committed; memory does not grow with the run."""
    for row in connection.execute("SELECT size, keys, content FROM pages ORDER BY page"):
        page = unpack_page(*row)
        yield from (page.settled(line) for line in range(len(page.entries)))


def pack_page(settled: Sequence[Settled]) -> tuple[int, bytes]:
    """The size of a page and its compressed content."""
    entries, texts = [], []
    for item in settled:
        encoded = [_encoded(text) for text in _texts_of(item)]
        entries.append(_entry(item, [None if text is None else len(text) for text in encoded]))
        texts += [text for text in encoded if text]
    content = b"".join([json.dumps(entries).encode("ascii"), b"\n", *texts])
    import pyarrow  # late: commands that read no page start without it

    return len(content), pyarrow.Codec("zstd", compression_level=1).compress(content, asbytes=True)


def unpack_page(size: int, keys: bytes, content: bytes) -> Page:
    """What :func:`pack_page` packed."""
    import pyarrow

    unpacked: bytes = pyarrow.Codec("zstd").decompress(content, decompressed_size=size, asbytes=True)
    head, _, texts = unpacked.partition(b"\n")
    entries: list[list[Any]] = json.loads(head)
    sizes = (sum(size or 0 for size in entry[3]) for entry in entries)
    return Page(keys, entries, texts, [0, *accumulate(sizes)])


def _texts_of(settled: Settled) -> list[str | None]:
    request, reply = settled.request, settled.completion
    return [*(message["content"] for message in request.messages), request.prompt, reply.text, reply.reasoning]


def _entry(settled: Settled, sizes: list[int | None]) -> list[Any]:
    asked, request, reply = settled.asked, settled.request, settled.completion
    return [
        [asked.step, asked.subset, asked.model],
        [request.route, [message["role"] for message in request.messages], *_sampling(request)],
        [reply.finish, reply.tries, reply.prompt_tokens, reply.completion_tokens],
        sizes,
    ]


def request_values(request: Request) -> list[Any]:
    """A request as JSON values: route, turns, prompt, sampling."""
    turns = [[message["role"], message["content"]] for message in request.messages]
    return [request.route, turns, request.prompt, *_sampling(request)]


def _sampling(request: Request) -> tuple[Any, ...]:
    return (
        request.max_new_tokens,
        request.temperature,
        request.top_p,
        request.stop,
        request.seed,
        request.sample,
        request.top_k,
        request.repetition_penalty,
        request.presence_penalty,
        request.frequency_penalty,
    )


def _encoded(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogatepass")
