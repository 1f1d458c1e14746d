"""The Space: ``kodcode space`` on the dataset that the Space's variables name."""

from __future__ import annotations

import os
import sys

from kodcode_hub.cli.app import main


def arguments(variables: dict[str, str]) -> list[str]:
    """The words of the command line for a Space's variables.

    Args:
        variables: ``KODCODE_RELEASE``, and where they are set ``KODCODE_COMPARE``, ``KODCODE_WORKERS`` and
            ``GRADIO_SERVER_PORT``.
    """
    release = variables.get("KODCODE_RELEASE", "").strip()
    if not release:
        sys.exit(
            "set the variable KODCODE_RELEASE in this Space's settings to a dataset: OWNER/NAME or OWNER/NAME@REVISION"
        )
    port = variables.get("GRADIO_SERVER_PORT", "7860")
    words = ["space", release, "--host", "0.0.0.0", "--port", port, "--workers", variables.get("KODCODE_WORKERS", "2")]
    for revision in variables.get("KODCODE_COMPARE", "").split():
        words += ["--compare", revision]
    return words


if __name__ == "__main__":
    # A Space stands behind a proxy, which says for whom it asks; visitors take turns by that.
    os.environ.setdefault("FORWARDED_ALLOW_IPS", "*")
    main(arguments(dict(os.environ)))
