"""Hostile attempts, each of which a working isolation blocks: run inside, they tell what the isolation is worth."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

from . import file_probes, kernel_probes, peer_probes

Host = Mapping[str, Any]
FACTS = frozenset({"folder", "canary", "pid", "tcp_port", "udp_port", "unix_path", "abstract_name"})
"""What the probes are told of the outside: a folder and a file in it that the user may change, the parent's process id,
ports of 127.0.0.1, and Unix sockets by path and by name, on all of which the parent listens."""

PROBES: dict[str, Callable[[Host], None]] = {**file_probes.PROBES, **peer_probes.PROBES, **kernel_probes.PROBES}
"""What is tried, by its name; raises, or ends its process, if it is blocked."""

_LONGEST_S = 5


def unblocked(host: Host) -> list[str]:
    """Try everything, each in a child of its own, and name what was possible.

    Raises:
        ValueError: a fact is missing.
    """
    if missing := FACTS - host.keys():
        raise ValueError(f"the probes are not told {', '.join(sorted(missing))}")
    return [name for name, probe in PROBES.items() if succeeds(probe, host)]


def succeeds(probe: Callable[[Host], None], host: Host) -> bool:
    """Whether one attempt comes to its end, in a child."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(_LONGEST_S)
            probe(host)
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0
