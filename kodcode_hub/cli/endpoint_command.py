"""``kodcode endpoint``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.endpoints.embedded.recordings import load_recordings
from kodcode_hub.endpoints.embedded.serve import DEFAULT_PORT, serve_until_stopped
from kodcode_hub.endpoints.embedded.validation import DEFAULT_MODEL
from kodcode_hub.endpoints.urls import recording_files


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
    recordings = load_recordings([file for name in replay for file in recording_files(Path(name))])

    def announce(base_url: str) -> None:
        model = "" if recordings.model == DEFAULT_MODEL else f" of {recordings.model}"
        text = f"{len(recordings)} recordings{model} at {base_url} (Ctrl-C ends it)"
        console.print(text, soft_wrap=True, markup=False)

    asyncio.run(serve_until_stopped(recordings, port=port, model=recordings.model, on_ready=announce))
