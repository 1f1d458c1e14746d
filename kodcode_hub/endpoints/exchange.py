"""One HTTP exchange with a server that is trusted with nothing: JSON comes back, or why it did not."""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from kodcode_hub.endpoints.credentials import Credential
from kodcode_hub.endpoints.retry import Cause, Failure, parse_retry_after

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BYTES = 16 * 2**20
"""Longest answer that is read; the longest honest ones hold some hundred kilobytes, and many come at a time."""

_MOST_ERROR_BYTES = 64 * 2**10
_MOST_ERROR_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server's JSON held."""

    value: object


@dataclass(frozen=True, slots=True)
class Exchange:
    """Sends requests over one pooled session, which follows no redirect and unpacks no compression.

    Args:
        query: parameters that go along with every request.
        credential: goes along with every request, and is hidden in every error.
        most_bytes: longest answer that is read.
    """

    session: aiohttp.ClientSession
    base_url: str
    query: Sequence[tuple[str, str]]
    credential: Credential
    most_bytes: int = MOST_BYTES

    async def send(self, path: str, body: bytes | None = None, *, within_s: float | None = None) -> Answer | Failure:
        """GET, or POST where there is a body of JSON.

        Args:
            path: behind the base URL.
            within_s: seconds for all of it, where the session's timeouts do not fit.
        """
        try:
            async with self.session.request(
                "GET" if body is None else "POST",
                self.base_url + path,
                params=self.query,
                # Not bare bytes: aiohttp warns of those above a megabyte.
                data=None if body is None else io.BytesIO(body),
                allow_redirects=False,
                timeout=self.session.timeout if within_s is None else aiohttp.ClientTimeout(total=within_s),
            ) as response:
                return await self._read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return self._failure("unreachable", None, _describe(error))
        except TimeoutError:
            return self._failure("timeout", None, "the server stayed silent for too long")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # ValueError: aiohttp lets some malformed headers and URLs of a server through to the standard library.
            return self._failure("dropped", None, f"the connection broke: {_describe(error)}")

    async def _read(self, response: aiohttp.ClientResponse) -> Answer | Failure:
        if response.status != 200:
            return await self._read_error(response)
        if response.content_type != "application/json" and not response.content_type.endswith("+json"):
            return self._malformed(f"the answer is {response.content_type}, not application/json")
        content = await _read_at_most(response, self.most_bytes)
        if len(content) > self.most_bytes:
            return self._malformed(f"the answer is longer than {self.most_bytes} bytes")
        if not content.strip():
            return self._malformed("the answer is empty")
        try:
            return Answer(json.loads(content))
        except (ValueError, RecursionError) as error:
            return self._malformed(f"the answer is not JSON: {_describe(error)}")

    async def _read_error(self, response: aiohttp.ClientResponse) -> Failure:
        if 300 <= response.status < 400:
            target = response.headers.get("Location", "nowhere")
            return self._failure("status", response.status, f"redirects, which are not followed, to {target}")
        text = _error_text(await _read_at_most(response, _MOST_ERROR_BYTES))
        asked_for = parse_retry_after(response.headers.get("Retry-After"), now=time.time())
        return self._failure("status", response.status, f"status {response.status}: {text}", asked_for)

    def _malformed(self, error: str) -> Failure:
        return self._failure("malformed", 200, error)

    def _failure(self, cause: Cause, status: int | None, error: str, retry_after_s: float | None = None) -> Failure:
        # Hidden before it is cut: a cut through a secret would leave a part of it.
        line = " ".join(self.credential.hide(error).split())
        if len(line) > _MOST_ERROR_CHARACTERS:
            line = line[:_MOST_ERROR_CHARACTERS] + "..."
        return Failure(cause, status, line, retry_after_s)


async def _read_at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(2**16):
        content += chunk
        if len(content) > limit:
            # The rest is never read: the connection cannot be used again.
            response.close()
            break
    return bytes(content)


def _error_text(content: bytes) -> str:
    """The message in an error's body: TGI's ``error``, OpenAI's ``error.message``, FastAPI's ``detail``, or all."""
    text = content.decode("utf-8", "replace").replace("\0", "")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return text.strip() or "no reason given"
    for name in ("error", "message", "detail"):
        if isinstance(body, dict) and body.get(name):
            body = body[name]
    return body if isinstance(body, str) else json.dumps(body)


def _describe(error: BaseException) -> str:
    return str(error) or type(error).__name__
