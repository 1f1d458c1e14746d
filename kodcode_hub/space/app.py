"""The app: a ``gradio.Server`` with the page before it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import gradio
from fastapi.responses import JSONResponse, Response

from kodcode_hub.browse.catalogue import UnknownRowError
from kodcode_hub.errors import KodcodeError, UsageError
from kodcode_hub.space.api import add_api
from kodcode_hub.space.contents import Contents
from kodcode_hub.space.routes_browse import add_browse_routes
from kodcode_hub.space.routes_runs import add_run_routes
from kodcode_hub.space.security import Guard

_STATIC = Path(__file__).parent / "static"
_MEDIA = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_SSR_MODE": "False",
}
"""Neither page nor server asks anything of anybody."""


def make_app(contents: Contents) -> gradio.Server:
    """Everything but the socket.

    Args:
        contents: what is shown.
    """
    os.environ.update(_QUIET)
    app = gradio.Server(title="kodcode", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard)
    _add_errors(app)
    _add_page(app)
    add_browse_routes(app, contents)
    add_run_routes(app, contents)
    add_api(app, contents)
    return app


def _add_page(app: gradio.Server) -> None:
    files = {path.name: path for path in _STATIC.iterdir() if path.suffix in _MEDIA}

    def answer(name: str) -> Response:
        path = files.get(name)
        if path is None:
            return Response("there is nothing here\n", 404, media_type="text/plain")
        return Response(path.read_bytes(), media_type=_MEDIA[path.suffix], headers={"cache-control": "no-cache"})

    @app.get("/")
    def page() -> Response:
        return answer("index.html")

    @app.get("/assets/{name}")
    def asset(name: str) -> Response:
        return answer(name)

    @app.get("/favicon.ico")
    def icon() -> Response:
        return answer("favicon.svg")


def _add_errors(app: gradio.Server) -> None:
    """A visitor's mistake is a sentence, never a traceback."""

    @app.exception_handler(KodcodeError)
    def tell(request: Any, error: Exception) -> JSONResponse:
        status = 404 if isinstance(error, UnknownRowError) else 400 if isinstance(error, UsageError) else 503
        return JSONResponse({"error": str(error)}, status)
