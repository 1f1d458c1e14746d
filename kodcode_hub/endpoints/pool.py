"""One model behind any number of servers: the endpoint that everybody else sees, and the only place that asks again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from kodcode_hub.endpoints.line import Line, Server
from kodcode_hub.endpoints.protocol import Completion, DeadLetter, EndpointInfo, Request
from kodcode_hub.endpoints.rates import RateLimits, RateWindow
from kodcode_hub.endpoints.requests import most_tokens
from kodcode_hub.endpoints.retry import Retries, RetryPolicy, StopRun, classify
from kodcode_hub.endpoints.transport import Failure
from kodcode_hub.errors import EndpointError

_DEFAULT_POLICY = RetryPolicy()
_NO_LIMITS = RateLimits()


class Pool:
    """The servers of one model. Implements ``Endpoint``.

    Args:
        servers: at least one, all of the same model.
        policy: how often and how long failures are retried.
        rates: the user's limits a minute.
    """

    def __init__(
        self, servers: Sequence[Server], *, policy: RetryPolicy = _DEFAULT_POLICY, rates: RateLimits = _NO_LIMITS
    ) -> None:
        most = sum(server.admission.most for server in servers)
        self._info = EndpointInfo(servers[0].transport.limits.model, most)
        self._line = Line(servers, RateWindow(rates))
        self._policy = policy
        self._counts_tokens = rates.tokens_per_minute is not None
        self._alive_at = float("-inf")

    @property
    def info(self) -> EndpointInfo:
        """The model's identity and how many requests are under way at a time at most."""
        return self._info

    async def complete(self, request: Request) -> Completion | DeadLetter:
        """Ask once, retrying what can be retried, each time where there is room.

        Raises:
            EndpointError: a server refused our credentials, or all were out of reach or too busy for too long.
            UsageError: the request holds a parameter that this kind of server does not have.
        """
        retries: Retries | None = None
        since = _now()
        reserved = most_tokens(request) if self._counts_tokens else 0
        failed_at: Server | None = None
        while True:
            server = await self._line.enter(tokens=reserved, avoid=failed_at)
            outcome = await self._send(server, request, reserved)
            if isinstance(outcome, Completion):
                return outcome if retries is None else replace(outcome, tries=retries.sent + 1)
            failed_at = server
            retries = retries or Retries(self._policy, since=since)
            match retries.decide(outcome, now=_now(), alive_at=self._alive_at_last()):
                case DeadLetter() as dead:
                    return dead
                case StopRun() as stop:
                    advice = server.advice if stop.credentials_refused else "see to the server"
                    raise EndpointError(
                        f"endpoint {server.name} {stop.reason}; {advice}, then start the same command again"
                    )
                case wait_s if wait_s:
                    await asyncio.sleep(wait_s)

    def _alive_at_last(self) -> float:
        """When the endpoint was last seen at work: a reply may take longer than the patience with a busy server."""
        if any(server.admission.in_flight for server in self._line.servers):
            self._alive_at = _now()
        return self._alive_at

    async def _send(self, server: Server, request: Request, reserved: int) -> Completion | Failure:
        admission, sent_at, spent = server.admission, _now(), 0
        is_told = False
        try:
            outcome = await server.transport.send(request)
            is_told = True
            now = _now()
            if isinstance(outcome, Completion):
                spent = outcome.prompt_tokens + outcome.completion_tokens
                admission.answered(now, sent_at=sent_at, tokens=outcome.completion_tokens)
                self._alive_at = now
            else:
                _tell(server, outcome, now=now, sent_at=sent_at)
            return outcome
        finally:
            if not is_told:
                admission.abandoned()
            self._line.left(reserved=reserved, spent=spent)


def _tell(server: Server, failure: Failure, *, now: float, sent_at: float) -> None:
    """Let the server's admission know what the failure says of the server."""
    match classify(failure.cause, failure.status):
        case "retry_free":
            server.admission.refused(now, retry_after_s=failure.retry_after_s)
        case "retry":
            server.admission.failed(now, unreachable=False)
        case "reconnect":
            server.admission.failed(now, unreachable=True)
        case "dead" | "stop_run":
            server.admission.answered(now, sent_at=sent_at, tokens=0)


def _now() -> float:
    return asyncio.get_running_loop().time()
