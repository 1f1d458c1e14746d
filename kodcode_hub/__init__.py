"""kodcode_hub: make, verify, publish, browse and train on verifiable coding datasets (KodCode, arXiv 2503.02951).

The commands of ``kodcode`` as functions: :func:`build_run`, :func:`run_demo`, :func:`run_status`,
:func:`export_ledger`, :func:`verify_file`, :func:`list_subsets`, :func:`load_subset`. Importing this package loads none
of its dependencies; a room is entered when one of its functions is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kodcode_hub.pipeline.build import build_run as build_run
    from kodcode_hub.pipeline.demo import run_demo as run_demo
    from kodcode_hub.pipeline.ledger_export import export_ledger as export_ledger
    from kodcode_hub.pipeline.status import run_status as run_status
    from kodcode_hub.pipeline.subset_list import list_subsets as list_subsets
    from kodcode_hub.pipeline.verify_file import verify_file as verify_file
    from kodcode_hub.subsets import load_subset as load_subset

__version__ = "0.1.0"

_FUNCTIONS = {
    "build_run": "kodcode_hub.pipeline.build",
    "run_demo": "kodcode_hub.pipeline.demo",
    "run_status": "kodcode_hub.pipeline.status",
    "export_ledger": "kodcode_hub.pipeline.ledger_export",
    "list_subsets": "kodcode_hub.pipeline.subset_list",
    "verify_file": "kodcode_hub.pipeline.verify_file",
    "load_subset": "kodcode_hub.subsets",
}


def __getattr__(name: str) -> Any:
    if name not in _FUNCTIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_FUNCTIONS[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_FUNCTIONS])
