"""What a server is to the rest of this room: a request goes in once, a completion or a failure comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from kodcode_hub.endpoints.protocol import Completion, Request

Cause = Literal["status", "malformed", "dropped", "timeout", "unreachable"]

DEFAULT_STOP_SEQUENCES = 4
"""What TGI accepts unless told otherwise, and what OpenAI accepts."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One request that got no usable answer.

    Args:
        cause: ``status`` for an answer of another status than 200; else what went wrong with the connection or body.
        status: HTTP status of the answer, where there was one.
        error: one short line without secrets.
        retry_after_s: seconds that the server asked us to wait.
        body: the beginning of the answer's body, without secrets.
    """

    cause: Cause
    status: int | None
    error: str
    retry_after_s: float | None = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Who answers and what a request may hold; None where the server does not say.

    Args:
        model: identity of the model.
        max_concurrent_requests: in flight at a time; more are refused, or wait.
        max_total_tokens: prompt and reply together.
    """

    model: str
    max_concurrent_requests: int | None = None
    max_stop_sequences: int = DEFAULT_STOP_SEQUENCES
    max_total_tokens: int | None = None


class Transport(Protocol):
    """The way to one server. Knows its dialect and nothing of retries, other servers or limits of rate."""

    @property
    def limits(self) -> ServerLimits:
        """Who answers there, known since the transport was opened."""
        ...

    async def send(self, request: Request) -> Completion | Failure:
        """Ask exactly once; never raises for what a server does.

        Raises:
            UsageError: the request holds a parameter that this kind of server does not have.
        """
        ...
