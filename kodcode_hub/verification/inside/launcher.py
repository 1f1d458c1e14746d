"""The first process of a worker: leaves the host, forks the zygote, waits for it, and clears up behind it.

It stays small and does nothing else, so that nothing can happen to it. The zygote holds one end of a pipe of which the
other is ours: when we die, however, the zygote sees that pipe end.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from . import descendants, kernel
from .tiers import TIERS


def main(control: int, settings_json: str) -> None:
    """Run one worker to its end; ends the process.

    Args:
        control: the socket on which the parent sends jobs.
        settings_json: ``{"tier": NAME, "preloads": [module, ...], "runs_tests": bool, "folder": path}``.
    """
    settings = json.loads(settings_json)
    tier = TIERS[settings["tier"]]
    shown = shown_folders()
    sys.path[:] = [entry for entry in sys.path if any(Path(entry).is_relative_to(folder) for folder in shown)]
    kernel.adopt_orphans()
    try:
        tier.leave_host(shown)
    except OSError as error:
        sys.exit(str(error))
    lifeline, our_end = os.pipe()
    launcher = os.getpid()
    zygote = os.fork()
    if zygote == 0:
        os.close(our_end)
        from . import zygote as zygote_module

        zygote_module.run(control, lifeline, tier, settings, launcher)
    os.close(control)
    os.close(lifeline)
    _, status = os.waitpid(zygote, 0)
    descendants.kill_all(tier.kill_at_once)
    os._exit(max(0, os.waitstatus_to_exitcode(status)))


def shown_folders() -> list[str]:
    """The folders that a trial may read besides the system's: the interpreter, its packages, these files.

    A folder of ``sys.path`` outside the interpreter's prefixes (a checkout installed as editable, say) is not among
    them: it may lie beside what trials must not see.
    """
    found = {Path(entry).resolve() for entry in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)}
    found |= {Path(entry) for entry in (sys.prefix, sys.base_prefix)}  # as they are spelled, where that is a link
    found.add(Path(__file__).resolve().parent)
    return sorted(str(folder) for folder in found if folder != Path("/"))
