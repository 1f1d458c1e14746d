"""The way to TGI through its own client, ``text-generation``, where that is installed. Implements ``Transport``.

Routes and bodies are the client's; connections and the reading of answers are ours. Left alone, the client opens a
connection for every request, follows redirects, reads answers of any length, and keeps no status of what it does not
know; its models drop reasoning and refuse answers that lack what nobody needs. It can say less than TGI understands:
what it cannot say is said by the built-in client.

| request | asked by |
|---|---|
| chat | the client, at ``/v1/chat/completions`` |
| raw | the client, at ``/``, which does not tell how long the prompt was: an estimate |
| long replies, as the client's chats cannot be streamed; chats with stop strings, which it does not have | built-in |
| what its models refuse: empty prompts, penalties of zero and below (older pydantic: lone surrogates) | built-in |
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NoReturn, Protocol

from kodcode_hub.endpoints.exchange import Answer, Exchange
from kodcode_hub.endpoints.http import HttpTransport, to_bytes
from kodcode_hub.endpoints.protocol import Completion, Request
from kodcode_hub.endpoints.requests import (
    GENERATE_PATH,
    encode_generate,
    encode_request,
    is_streamed,
    stop_strings,
)
from kodcode_hub.endpoints.transport import Failure, ServerLimits

_KNOWN_VERSIONS = "0.7."
"""The last ones; the package is no longer developed."""


class _Client(Protocol):
    """What is used of ``text_generation.AsyncClient``."""

    async def chat(self, **parameters: Any) -> object: ...

    async def generate(self, prompt: str, **parameters: Any) -> object: ...


class _Heard(Exception):
    """Takes what came back out of the client, before its own models read it."""

    def __init__(self, outcome: Answer | Failure) -> None:
        super().__init__()
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class TgiClientTransport:
    """One TGI server.

    Args:
        refusals: what the client raises, before it asks anything, for values that it does not take.
        builtin: the way for what the client cannot say; its exchange is that of both.
    """

    client: _Client
    refusals: tuple[type[Exception], ...]
    builtin: HttpTransport

    @property
    def limits(self) -> ServerLimits:
        """Who answers there."""
        return self.builtin.limits

    async def send(self, request: Request) -> Completion | Failure:
        """Ask exactly once.

        Raises:
            UsageError: the request holds a parameter that TGI does not have.
        """
        if is_streamed(request) or (request.route == "chat" and stop_strings(request)):
            return await self.builtin.send(request)
        try:
            await (self._generate(request) if request.route == "raw" else self._chat(request))
        except _Heard as heard:
            return self._read(request, heard.outcome)
        except self.refusals:
            return await self.builtin.send(request)
        raise AssertionError("the text-generation client ended without asking anything")

    async def _chat(self, request: Request) -> None:
        _, body = encode_request(self.builtin.dialect, request, self.limits)
        named_by_the_client = {"model", "stream"}
        await self.client.chat(**{name: value for name, value in body.items() if name not in named_by_the_client})

    async def _generate(self, request: Request) -> None:
        _, body = encode_generate(request, self.limits)
        parameters = dict(body["parameters"])
        del parameters["details"]
        await self.client.generate(body["inputs"], stop_sequences=parameters.pop("stop", None), **parameters)

    def _read(self, request: Request, outcome: Answer | Failure) -> Completion | Failure:
        if request.route == "chat":
            return self.builtin.read(request, outcome, path=self.builtin.dialect.chat_path)
        if isinstance(outcome, Answer) and isinstance(outcome.value, list) and outcome.value:
            # The route that the client asks answers for a list of prompts.
            outcome = Answer(outcome.value[0])
        return self.builtin.read(request, outcome, path=GENERATE_PATH)


def is_client_installed() -> bool:
    """Whether the extra ``[tgi]`` is there; nothing is imported."""
    try:
        return version("text-generation").startswith(_KNOWN_VERSIONS)
    except PackageNotFoundError:
        return False


def tgi_client_transport(builtin: HttpTransport) -> TgiClientTransport:
    """The client, asking the server of ``builtin`` through its exchange.

    The client has no place to say how connections are made, so a copy of its module of our own gets other sessions: the
    one that others import stays as it is.
    """
    spec = importlib.util.find_spec("text_generation.client")
    if spec is None or spec.loader is None:
        raise ImportError("text-generation has no module 'client'; install kodcode-hub[tgi] anew")
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ClientSession = lambda **_: _Session(builtin.exchange)
    errors = importlib.import_module("text_generation.errors")
    # ValueError is what errors of pydantic's are.
    return TgiClientTransport(module.AsyncClient(base_url=""), (errors.ValidationError, ValueError), builtin)


@dataclass(frozen=True, slots=True)
class _Session:
    """What the client takes for a session of aiohttp's."""

    exchange: Exchange

    async def __aenter__(self) -> _Session:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    def post(self, path: str, *, json: Mapping[str, Any]) -> _Posting:
        return _Posting(self.exchange, path, dict(json))


@dataclass(frozen=True, slots=True)
class _Posting:
    """What the client takes for a response that is under way."""

    exchange: Exchange
    path: str
    body: dict[str, Any]

    async def __aenter__(self) -> NoReturn:
        raise _Heard(await self.exchange.send(self.path, to_bytes(self.body)))

    async def __aexit__(self, *_: object) -> None:
        return None
