"""Attempts at files outside of the trial's own folder."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

_DEVICES = ("kmsg", "mem", "kvm", "fuse", "loop-control", "vda", "sda", "nvme0n1", "tty0")


class Blocked(Exception):
    """The attempt had no effect, though no call failed."""


def _read(host: Mapping[str, Any]) -> None:
    Path(host["canary"]).read_bytes()


def _write(host: Mapping[str, Any]) -> None:
    with Path(host["canary"]).open("ab") as file:
        file.write(b".")


def _truncate(host: Mapping[str, Any]) -> None:
    os.truncate(host["canary"], 1)


def _truncate_by_opening(host: Mapping[str, Any]) -> None:
    os.close(os.open(host["canary"], os.O_RDONLY | os.O_TRUNC))


def _list(host: Mapping[str, Any]) -> None:
    list(Path(host["folder"]).iterdir())


def _make(host: Mapping[str, Any]) -> None:
    _make_and_remove(Path(host["folder"]))


def _link(host: Mapping[str, Any]) -> None:
    link = Path(host["folder"]) / f"link-{os.getpid()}"
    link.hardlink_to(host["canary"])
    link.unlink()


def _rename(host: Mapping[str, Any]) -> None:
    canary = Path(host["canary"])
    elsewhere = canary.rename(canary.with_name(f"moved-{os.getpid()}"))
    elsewhere.rename(canary)


def _change_mode(host: Mapping[str, Any]) -> None:
    canary = Path(host["canary"])
    before = canary.stat().st_mode & 0o777
    canary.chmod(before ^ 0o010)
    if canary.stat().st_mode & 0o777 == before:
        raise Blocked
    canary.chmod(before)


def _change_times(host: Mapping[str, Any]) -> None:
    os.utime(host["canary"], (7, 7))
    if Path(host["canary"]).stat().st_mtime != 7:
        raise Blocked


def _change_owner(host: Mapping[str, Any]) -> None:
    os.chown(host["canary"], os.getuid(), os.getgid())


def _poison_packages(host: Mapping[str, Any]) -> None:
    _make_in_one_of(Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages")))


def _poison_standard_library(host: Mapping[str, Any]) -> None:
    _make_in_one_of([Path(os.__file__).parent])


def _poison_runner(host: Mapping[str, Any]) -> None:
    _make_in_one_of([Path(__file__).parent])


def _change_mode_of_standard_library(host: Mapping[str, Any]) -> None:
    file = Path(os.__file__)
    before = file.stat().st_mode & 0o777
    file.chmod(before ^ 0o010)
    if file.stat().st_mode & 0o777 == before:
        raise Blocked
    file.chmod(before)


def _leave_in_shm(host: Mapping[str, Any]) -> None:
    _make_in_the_hosts(Path("/dev/shm"))


def _leave_in_tmp(host: Mapping[str, Any]) -> None:
    _make_in_the_hosts(Path("/tmp"))


def _read_secrets(host: Mapping[str, Any]) -> None:
    Path("/etc/shadow").read_bytes()


def _open_device(host: Mapping[str, Any]) -> None:
    for name in _DEVICES:
        try:
            os.close(os.open(f"/dev/{name}", os.O_RDONLY | os.O_NONBLOCK))
        except OSError:
            continue
        return
    raise Blocked


def _change_kernel_setting(host: Mapping[str, Any]) -> None:
    setting = Path("/proc/sys/vm/swappiness")
    setting.write_text(setting.read_text(encoding="ascii"), encoding="ascii")


def _make_in_the_hosts(folder: Path) -> None:
    if folder.resolve() != folder:
        raise Blocked  # it leads into the private folder
    _make_and_remove(folder)


def _make_in_one_of(folders: Iterable[Path]) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):
            _make_and_remove(folder)
            return
    raise Blocked


def _make_and_remove(folder: Path) -> None:
    made = folder / f"probe-{os.getpid()}"
    made.write_bytes(b"")
    made.unlink()


PROBES: dict[str, Callable[[Mapping[str, Any]], None]] = {
    "read a file outside": _read,
    "write to a file outside": _write,
    "truncate a file outside": _truncate,
    "truncate a file outside by opening it": _truncate_by_opening,
    "list a folder outside": _list,
    "make a file outside": _make,
    "link a file outside": _link,
    "rename a file outside": _rename,
    "change the mode of a file outside": _change_mode,
    "change the times of a file outside": _change_times,
    "change the owner of a file outside": _change_owner,
    "write among the packages": _poison_packages,
    "write into the standard library": _poison_standard_library,
    "write among the runner's files": _poison_runner,
    "change the mode of the standard library": _change_mode_of_standard_library,
    "leave a file in the host's /dev/shm": _leave_in_shm,
    "leave a file in the host's /tmp": _leave_in_tmp,
    "read /etc/shadow": _read_secrets,
    "open a device": _open_device,
    "change a setting of the kernel": _change_kernel_setting,
}
