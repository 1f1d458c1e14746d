"""The program of a worker: ``python -s -B -P start.py CONTROL_FD SETTINGS``. Loads this folder as a package."""

from __future__ import annotations

import compileall
import contextlib
import importlib.util
import sys
from pathlib import Path

_NAME = "_kodcode_trial"
"""Not a name that a solution imports by chance."""


def load_package() -> None:
    """Make this folder importable under its private name, whatever ``sys.path`` holds."""
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        _NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} cannot be loaded")
    package = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = package
    spec.loader.exec_module(package)


def keep_compiled() -> None:
    """Compile what is not compiled yet, where that can be kept; a worker starts in half the time then."""
    with contextlib.suppress(OSError):
        compileall.compile_dir(str(Path(__file__).resolve().parent), quiet=2)


if __name__ == "__main__":
    keep_compiled()
    load_package()
    importlib.import_module(f"{_NAME}.launcher").main(int(sys.argv[1]), sys.argv[2])
