"""A server with a fixed number of slots, for measurements: like TGI or vLLM, and it remembers when its slots were busy.

Run as a program; it prints its port, serves until its standard input closes, and tells its figures at ``/figures``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

_WORDS = ("def ", "return ", "assert ", "value", "(", ")", ":\n    ", " = ", "[", "]", " + ", "index", "if ", "for ")


@dataclass
class Slots:
    """What the server does with a request, and what it has seen.

    Args:
        slots: requests generated at a time.
        seconds: mean time of one generation.
        tokens: length of a reply, in words of a handful of characters.
        announced: whether ``/info`` tells the limit.
        queues: more than ``slots`` wait in a queue, as with vLLM; else they are refused with 429, as with TGI.
        failing: share of requests that fail in one of several ways.
        burst: seconds of the run (from the first request) during which everything is refused with 429.
    """

    slots: int
    seconds: float
    tokens: int
    announced: bool = True
    queues: bool = False
    failing: float = 0.0
    burst: tuple[float, float] = (0.0, 0.0)
    busy: int = 0
    first: float | None = None
    intervals: list[tuple[float, float]] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._queue = asyncio.Semaphore(self.slots)
        chooser = random.Random(0)
        self._texts = ["".join(chooser.choices(_WORDS, k=self.tokens)) for _ in range(64)]
        self._chance = random.Random(1)

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """One chat or raw completion."""
        now = time.monotonic()
        self.first = self.first or now
        body = await request.json()
        if self.burst[0] <= now - self.first < self.burst[1]:
            return self._refuse(429)
        if not self.queues and self.busy >= self.slots:
            return self._refuse(429)
        async with self._queue:
            self.busy += 1
            started = time.monotonic()
            try:
                return await self._generate(request, body)
            finally:
                self.busy -= 1
                self.intervals.append((started, time.monotonic()))

    async def _generate(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        # Of many lengths, so that requests do not end together.
        length = self._chance.choice((0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.7)) * self.seconds
        fails = self._chance.random() < self.failing
        await asyncio.sleep(length * (self._chance.random() if fails else 1.0))
        if fails:
            return await self._fail(request)
        self.answered[str(body.get("seed"))] += 1
        self.statuses["200"] += 1
        return web.json_response(self._reply(request, body))

    async def _fail(self, request: web.Request) -> web.StreamResponse:
        way = self._chance.choice(("500", "424", "502", "429", "503", "dropped", "malformed", "empty"))
        self.statuses[way] += 1
        if way.isdigit():
            return web.json_response({"error": "broke", "error_type": "generation"}, status=int(way))
        if way == "dropped":
            assert request.transport is not None
            request.transport.abort()
        text = '{"choices": [{"mess' if way == "malformed" else ""
        return web.Response(text=text, content_type="application/json")

    def _refuse(self, status: int) -> web.Response:
        self.statuses[str(status)] += 1
        return web.json_response({"error": "Model is overloaded", "error_type": "overloaded"}, status=status)

    def _reply(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        text = self._texts[hash(str(body.get("seed"))) % len(self._texts)]
        choice: dict[str, Any] = {"index": 0, "finish_reason": "stop", "logprobs": None}
        if request.path.endswith("/chat/completions"):
            choice["message"] = {"role": "assistant", "content": text}
        else:
            choice["text"] = text
        usage = {"prompt_tokens": 200, "completion_tokens": self.tokens, "total_tokens": 200 + self.tokens}
        return {
            "id": "",
            "object": "chat.completion",
            "created": 1,
            "model": "bench/model",
            "system_fingerprint": "3.3.6-native",
            "choices": [choice],
            "usage": usage,
        }

    async def info(self, _: web.Request) -> web.Response:
        """``/info``."""
        limits = {"max_concurrent_requests": self.slots} if self.announced else {}
        info = {"model_id": "bench/model", "max_stop_sequences": 4, "max_total_tokens": 32768}
        return web.json_response({**info, **limits})

    async def models(self, _: web.Request) -> web.Response:
        """``/v1/models``."""
        return web.json_response({"object": "list", "data": [{"id": "bench/model", "object": "model"}]})

    async def figures(self, _: web.Request) -> web.Response:
        """What was seen."""
        return web.json_response({"intervals": self.intervals, "answered": self.answered, "statuses": self.statuses})

    async def forget(self, _: web.Request) -> web.Response:
        """Begin anew."""
        self.intervals.clear()
        self.answered.clear()
        self.statuses.clear()
        self.first = None
        return web.Response()


async def serve(slots: Slots) -> None:
    app = web.Application()
    for path in ("/v1/chat/completions", "/v1/completions", "/generate", "/"):
        app.router.add_post(path, slots.complete)
    app.router.add_get("/info", slots.info)
    app.router.add_get("/v1/models", slots.models)
    app.router.add_get("/figures", slots.figures)
    app.router.add_post("/forget", slots.forget)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=2048).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--slots", type=int, default=128)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--tokens", type=int, default=600)
    parser.add_argument("--failing", type=float, default=0.0)
    parser.add_argument("--burst", type=json.loads, default=(0, 0))
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--queues", action="store_true")
    args = parser.parse_args()
    slots = Slots(args.slots, args.seconds, args.tokens, not args.silent, args.queues, args.failing, tuple(args.burst))
    asyncio.run(serve(slots))


if __name__ == "__main__":
    main()
