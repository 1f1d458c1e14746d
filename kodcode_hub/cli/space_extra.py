"""Whether the extra ``space`` is installed, asked before work begins that would fail without it."""

from __future__ import annotations

from importlib.util import find_spec

from kodcode_hub.errors import UsageError

_PACKAGES = ("gradio", "tantivy", "markdown_it", "latex2mathml", "nh3", "pygments")


def require_space() -> None:
    """Nothing, where everything is there.

    Raises:
        UsageError: a package is missing, and how to install it.
    """
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise UsageError(f"the Space needs {', '.join(missing)}, not installed here: pip install 'kodcode-hub[space]'")
