from __future__ import annotations

import json

import pytest

from kodcode_hub.verification.inside import probes
from tests.verification.isolation.running import TIERS, USERS, run_in

# They depend on how the kernel was built, and on its settings.
NOT_EVERYWHERE = {
    "call the kernel as a 32-bit program",
    "connect by TCP while sending",
    "count events of the processor",
    "handle page faults",
    "load a BPF map",
    "make a POSIX queue",
    "make a crypto socket",
    "make a socket to the hypervisor",
    "read the kernel's log",
    "trace process 1",
    "use io_uring",
    "enter a user namespace",
    "clone into a namespace",
    "clone into a namespace by clone3",
}
FOR_ROOT = {
    "become another user",
    "change a setting of the kernel",
    "change the mode of the standard library",
    "change the root folder",
    "enter a network namespace",
    "make a packet socket",
    "make a raw socket",
    "mount a file system",
    "open a device",
    "open a file system",
    "read /etc/shadow",
    "trace the parent",
    "watch a file system",
    "write among the packages",
    "write among the runner's files",
    "write into the standard library",
}
TRY_ALL = "import json\nprint(json.dumps(inside.probes.unblocked(host)))"


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("tier", TIERS)
def test_no_probe_gets_through(tier: str, user: str) -> None:
    assert json.loads(run_in(tier, user, TRY_ALL)) == []


@pytest.mark.parametrize("user", USERS)
def test_every_probe_gets_through_where_nothing_is_isolated(user: str) -> None:
    unblocked = set(json.loads(run_in("none", user, TRY_ALL)))
    excused = NOT_EVERYWHERE | (FOR_ROOT if user == "ordinary" else set())
    assert set(probes.PROBES) - unblocked - excused == set()


def test_a_probe_that_is_not_told_what_to_reach_does_not_count_as_blocked() -> None:
    with pytest.raises(ValueError, match="canary"):
        probes.unblocked({"folder": "/", "pid": 1, "tcp_port": 1, "udp_port": 1, "unix_path": "", "abstract_name": ""})
