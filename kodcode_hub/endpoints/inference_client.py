"""The way to Hugging Face's Inference Providers, through huggingface_hub. Implements ``Transport``.

Chats go to ``chat_completion``, raw prompts to ``text_generation``, which few providers have. Long chats are streamed.
Connections are huggingface_hub's: it follows redirects and reads answers of any length.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kodcode_hub.endpoints.answers import ErrorInAnswer, EventReader, MalformedAnswer, decode_completion
from kodcode_hub.endpoints.credentials import Credential
from kodcode_hub.endpoints.exchange import failure_in_answer, failure_without_secrets
from kodcode_hub.endpoints.inference_errors import expected_errors, read_failure
from kodcode_hub.endpoints.protocol import Completion, Request
from kodcode_hub.endpoints.requests import DIALECTS, GENERATE_PATH, encode_generate, encode_request, is_streamed
from kodcode_hub.endpoints.transport import Failure, ServerLimits
from kodcode_hub.endpoints.urls import EndpointUrl
from kodcode_hub.errors import EndpointError, UsageError

if TYPE_CHECKING:
    from huggingface_hub import AsyncInferenceClient

_MOST_CONNECTIONS = 100
"""Of one of its clients; a request beyond would wait in there, unseen."""

_DIALECT = DIALECTS["openai"]
_NOT_NAMED = ("top_k", "repetition_penalty")
"""What ``chat_completion`` passes on, but has no name for."""

_TASKS = ("conversational", "text-generation")
_SECONDS_TO_LOOK_UP = 30.0


@dataclass(frozen=True, slots=True)
class InferenceTransport:
    """One model of Inference Providers.

    Args:
        new_client: makes a client for a task (``conversational``, ``text-generation``).
        clients: those of the tasks that a provider has for this model.
        idle_timeout_s: longest silence within a request.
    """

    limits: ServerLimits
    new_client: Callable[[str], AsyncInferenceClient]
    clients: Mapping[str, AsyncInferenceClient]
    credential: Credential
    idle_timeout_s: float

    async def send(self, request: Request) -> Completion | Failure:
        """Ask exactly once.

        Raises:
            UsageError: the request holds a parameter that there is no way to say.
        """
        task = "conversational" if request.route == "chat" else "text-generation"
        if task not in self.clients:
            return self._no_such_task(task)
        ask = self._raw if request.route == "raw" else self._stream if is_streamed(request) else self._chat
        parameters = self._raw_parameters(request) if request.route == "raw" else self._chat_parameters(request)
        try:
            async with asyncio.timeout(self.idle_timeout_s) as patience:
                return await ask(request, parameters, patience)
        except (MalformedAnswer, ErrorInAnswer) as error:
            return failure_in_answer(error, self.credential)
        except expected_errors() as error:
            return read_failure(error, self.credential)

    async def _chat(self, request: Request, parameters: Mapping[str, Any], _: asyncio.Timeout) -> Completion | Failure:
        answer = await self.clients["conversational"].chat_completion(**parameters)
        return decode_completion(request, _as_json(answer), path=_DIALECT.chat_path)

    async def _stream(
        self, request: Request, parameters: Mapping[str, Any], patience: asyncio.Timeout
    ) -> Completion | Failure:
        reader = EventReader(request, _DIALECT.chat_path)
        # A client keeps what it has streamed until it is closed.
        async with self.new_client("conversational") as client:
            async for event in await client.chat_completion(**parameters):
                patience.reschedule(asyncio.get_running_loop().time() + self.idle_timeout_s)
                if not reader.read(json.dumps(_as_json(event)).encode("ascii")):
                    break
        return reader.completion()

    async def _raw(self, request: Request, parameters: Mapping[str, Any], _: asyncio.Timeout) -> Completion | Failure:
        answer: object = await self.clients["text-generation"].text_generation(**parameters)
        if isinstance(answer, str):
            return self._no_such_task("text-generation with details")
        return decode_completion(request, _as_json(answer), path=GENERATE_PATH)

    def _raw_parameters(self, request: Request) -> dict[str, Any]:
        body = encode_generate(request, self.limits)[1]
        return {"prompt": _encodable(body["inputs"]), **body["parameters"]}

    def _chat_parameters(self, request: Request) -> dict[str, Any]:
        body = encode_request(_DIALECT, request, self.limits)[1]
        extra = {name: body.pop(name) for name in _NOT_NAMED if name in body}
        messages = [{**message, "content": _encodable(message["content"])} for message in request.messages]
        return {**body, "messages": messages, "extra_body": extra}

    def _no_such_task(self, task: str) -> Failure:
        error = f"no provider of {self.limits.model} that may be asked has the task {task}; use another endpoint for it"
        return failure_without_secrets(self.credential, "status", 400, error)


@asynccontextmanager
async def open_inference_client(
    url: EndpointUrl, *, idle_timeout_s: float, environ: Mapping[str, str]
) -> AsyncIterator[InferenceTransport]:
    """Open the model of a ``hf`` URL; with a ``base_url``, which only programs give, at that server.

    Args:
        environ: where ``HF_TOKEN``, ``HF_ENDPOINT`` and ``HF_HUB_OFFLINE`` are looked up.

    Raises:
        EndpointError: the Hub cannot be reached, does not know the model or refuses us, or nobody serves the model.
        UsageError: there is no token, or the provider that the URL names does not serve the model.
    """
    from huggingface_hub import AsyncInferenceClient

    if url.model is None:
        raise UsageError(f"endpoint {url.redacted()} names no model")
    model, token = url.model, _token(url, environ)
    credential = Credential(f"Bearer {token}", (token,), "correct HF_TOKEN, or allow it to call Inference Providers")
    if environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        raise EndpointError(f"endpoint {url.redacted()} is unreachable: HF_HUB_OFFLINE is set; unset it")
    if url.base_url:
        providers: Mapping[str, str | None] = dict.fromkeys(_TASKS)
    else:
        providers = choose_providers(url, await _look_up(url, model, token, credential, environ))

    def new_client(task: str) -> AsyncInferenceClient:
        provider: Any = providers[task]
        return AsyncInferenceClient(url.base_url or model, provider=provider, token=token)

    async with AsyncExitStack() as stack:
        clients = {task: await stack.enter_async_context(new_client(task)) for task in providers}
        limits = ServerLimits(model, max_concurrent_requests=_MOST_CONNECTIONS)
        yield InferenceTransport(limits, new_client, clients, credential, idle_timeout_s)


def choose_providers(url: EndpointUrl, served: Sequence[tuple[str, str]]) -> dict[str, str | None]:
    """The provider to ask for each task; None: whichever the Hub's router takes, which knows chats alone.

    Args:
        served: tasks, each with a provider that has it for this model, in the Hub's order.

    Raises:
        EndpointError: nobody serves the model.
        UsageError: the provider that the URL names does not.
    """
    known = [(task, provider) for task, provider in served if task in _TASKS]
    if not known:
        raise EndpointError(f"endpoint {url.redacted()}: no provider serves this model's text; use another model")
    first = dict(reversed([(task, provider) for task, provider in known if url.provider in (None, provider)]))
    if not first:
        others = ", ".join(sorted({provider for _, provider in known}))
        raise UsageError(f"endpoint {url.redacted()}: this provider does not serve the model; these do: {others}")
    return {task: None if task == "conversational" and url.provider is None else first[task] for task in first}


def _token(url: EndpointUrl, environ: Mapping[str, str]) -> str:
    token = environ.get("HF_TOKEN", "").strip()
    if not token:
        raise UsageError(f"endpoint {url.redacted()} needs a token: set HF_TOKEN (huggingface.co/settings/tokens)")
    if not (token.isascii() and token.isprintable()):
        raise UsageError("the value of HF_TOKEN holds characters that no HTTP header can carry; set it again")
    return token


async def _look_up(
    url: EndpointUrl, model: str, token: str, credential: Credential, environ: Mapping[str, str]
) -> Sequence[tuple[str, str]]:
    from huggingface_hub import HfApi

    api = HfApi(endpoint=environ.get("HF_ENDPOINT") or None, token=token)
    try:
        info = await asyncio.to_thread(
            api.model_info, model, expand=["inferenceProviderMapping"], timeout=_SECONDS_TO_LOOK_UP
        )
    except expected_errors() as error:
        failure = read_failure(error, credential)
        advice = credential.advice if failure.status in (401, 403) else "see to the network and the model's name"
        raise EndpointError(f"endpoint {url.redacted()} cannot be looked up ({failure.error}); {advice}") from error
    mapping = info.inference_provider_mapping or []
    return [(entry.task, entry.provider) for entry in mapping if entry.status != "error"]


def _as_json(value: object) -> object:
    """A record of huggingface_hub as the JSON that it was read from, with fields that it has no name for."""
    if isinstance(value, dict):
        named = getattr(value, "__dict__", {})
        return {name: _as_json(inner) for name, inner in {**value, **named}.items()}
    return [_as_json(inner) for inner in value] if isinstance(value, list) else value


def _encodable(text: str) -> str:
    """``text`` with lone surrogates replaced: huggingface_hub sends UTF-8, which has none."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
