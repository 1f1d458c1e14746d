"""``kodcode endpoint``."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.endpoints.embedded.recordings import load_recordings
from kodcode_hub.endpoints.embedded.serve import DEFAULT_PORT, serve_until_stopped
from kodcode_hub.endpoints.urls import parse_endpoint_url


def endpoint(
    replay: Annotated[list[str], typer.Option(metavar="FILE ...", help="Replay files, or a folder of them.")],
    port: Annotated[int, typer.Option(metavar="N", help="Port on 127.0.0.1; 0: any free one.")] = DEFAULT_PORT,
) -> None:
    """The embedded TGI-compatible server on its own; Ctrl-C ends it.

    Examples:

        kodcode endpoint --replay recorded.jsonl --port 8080

        kodcode build prefill --run runs/a --endpoint tgi+http://127.0.0.1:8080
    """
    console = Console(stderr=True, highlight=False)
    recordings = load_recordings(parse_endpoint_url("replay:" + ",".join(replay)).files)

    def announce(base_url: str) -> None:
        console.print(f"{len(recordings)} recordings at {base_url} (Ctrl-C ends it)", soft_wrap=True)

    asyncio.run(serve_until_stopped(recordings, port=port, on_ready=announce))
