"""What huggingface_hub raises, as failures. Its versions speak HTTP through three libraries (aiohttp below 1, then
httpx, then httpx2), whose errors are told apart here by what they have in common."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from kodcode_hub.endpoints.credentials import Credential
from kodcode_hub.endpoints.exchange import failure_without_secrets, message_in
from kodcode_hub.endpoints.retry import parse_retry_after
from kodcode_hub.endpoints.transport import Failure

_STATUS_IN_STREAM = {"OverloadedError": 429, "ValidationError": 422, "GenerationError": 424}
"""Of errors that come as an event of a stream: they carry no status."""

_UNREACHABLE = frozenset({"ConnectError", "ConnectTimeout", "ClientConnectorError", "ConnectionTimeoutError"})


@dataclass(frozen=True, slots=True)
class _Refused:
    status: int
    headers: Mapping[str, str]
    body: str


def expected_errors() -> tuple[type[Exception], ...]:
    """All that huggingface_hub raises for what a server does, malformed answers included."""
    # Its own error derives from the base of all errors of the HTTP library that it uses.
    http_library = _library_error()
    in_answers = (ValueError, TypeError, LookupError, AttributeError, RuntimeError)
    return (http_library, aiohttp.ClientError, OSError, *in_answers)


def read_failure(error: Exception, credential: Credential) -> Failure:
    """The failure that one of :func:`expected_errors` stands for; a RuntimeError that is none is raised again."""
    refused = next(filter(None, map(_refused, _chain(error))), None)
    if refused is not None:
        return failure_without_secrets(
            credential,
            "status",
            refused.status,
            f"status {refused.status}: {message_in(refused.body)}",
            retry_after_s=parse_retry_after(refused.headers.get("Retry-After"), now=time.time()),
            body=refused.body,
        )
    names = {kind.__name__ for kind in type(error).__mro__}
    if "TextGenerationError" in names:
        status = _STATUS_IN_STREAM.get(type(error).__name__, 500)
        return failure_without_secrets(credential, "status", status, f"status {status}, inside of 200: {error}")
    if names & _UNREACHABLE:
        return failure_without_secrets(credential, "unreachable", None, _describe(error))
    if isinstance(error, TimeoutError) or "TimeoutException" in names:
        return failure_without_secrets(credential, "timeout", None, "the server stayed silent for too long")
    if isinstance(error, (_library_error(), aiohttp.ClientError, OSError)):
        return failure_without_secrets(credential, "dropped", None, f"the connection broke: {_describe(error)}")
    if isinstance(error, RuntimeError) and not isinstance(error, RecursionError):
        raise error
    return failure_without_secrets(credential, "malformed", 200, f"the answer is no completion: {_describe(error)}")


def _library_error() -> type[Exception]:
    from huggingface_hub.errors import HfHubHTTPError

    base: type[Exception] = HfHubHTTPError.__bases__[0]
    return base


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    # What was raised while an error was being read hides that error's status.
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _refused(error: BaseException) -> _Refused | None:
    response: Any = getattr(error, "response", None)
    if response is not None:
        return _Refused(response.status_code, response.headers, _text_of(response))
    if isinstance(error, aiohttp.ClientResponseError):
        payload = getattr(error, "response_error_payload", None)
        body = error.message if payload is None else json.dumps(payload)
        return _Refused(error.status, error.headers or {}, body)
    return None


def _text_of(response: Any) -> str:
    try:
        return str(response.text)
    except RuntimeError:
        # Of a streamed answer whose body nobody has read.
        return str(response.reason_phrase)


def _describe(error: BaseException) -> str:
    return str(error) or type(error).__name__
