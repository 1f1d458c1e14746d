"""How the tests of this folder run a piece of Python in a tier."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.verification.isolation import host

USERS = ("root", "ordinary")
TIERS = ("namespaces", "landlock")


def run_in(
    tier: str,
    user: str,
    *programs: str,
    peer: bool = False,
    disk_mb: int = 16,
    shown: Sequence[str] = (),
    before: str = "",
) -> str:
    """Run the programs, one trial each, and give what they print; fails the test if one raises.

    Args:
        tier: as in ``tiers.TIERS``.
        user: who starts it.
        programs: find defined what ``host.py`` says.
        peer: the trial has an idle process besides, confined like it.
        disk_mb: as ``Tier.open_folder``.
        shown: paths that the trials may read besides the interpreter's.
        before: is run in the launcher before it leaves the host.
    """
    if user == "root" and os.getuid() != 0:
        pytest.skip("only root can be root")
    wanted = {
        "tier": tier,
        "ordinary": user == "ordinary",
        "programs": programs,
        "peer": peer,
        "disk_mb": disk_mb,
        "shown": list(shown),
        "before": before,
    }
    command = [sys.executable, "-I", "-B", host.__file__, json.dumps(wanted)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={"PATH": os.defpath})
    if done.returncode == host.CANNOT:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return done.stdout
