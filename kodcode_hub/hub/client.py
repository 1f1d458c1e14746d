"""The client of ``huggingface_hub`` as this package uses it: its own variables, our name, no chatter."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kodcode_hub import __version__

if TYPE_CHECKING:
    from huggingface_hub import HfApi


def open_client(*, endpoint: str | None = None, token: str | None = None) -> HfApi:
    """A client for ``HF_ENDPOINT`` with the user's token, unless others are named."""
    from huggingface_hub import HfApi

    return HfApi(endpoint=endpoint, token=token, library_name="kodcode-hub", library_version=__version__)


@contextmanager
def quiet_client(*, bars: bool = False) -> Iterator[None]:
    """Keep the client from writing: errors come as exceptions, and what we do is said by us.

    Args:
        bars: its progress bars may be shown, unless the user has switched them off.
    """
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    logger = logging.getLogger("huggingface_hub")
    level, hide = logger.level, not bars and not are_progress_bars_disabled()
    if hide:
        disable_progress_bars()
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
        if hide:
            enable_progress_bars()
