"""Runs trials, through the ledger: equal solution and tests under equal conditions are run once."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from kodcode_hub.ledger.store import Ledger
from kodcode_hub.record import Verdict, content_hash
from kodcode_hub.verification.protocol import Limits, Sandbox


class Verifier:
    """A sandbox behind the ledger, with at most ``workers`` trials at a time."""

    def __init__(self, sandbox: Sandbox, ledger: Ledger, *, limits: Limits, workers: int) -> None:
        self._sandbox = sandbox
        self._ledger = ledger
        self._conditions = (asdict(limits), asdict(sandbox.environment), sandbox.isolation)
        self._slots = asyncio.Semaphore(workers)
        self._under_way: dict[str, asyncio.Task[Verdict]] = {}

    async def verify(self, solution: str, test: str) -> Verdict:
        """The verdict of ``test`` on ``solution``, durable before it is returned.

        Raises:
            SandboxError: the sandbox itself broke.
            RunFolderError: the verdict could not be committed.
        """
        key = content_hash("verdict", solution, test, *self._conditions)
        verdict = self._ledger.verdict(key)
        if verdict is not None:
            return verdict
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._run(key, solution, test))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await task

    async def _run(self, key: str, solution: str, test: str) -> Verdict:
        async with self._slots:
            verdict = await self._sandbox.run(solution, test)
        await self._ledger.keep_verdict(key, verdict)
        return verdict
