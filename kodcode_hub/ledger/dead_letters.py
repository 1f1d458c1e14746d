"""Dead letters one by one: what was asked, what went wrong each time, what came back last."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kodcode_hub.ledger.store import unpack

_SHOWN_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class DeadRequest:
    """One dead letter, with what it was for."""

    key: str
    step: str
    subset: str
    model: str
    status: int | None
    """HTTP status of the last answer."""
    tries: int
    request: str
    """The beginning of the prompt."""
    errors: list[str]
    """Of all tries, in order; those in which the server was merely busy are left out."""
    last_body: str
    """The beginning of the last answer's body."""


def dead_requests(connection: sqlite3.Connection) -> Iterator[DeadRequest]:
    """All of them, by step, subset and status; memory does not grow with their number."""
    query = """
        SELECT key, step, subset, model, status, tries, request, error, errors, last_body
        FROM dead_letters ORDER BY step, subset, status, key
    """
    for key, step, subset, model, status, tries, request, error, errors, last_body in connection.execute(query):
        prompt = _prompt_of(unpack(request))[:_SHOWN_CHARACTERS]
        yield DeadRequest(key, step, subset, model, status, tries, prompt, json.loads(errors) or [error], last_body)


def _prompt_of(values: list[Any]) -> str:
    """The raw prompt, or what was said last in the chat; ``values`` as in ``ledger/pages.py``."""
    _, turns, prompt = values[:3]
    return str(turns[-1][1] if turns else prompt)
