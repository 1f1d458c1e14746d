"""The one seam to LLM servers: a request goes in, a completion comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypedDict

from kodcode_hub.record import content_hash, text_digest


class Message(TypedDict):
    """One turn of a chat."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a model, in no server's dialect. ``seed`` is the sampling seed of this very sample."""

    route: Literal["chat", "raw"]
    messages: tuple[Message, ...]
    """The chat; empty for a raw completion."""
    prompt: str
    """The raw prompt; empty for a chat."""
    max_new_tokens: int
    temperature: float
    top_p: float
    stop: tuple[str, ...]
    seed: int
    sample: int = 0
    """Index of this sample among those of its prompt; its seed is that of sample 0 plus this."""
    top_k: int | None = None
    repetition_penalty: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None

    def key(self, model: str) -> str:
        """Hash of the canonical request, the model's identity and the sample index: the ledger's key."""
        rare = (self.top_k, self.repetition_penalty, self.presence_penalty, self.frequency_penalty)
        return content_hash(
            "completion",
            model,
            self.route,
            [(message["role"], text_digest(message["content"])) for message in self.messages],
            text_digest(self.prompt),
            self.max_new_tokens,
            self.temperature,
            self.top_p,
            list(self.stop),
            self.seed,
            self.sample,
            *(rare if any(value is not None for value in rare) else ()),
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model replied.

    ``text`` is None where the server sent no content (a refusal, or reasoning only). ``finish`` is ``stop`` where it
    ended by itself or at a stop sequence, ``length`` where it was cut off, ``other`` for content filters and the like.
    """

    text: str | None
    finish: Literal["stop", "length", "other"]
    reasoning: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    tries: int = 1
    """Requests sent until this reply came."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A request that got no reply: why, and after how many tries. Stays dead until it is asked for again on purpose."""

    error: str
    """Of the last try."""
    status: int | None
    """HTTP status of the last answer; None where there was none."""
    tries: int
    errors: tuple[str, ...] = ()
    """Of all tries, in order; those in which the server was merely busy are left out."""
    last_body: str = ""
    """The beginning of the last answer's body, without secrets; empty where there was none."""


@dataclass(frozen=True, slots=True)
class EndpointInfo:
    """Who answers, and within which limits."""

    model: str
    """Identity of the model; part of every ledger key and published as ``teacher``."""
    max_concurrent_requests: int


class Endpoint(Protocol):
    """A model behind some server. Implementations hold no request beyond its answer."""

    @property
    def info(self) -> EndpointInfo:
        """The model's identity and the server's limits, known since the endpoint was opened."""
        ...

    async def complete(self, request: Request) -> Completion | DeadLetter:
        """Ask once, retrying what can be retried.

        Raises:
            EndpointError: the server cannot be used at all (unreachable, or it refused our credentials).
        """
        ...
