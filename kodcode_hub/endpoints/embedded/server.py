"""The embedded server: TGI's routes over recorded completions, as an aiohttp application."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from kodcode_hub.endpoints.embedded import replies
from kodcode_hub.endpoints.embedded.fields import Body, Unreadable, read_body
from kodcode_hub.endpoints.embedded.recordings import Recorded, Recordings
from kodcode_hub.endpoints.embedded.replies import Generated
from kodcode_hub.endpoints.embedded.routes import GENERATING_ROUTES, GeneratingRoute
from kodcode_hub.endpoints.embedded.validation import Call, Invalid, Limits

MOST_BODY_BYTES = 2_000_000
"""Longest request body, as TGI's ``--payload-limit`` has it by default."""

_EVENTS_A_WRITE = 64
_SHOWN_CHARACTERS = 80

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _NoRecording(Exception):
    """No recording is meant by this prompt."""


class ReplayServer:
    """Answers TGI's routes from recordings.

    Args:
        delay_s: seconds that every completion takes, as if it were generated.
    """

    def __init__(self, recordings: Recordings, limits: Limits, *, delay_s: float = 0.0) -> None:
        self._recordings = recordings
        self._limits = limits
        self._delay_s = delay_s
        self._in_flight = 0

    def application(self) -> web.Application:
        """The application with all its routes."""
        app = web.Application(client_max_size=MOST_BODY_BYTES)
        for path in ("/", "/health"):
            app.router.add_get(path, _health)
        app.router.add_get("/info", _constant(replies.info_body(self._limits)))
        app.router.add_get("/v1/models", _constant(replies.models_body(self._limits)))
        for route in GENERATING_ROUTES:
            app.router.add_post(route.path, self._handler(route))
        return app

    def _handler(self, route: GeneratingRoute) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            # As in TGI's router: a body is read first, then there is a place or not, and only then it is validated.
            try:
                body = read_body(request.content_type, await request.read(), route.fields)
            except Unreadable as error:
                return web.Response(status=error.status, text=_encodable(error.text))
            if self._in_flight >= self._limits.max_concurrent_requests:
                return await _refuse(request, route, body, 429, "Model is overloaded", "overloaded")
            self._in_flight += 1
            try:
                return await self._answer(request, route, body)
            finally:
                self._in_flight -= 1

        return handle

    async def _answer(self, request: web.Request, route: GeneratingRoute, body: Body) -> web.StreamResponse:
        try:
            call = route.read(body, self._limits)
            generated = self._generate(call)
        except Invalid as error:
            return await _refuse(request, route, body, 422, f"Input validation error: {error}", "validation")
        except _NoRecording as error:
            return _json(404, {"error": str(error), "error_type": "no_recording"})
        await asyncio.sleep(self._delay_s)
        if not call.stream:
            return _json(200, route.body(generated, call, self._limits))
        events: Iterable[str] = map(json.dumps, route.events(generated, call, self._limits))
        return await _stream(request, itertools.chain(events, ["[DONE]"] if route.done else []))

    def _generate(self, call: Call) -> list[Generated]:
        seed = call.seed or 0
        # Several prompts share the seed; best_of, which takes no seed, goes through the completions of its one prompt.
        asked = [(prompt, seed + sample) for prompt in call.prompts for sample in range(call.best_of)]
        return [replies.generate(prompt, self._recorded(call, prompt, seed), call) for prompt, seed in asked]

    def _recorded(self, call: Call, prompt: str, seed: int) -> Recorded:
        recorded = self._recordings.find(route=call.route, prompt=prompt, seed=seed, sampling=call.sampling)
        if recorded is None:
            raise _NoRecording(self._why_none(call, prompt, seed))
        return recorded

    def _why_none(self, call: Call, prompt: str, seed: int) -> str:
        shown = repr(prompt[:_SHOWN_CHARACTERS]) + ("..." if len(prompt) > _SHOWN_CHARACTERS else "")
        what = f"this {call.route} prompt of {len(prompt)} characters: {shown}"
        if self._recordings.knows(route=call.route, prompt=prompt):
            return f"no recording has the seed {seed} (with this sampling) for {what}; ask what was recorded"
        return f"no recording is contained in {what}; add an entry for it to a replay file, or ask what was recorded"


async def _health(_: web.Request) -> web.Response:
    return web.Response()


def _constant(body: Body) -> Handler:
    async def handle(_: web.Request) -> web.Response:
        return _json(200, body)

    return handle


async def _refuse(
    request: web.Request, route: GeneratingRoute, body: Body, status: int, error: str, error_type: str
) -> web.StreamResponse:
    refusal = {"error": error, "error_type": error_type}
    if not route.streams(body):
        return _json(status, refusal)
    # TGI has begun its stream, with status 200, by the time that it refuses.
    return await _stream(request, [json.dumps(refusal), *(["[DONE]"] if route.done else [])])


async def _stream(request: web.Request, events: Iterable[str]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    remaining = iter(events)
    try:
        await response.prepare(request)
        while batch := list(itertools.islice(remaining, _EVENTS_A_WRITE)):
            await response.write("".join(f"data: {event}\n\n" for event in batch).encode("ascii"))
        await response.write_eof()
    except ConnectionError:
        # The client has heard enough; there is nobody left to tell.
        pass
    return response


def _json(status: int, body: object) -> web.Response:
    content = json.dumps(body, separators=(",", ":")).encode("ascii")
    return web.Response(status=status, body=content, content_type="application/json")


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
