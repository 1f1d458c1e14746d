"""``--budget-tokens``: what a run may spend over all its starts. Held, not approached."""

from __future__ import annotations

import asyncio


class Budget:
    """Tokens that are still to be had; every request reserves what it may cost at most before it is sent.

    Args:
        limit: tokens of the whole run, prompts and replies together; None: no limit.
        spent: by earlier starts.
    """

    def __init__(self, limit: int | None = None, *, spent: int = 0) -> None:
        self.limit = limit
        self.refused = 0
        """Requests that were not sent for want of tokens."""
        self._spent = spent
        self._reserved = 0
        self._changed = asyncio.Condition()

    async def reserve(self, tokens: int) -> bool:
        """Set ``tokens`` aside; False where they will never be there.

        Waits where requests under way may turn out cheaper than they might have been.
        """
        if self.limit is None:
            return True
        async with self._changed:
            while self._spent + self._reserved + tokens > self.limit:
                if not self._reserved or self._spent + tokens > self.limit:
                    self.refused += 1
                    return False
                await self._changed.wait()
            self._reserved += tokens
        return True

    async def settle(self, *, reserved: int, spent: int) -> None:
        """A request has come to its end: ``spent`` tokens instead of those ``reserved``."""
        if self.limit is None:
            return
        async with self._changed:
            self._reserved -= reserved
            self._spent += spent
            self._changed.notify_all()
