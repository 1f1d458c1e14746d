"""Runs a piece of Python in a trial's place: below a launcher and a zygote in one of the tiers, as root or not.

Started by path, so that the process is fresh: ``python host.py '{"tier", "ordinary", "programs", ...}'``. A program
finds defined: ``folder`` (the private one), ``host`` (what the probes want to know), ``inside`` (the package),
``tier``, and ``peer`` (the process id of the trial's other process, 0 if there is none).
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[3]
INSIDE = PROJECT / "kodcode_hub" / "verification" / "inside"
ORDINARY_USER = 65533
CANNOT = 77
"""Exit code where this machine does not allow the tier."""


def main(wanted: dict[str, Any]) -> None:
    """Do it; ends the process with the program's exit code."""
    if wanted["ordinary"] and os.getuid() == 0:
        become_ordinary_user()
        os.execv(sys.executable, [sys.executable, "-I", "-B", __file__, json.dumps(wanted)])
    inside = load_inside()
    inside.kernel.adopt_orphans()
    with outside_world() as host:
        sys.stdout.flush()
        launcher = os.fork()
        if launcher == 0:
            _leave(_launch, inside, host, wanted)
        _, status = os.waitpid(launcher, 0)
        _end_what_is_left()
    os._exit(os.waitstatus_to_exitcode(status) % 256)


def load_inside() -> Any:
    """The folder that trials run from, as a package of another name, as it is loaded there."""
    spec = importlib.util.spec_from_file_location(
        "trial_side", INSIDE / "__init__.py", submodule_search_locations=[str(INSIDE)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["trial_side"] = package
    spec.loader.exec_module(package)
    for name in ("kernel", "landlock", "namespaces", "probes", "seccomp", "tiers"):
        importlib.import_module(f"trial_side.{name}")
    return package


@contextlib.contextmanager
def outside_world() -> Iterator[dict[str, Any]]:
    """What the probes try to reach."""
    with contextlib.ExitStack() as things:
        folder = Path(tempfile.mkdtemp(prefix="outside-"))
        things.callback(shutil.rmtree, folder)
        (folder / "canary").write_text("outside", encoding="ascii")
        for name in ("work", "tmp", "shm"):
            (folder / "given" / name).mkdir(parents=True)
        tcp = things.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = things.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        by_path = things.enter_context(socket.socket(socket.AF_UNIX))
        by_path.bind(str(folder / "socket"))
        by_path.listen()
        by_name = things.enter_context(socket.socket(socket.AF_UNIX))
        by_name.bind(f"\0{folder}")
        by_name.listen()
        yield {
            "folder": str(folder),
            "canary": str(folder / "canary"),
            "pid": os.getpid(),
            "tcp_port": tcp.getsockname()[1],
            "udp_port": udp.getsockname()[1],
            "unix_path": str(folder / "socket"),
            "abstract_name": str(folder),
        }


def become_ordinary_user() -> None:
    """Give up root, with this interpreter and project still readable, though they may lie in a folder closed to others.

    In a mount namespace of our own every closed folder above them is covered by an open one that shows nothing else.
    """
    kernel = load_inside().kernel
    kernel.unshare(kernel.CLONE_NEWNS)
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    for path in (Path(sys.prefix), Path(sys.base_prefix), PROJECT):
        closed = [folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001]
        if closed:
            held = os.open(path, os.O_PATH)
            kernel.mount("tmpfs", str(closed[0]), "tmpfs", 0, "mode=755")
            path.mkdir(parents=True)
            kernel.mount(f"/proc/self/fd/{held}", str(path), None, kernel.MS_BIND | kernel.MS_REC)
            os.close(held)
    os.setgroups([])
    os.setresgid(ORDINARY_USER, ORDINARY_USER, ORDINARY_USER)
    os.setresuid(ORDINARY_USER, ORDINARY_USER, ORDINARY_USER)
    os.environ["HOME"] = "/nonexistent"


def _end_what_is_left() -> None:
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while left := children.read_text(encoding="ascii").split():
        for child in left:
            os.kill(int(child), signal.SIGKILL)
            os.waitpid(int(child), 0)


def _launch(inside: Any, host: dict[str, Any], wanted: dict[str, Any]) -> int:
    os.setsid()
    tier = inside.tiers.TIERS[wanted["tier"]]
    exec(wanted["before"], {"inside": inside, "host": host})
    try:
        tier.leave_host([sys.prefix, sys.base_prefix, str(INSIDE), *wanted["shown"]])
    except OSError as error:
        sys.stderr.write(f"the tier {wanted['tier']} is not allowed here: {error}\n")
        return CANNOT
    return _run_child(_be_zygote, inside, host, wanted, tier)


def _be_zygote(inside: Any, host: dict[str, Any], wanted: dict[str, Any], tier: Any) -> int:
    tier.become_init()
    for program in wanted["programs"]:
        folder = tier.open_folder(f"{host['folder']}/given", wanted["disk_mb"])
        peer = _fork_idle_peer(tier, folder) if wanted["peer"] else 0
        known = {"inside": inside, "host": host, "tier": tier, "folder": folder, "peer": peer}
        code = _run_child(_be_trial, known, program)
        if peer:
            os.kill(peer, signal.SIGKILL)
            os.waitpid(peer, 0)
        tier.close_folder()
        if code:
            return code
    return 0


def _be_trial(known: dict[str, Any], program: str) -> int:
    os.setsid()
    folder = known["folder"]
    os.environ["HOME"] = os.environ["TMPDIR"] = f"{folder}/tmp"
    tempfile.tempdir = None
    known["tier"].confine(folder, peer=bool(known["peer"]))
    os.chdir(f"{folder}/work")
    main_module = vars(sys.modules["__main__"])
    main_module.update(known)
    exec(program, main_module)
    return 0


def _fork_idle_peer(tier: Any, folder: str) -> int:
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        tier.confine(folder, peer=True)
        os.write(tell, b".")
        while True:
            signal.pause()
    os.close(tell)
    assert os.read(ready, 1), "the peer did not confine itself"
    os.close(ready)
    return child


def _run_child(do: Any, *arguments: Any) -> int:
    child = os.fork()
    if child == 0:
        _leave(do, *arguments)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) % 256


def _leave(do: Any, *arguments: Any) -> None:
    code = 1
    try:
        code = do(*arguments)
    except BaseException:  # noqa: BLE001 - told on standard error, and by the exit code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
