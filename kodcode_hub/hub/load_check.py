"""A load in an empty cache, in a process of its own: ``datasets`` keeps its settings from its import on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from kodcode_hub.hub.load_order import LoadOrder

_CACHE_VARIABLES = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_DATASETS_CACHE", "HF_ASSETS_CACHE", "HF_XET_CACHE")
_SHOWN = 600
"""Characters of an error output."""


def load_in_new_process(order: LoadOrder, home: Path) -> list[str]:
    """Load every config with ``HF_HOME`` in ``home``, and give what is not as it should be.

    Args:
        order: what to load. Without configs there is nothing to load.
        home: an empty folder; what is downloaded stays in ``home / "hub"`` where ``datasets`` keeps it there.
    """
    if not order.configs:
        return []
    done = subprocess.run(
        [sys.executable, "-P", "-W", "ignore", "-m", "kodcode_hub.hub.load_script"],
        input=json.dumps(order.as_json()),
        env=_environment(order, home),
        # A folder of the repository's name beside the user would be loaded instead of it.
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return [f"the process that loads it ended with {done.returncode}: {done.stderr.strip()[-_SHOWN:]}"]
    problems: list[str] = json.loads(done.stdout.splitlines()[-1])
    return problems


def _environment(order: LoadOrder, home: Path) -> dict[str, str]:
    """With an empty home the token that the user has logged in with is no longer found: it goes along."""
    from huggingface_hub import get_token

    kept = {name: value for name, value in os.environ.items() if name not in _CACHE_VARIABLES}
    ours = {
        "HF_ENDPOINT": order.endpoint,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    }
    token = get_token()
    return kept | ours | ({"HF_TOKEN": token} if token else {})
