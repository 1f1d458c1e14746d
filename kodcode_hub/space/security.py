"""What every answer says to the browser, and which addresses there are at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self' https://huggingface.co https://*.hf.space"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
_OPEN = re.compile(
    r"/(app/.*|assets/[\w.-]+|config/?|info/?|favicon\.ico|robots\.txt|"
    r"gradio_api/(info|openapi\.json|app_id|startup-events|cancel|reset|heartbeat/[\w-]+|queue/(join|data)|"
    r"(call|call/v2|run|api)/[\w/-]+|mcp(/.*)?)/?)?"
)
"""Gradio answers at more addresses than a catalogue needs: it takes uploads, gives files, and fetches for others."""


class Guard:
    """Wraps an application: known addresses only, each answer with its headers.

    Args:
        app: what is wrapped.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
            await send(message)

        if _OPEN.fullmatch(scope["path"]):
            await self._app(scope, receive, send_guarded)
        else:
            await send_guarded(
                {"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]}
            )
            await send_guarded({"type": "http.response.body", "body": b"there is nothing here\n"})
