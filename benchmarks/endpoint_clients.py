"""Clients for ``benchmarks/endpoints.py``, each of which asks a server for so many chats; one process a measurement.

Runs in any Python that has the client's package: ``text-generation`` cannot be installed beside the others.

    python endpoint_clients.py NAME URL REQUESTS

prints JSON: seconds of CPU and wall, without the imports.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

WORKERS = 128
WARM_UP = 4
MOST_TOKENS = 4096
PROMPT = "Write a function that sorts a list of numbers without the standard library. " * 30
"""Some 2,300 characters, as long as our prompts for solutions with tests."""

Ask = Callable[[int], Awaitable[str]]


def prompt_of(number: int) -> str:
    """No two are alike, as in a build."""
    return f"{number}. {PROMPT}"


async def by_workers(ask: Ask, numbers: Sequence[int]) -> None:
    """A fixed number of workers, each of which asks one after the other."""
    shared = iter(numbers)
    await asyncio.gather(*(_work(ask, shared) for _ in range(WORKERS)))


async def _work(ask: Ask, numbers: Iterator[int]) -> None:
    for number in numbers:
        assert await ask(number)


async def bare_aiohttp(url: str, numbers: Sequence[int]) -> None:
    """The least that a client must do: no retries, no checks, no memory."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(number: int) -> str:
            body = {
                "model": "tgi",
                "messages": [{"role": "user", "content": prompt_of(number)}],
                "max_tokens": MOST_TOKENS,
                "temperature": 0.8,
                "top_p": 0.95,
                "seed": number,
                "stream": False,
            }
            async with session.post(f"{url}/v1/chat/completions", json=body) as response:
                response.raise_for_status()
                return str((await response.json())["choices"][0]["message"]["content"])

        await by_workers(ask, numbers)


async def kodcode(url: str, numbers: Sequence[int]) -> None:
    """Ours as a build uses it: the asker with its ledger, retries, limits and counts; more askers than slots."""
    from kodcode_hub.endpoints.connect import open_endpoint
    from kodcode_hub.endpoints.protocol import Completion
    from kodcode_hub.ledger.store import Ledger
    from kodcode_hub.pipeline.asker import Ask, Asker
    from kodcode_hub.pipeline.models import STEPS
    from kodcode_hub.subsets import Sampling

    gc.freeze()  # as a build does
    sampling = Sampling(MOST_TOKENS, 0.8)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        ledger = Ledger(Path(folder) / "ledger.sqlite")
        async with open_endpoint(f"tgi+{url}") as endpoint:
            asker = Asker(dict.fromkeys(STEPS, endpoint), ledger, run_seed=0)
            shared = iter(numbers)

            async def work() -> None:
                for number in shared:
                    completion = await asker.ask(Ask("answer", "leetcode", prompt_of(number), sampling))
                    assert isinstance(completion, Completion)
                    assert completion.text

            await asyncio.gather(*(work() for _ in range(asker.at_a_time)))
        ledger.close()


async def openai(url: str, numbers: Sequence[int]) -> None:
    """OpenAI's own client, with the pool that it needs for so many at a time."""
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:

        async def ask(number: int) -> str:
            answer = await client.chat.completions.create(
                model="tgi",
                messages=[{"role": "user", "content": prompt_of(number)}],
                max_tokens=MOST_TOKENS,
                temperature=0.8,
                top_p=0.95,
                seed=number,
            )
            return str(answer.choices[0].message.content)

        await by_workers(ask, numbers)


async def huggingface_hub(url: str, numbers: Sequence[int]) -> None:
    """The Hub's client for inference."""
    from huggingface_hub import AsyncInferenceClient

    client = AsyncInferenceClient(base_url=url, timeout=600)

    async def ask(number: int) -> str:
        answer = await client.chat_completion(
            messages=[{"role": "user", "content": prompt_of(number)}],
            max_tokens=MOST_TOKENS,
            temperature=0.8,
            top_p=0.95,
            seed=number,
        )
        return str(answer.choices[0].message.content)

    await by_workers(ask, numbers)


async def text_generation(url: str, numbers: Sequence[int]) -> None:
    """TGI's own client."""
    from text_generation import AsyncClient
    from text_generation.types import Message

    client = AsyncClient(url, timeout=600)

    async def ask(number: int) -> str:
        message = Message(role="user", content=prompt_of(number))
        answer = await client.chat([message], max_tokens=MOST_TOKENS, temperature=0.8, top_p=0.95, seed=number)
        return str(answer.choices[0].message.content)

    await by_workers(ask, numbers)


CLIENTS: dict[str, Callable[[str, Sequence[int]], Awaitable[None]]] = {
    "bare aiohttp": bare_aiohttp,
    "kodcode": kodcode,
    "openai": openai,
    "huggingface_hub": huggingface_hub,
    "text-generation": text_generation,
}


async def measured(name: str, url: str, count: int) -> dict[str, float]:
    """CPU and wall time of one client; its imports and first connections are not counted."""
    client = CLIENTS[name]
    await client(url, range(10**6, 10**6 + WARM_UP))
    cpu, wall = time.process_time(), time.monotonic()
    await client(url, range(1, count + 1))
    return {"cpu": time.process_time() - cpu, "wall": time.monotonic() - wall}


if __name__ == "__main__":
    figures = asyncio.run(measured(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    sys.stdout.write(json.dumps(figures))
