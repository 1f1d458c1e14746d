"""One HTTP exchange with a server that is trusted with nothing: JSON or events come back, or why they did not."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp
from yarl import URL

from kodcode_hub.endpoints.answers import ErrorInAnswer, MalformedAnswer, error_text
from kodcode_hub.endpoints.credentials import Credential
from kodcode_hub.endpoints.retry import parse_retry_after
from kodcode_hub.endpoints.transport import Cause, Failure

Read = TypeVar("Read")

MOST_BYTES = 16 * 2**20
"""Longest answer that is read; the longest honest ones hold some hundred kilobytes, and many come at a time."""

_MOST_ERROR_BYTES = 64 * 2**10
_MOST_ERROR_CHARACTERS = 300
_MOST_BODY_CHARACTERS = 2000
_WARNED_OF_BYTES = 2**20
_JSON = frozenset({"application/json", "application/json; charset=utf-8"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server's JSON held."""

    value: object


class StreamTooLong(Exception):
    """A stream of more than the bytes that are read."""


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
    _urls: dict[str, URL] = field(default_factory=dict)

    async def send(self, path: str, body: bytes | None = None, *, within_s: float | None = None) -> Answer | Failure:
        """GET, or POST where there is a body of JSON.

        Args:
            path: behind the base URL.
            within_s: seconds for all of it, where the session's timeouts do not fit.
        """
        return await self._ask(path, body, self._read_json, within_s)

    async def stream(self, path: str, body: bytes, on_data: Callable[[bytes], bool]) -> Answer | Failure | None:
        """POST, and hand over the data of every server-sent event until ``on_data`` has enough; what it raises, passes.

        Args:
            on_data: returns False when nothing more is wanted.

        Returns:
            None after a stream; the JSON of a server that does not stream.
        """

        async def read(response: aiohttp.ClientResponse) -> Answer | Failure | None:
            if response.content_type != "text/event-stream":
                return await self._read_json(response)
            try:
                await _read_events(response, self.most_bytes, on_data)
            except StreamTooLong:
                return failure_without_secrets(
                    self.credential, "malformed", 200, f"the answer is longer than {self.most_bytes} bytes"
                )
            return None

        return await self._ask(path, body, read, None)

    async def _ask(
        self,
        path: str,
        body: bytes | None,
        read: Callable[[aiohttp.ClientResponse], Awaitable[Read]],
        within_s: float | None,
    ) -> Read | Failure:
        try:
            async with self.session.request(
                "GET" if body is None else "POST",
                self._url(path),
                # aiohttp warns of bare bytes above a megabyte.
                data=body if body is None or len(body) < _WARNED_OF_BYTES else io.BytesIO(body),
                allow_redirects=False,
                timeout=self.session.timeout if within_s is None else aiohttp.ClientTimeout(total=within_s),
            ) as response:
                return await self._read_error(response) if response.status != 200 else await read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return failure_without_secrets(self.credential, "unreachable", None, _describe(error))
        except TimeoutError:
            return failure_without_secrets(self.credential, "timeout", None, "the server stayed silent for too long")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # ValueError: aiohttp lets some malformed headers and URLs of a server through to the standard library.
            return failure_without_secrets(
                self.credential, "dropped", None, f"the connection broke: {_describe(error)}"
            )

    async def _read_json(self, response: aiohttp.ClientResponse) -> Answer | Failure:
        # The plain comparison first: it saves the reading of the header.
        if response.headers.get("Content-Type") not in _JSON and not _is_json(response.content_type):
            return self._malformed(f"the answer is {response.content_type}, not application/json", b"")
        content = await _read_at_most(response, self.most_bytes)
        if len(content) > self.most_bytes:
            return self._malformed(f"the answer is longer than {self.most_bytes} bytes", content)
        if not content.strip():
            return self._malformed("the answer is empty", content)
        try:
            return Answer(json.loads(content))
        except (ValueError, RecursionError) as error:
            return self._malformed(f"the answer is not JSON: {_describe(error)}", content)

    async def _read_error(self, response: aiohttp.ClientResponse) -> Failure:
        if 300 <= response.status < 400:
            target = response.headers.get("Location", "nowhere")
            return failure_without_secrets(
                self.credential, "status", response.status, f"redirects, which are not followed, to {target}"
            )
        content = await _read_at_most(response, _MOST_ERROR_BYTES)
        text = content.decode("utf-8", "replace").replace("\0", "")
        asked_for = parse_retry_after(response.headers.get("Retry-After"), now=time.time())
        return failure_without_secrets(
            self.credential,
            "status",
            response.status,
            f"status {response.status}: {message_in(text)}",
            retry_after_s=asked_for,
            body=text,
        )

    def _malformed(self, error: str, content: bytes) -> Failure:
        return failure_without_secrets(
            self.credential, "malformed", 200, error, body=content[:_MOST_ERROR_BYTES].decode("utf-8", "replace")
        )

    def _url(self, path: str) -> URL:
        if path not in self._urls:
            url = URL(self.base_url + path, encoded=False)
            self._urls[path] = url.extend_query(self.query) if self.query else url
        return self._urls[path]


def failure_without_secrets(
    credential: Credential,
    cause: Cause,
    status: int | None,
    error: str,
    *,
    retry_after_s: float | None = None,
    body: str = "",
) -> Failure:
    """A failure, its error in one line, with nothing in it of what ``credential`` hides."""
    # Hidden before it is cut: a cut through a secret would leave a part of it.
    line = " ".join(credential.hide(error).split())
    if len(line) > _MOST_ERROR_CHARACTERS:
        line = line[:_MOST_ERROR_CHARACTERS] + "..."
    return Failure(cause, status, line, retry_after_s, credential.hide(body)[:_MOST_BODY_CHARACTERS])


def failure_in_answer(error: MalformedAnswer | ErrorInAnswer, credential: Credential) -> Failure:
    """The failure that an answer of status 200 is."""
    if isinstance(error, MalformedAnswer):
        return failure_without_secrets(credential, "malformed", 200, f"the answer is no completion: {error}")
    status = error.status or 500
    text = f"status {status}, inside of 200: {error}"
    return failure_without_secrets(credential, "status", status, text, body=str(error))


def _is_json(content_type: str) -> bool:
    return content_type == "application/json" or content_type.endswith("+json")


async def _read_events(response: aiohttp.ClientResponse, limit: int, on_data: Callable[[bytes], bool]) -> None:
    rest = b""
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > limit:
            response.close()
            raise StreamTooLong
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            # llama.cpp names its errors where others put them into the data.
            if line.startswith((b"data:", b"error:")) and not on_data(line.partition(b":")[2].strip()):
                return


async def _read_at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    if response.content_length is not None and response.content_length <= limit:
        return await response.read()
    content = bytearray()
    async for chunk in response.content.iter_chunked(2**16):
        content += chunk
        if len(content) > limit:
            # The rest is never read: the connection cannot be used again.
            response.close()
            break
    return bytes(content)


def message_in(text: str) -> str:
    """The message in the body of an error."""
    try:
        return error_text(json.loads(text))
    except (ValueError, RecursionError):
        return text.strip() or "no reason given"


def _describe(error: BaseException) -> str:
    return str(error) or type(error).__name__
