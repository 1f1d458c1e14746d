"""``kodcode endpoint``."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.endpoints.embedded.serve import serve_forever


def endpoint(
    replay: Annotated[
        list[str], typer.Option(metavar="FILE", help="Replay files, or a folder of them; repeat as needed.")
    ],
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Port on 127.0.0.1; 0: any free one.")
    ] = 8080,
) -> None:
    """The embedded TGI-compatible server on its own; Ctrl-C ends it.

    Examples:

        kodcode endpoint --replay recorded.jsonl --port 8080

        kodcode build algorithm --run runs/a --endpoint tgi+http://127.0.0.1:8080 --seeds snippets/
    """
    console = Console(stderr=True, highlight=False)
    serve_forever(
        replay, port=port, announce=lambda url: console.print(f"serving {url} (Ctrl-C ends it)", soft_wrap=True)
    )
