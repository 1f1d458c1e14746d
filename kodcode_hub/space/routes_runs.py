"""The routes with which a visitor does something: runs, checks, comparisons of revisions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import gradio
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from kodcode_hub.browse.published_row import text_of
from kodcode_hub.errors import UsageError
from kodcode_hub.space.check_text import check_text

if TYPE_CHECKING:
    from kodcode_hub.space.contents import Contents

_LONGEST_BODY = 1_000_000


def add_run_routes(app: FastAPI, contents: Contents) -> None:
    """Add them to ``app``."""

    @app.post("/app/runs")
    async def runs(request: Request) -> StreamingResponse:
        asked = await _body(request, "question_id", "solution")
        row = await anyio.to_thread.run_sync(contents.catalogue.get, asked["question_id"])
        test, visitor = text_of(row, "test"), visitor_of(request)

        async def lines() -> AsyncIterator[bytes]:
            async for event in contents.runs.events(visitor, asked["question_id"], asked["solution"], test):
                yield (json.dumps(event) + "\n").encode()

        # No proxy may hold lines back until the run is over.
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)

    @app.post("/app/check")
    async def check(request: Request) -> dict[str, Any]:
        asked = await _body(request, "text")
        return await anyio.to_thread.run_sync(check_text, contents, asked["text"])

    @app.get("/app/revisions/{name:path}")
    def revision(name: str) -> dict[str, Any]:
        return contents.revisions.compare(name)


def visitor_of(request: Request | gradio.Request) -> str:
    """Whose turn it is in the queue: visitors are told apart by their address."""
    return str(request.client.host) if request.client else "unknown"


async def _body(request: Request, *names: str) -> dict[str, str]:
    """The texts of a JSON object.

    Raises:
        UsageError: it is too long, no JSON object, or lacks one.
    """
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > _LONGEST_BODY:
            raise UsageError(f"the request is longer than {_LONGEST_BODY} bytes")
    try:
        found = json.loads(content)
    except ValueError as error:
        raise UsageError(f"the request is no JSON: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in names):
        raise UsageError(f"the request is a JSON object with the texts {', '.join(names)}")
    return {name: found[name] for name in names}
