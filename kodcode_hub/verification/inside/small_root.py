"""The file system that a trial sees: a small tmpfs with read-only views of a few of the host's folders."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Sequence
from pathlib import Path

from . import kernel

PRIVATE = "/trial"
"""Where each trial's own tmpfs is mounted."""
USER_ID = 1000
"""The trials' user and group, as they see them."""
HOST_NAME = "trial"

_PLACES = ("/sys", "/mnt", "/media", "/srv", "/opt")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    *("alternatives", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "pki/tls/certs"),
    *("protocols", "services", "ssl/certs", "ssl/openssl.cnf", "timezone"),
)
_FILES = {
    "etc/passwd": f"root:x:0:0::/:/bin/sh\ntrial:x:{USER_ID}:{USER_ID}::{PRIVATE}/tmp:/bin/sh\n",
    "etc/group": f"root:x:0:\ntrial:x:{USER_ID}:\n",
    "etc/hosts": f"127.0.0.1 localhost {HOST_NAME}\n::1 localhost\n",
    "etc/hostname": f"{HOST_NAME}\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n",
}
_DEVICES = ("null", "zero", "full", "random", "urandom")
_LINKS = {
    "dev/fd": "/proc/self/fd",
    "dev/stdin": "/proc/self/fd/0",
    "dev/stdout": "/proc/self/fd/1",
    "dev/stderr": "/proc/self/fd/2",
    "dev/shm": f"{PRIVATE}/shm",
    "tmp": f"{PRIVATE}/tmp",
    "var/tmp": f"{PRIVATE}/tmp",
}
_FOR_ALL_TO_READ = 0o022

_RECURSIVE = 0x8000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
_FLAGS_TO_KEEP = {"nosuid": 2, "nodev": 4, "noexec": 8, "noatime": 1024, "nodiratime": 2048, "relatime": 1 << 21}


def build(shown: Sequence[str]) -> Path:
    """Mount the new root, in a mount namespace of our own. /proc and the trial's folder are empty mount points.

    Args:
        shown: folders and files that are visible besides the system's, each at its own path.

    Returns:
        Where it is mounted.

    Raises:
        OSError: mounting is not allowed.
        ValueError: the host's whole root is to be shown.
    """
    mask = os.umask(_FOR_ALL_TO_READ)
    root = _free_place(shown)
    kernel.mount("tmpfs", str(root), "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "size=1m,nr_inodes=4096,mode=755")
    for folder in ("dev", "etc", "proc", "run", "var", PRIVATE.lstrip("/")):
        (root / folder).mkdir()
    visible = _show_system(root)
    _show_given(root, shown, visible)
    _fill_settings(root)
    _fill_devices(root)
    for link, target in _LINKS.items():
        if not os.path.lexists(root / link):  # else a shown path lies below it
            (root / link).symlink_to(target)
    kernel.mount(None, str(root), None, kernel.MS_REMOUNT | kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV)
    os.umask(mask)
    return root


def _free_place(shown: Sequence[str]) -> Path:
    hidden = [Path(path).resolve() for path in shown] + [Path(path) for path in shown]
    for place in map(Path, _PLACES):
        if place.is_dir() and not any(path.is_relative_to(place) for path in hidden):
            return place
    raise OSError(errno.ENOENT, f"none of {', '.join(_PLACES)} can be mounted on")


def _show_system(root: Path) -> list[Path]:
    visible = []
    for folder in map(Path, _SYSTEM):
        if folder.is_symlink():
            _below(root, folder).symlink_to(folder.readlink())
        elif folder.is_dir():
            _show(root, folder)
        visible.append(folder)
    return visible


def _show_given(root: Path, shown: Sequence[str], visible: list[Path]) -> None:
    for path in sorted(shown):
        for spelled in (Path(path), Path(path).resolve()):
            if spelled == Path("/"):
                raise ValueError("the host's whole root cannot be shown to a trial")
            if spelled.exists() and not any(spelled.is_relative_to(folder) for folder in visible):
                _show(root, spelled)
                visible.append(spelled)


def _fill_settings(root: Path) -> None:
    for name in _SETTINGS:
        setting = Path("/etc") / name
        if setting.is_symlink():
            _below(root, setting).parent.mkdir(parents=True, exist_ok=True)
            _below(root, setting).symlink_to(setting.readlink())
        elif setting.exists():
            _show(root, setting)
    for file, text in _FILES.items():
        (root / file).write_text(text, encoding="ascii")


def _fill_devices(root: Path) -> None:
    for name in _DEVICES:
        device = Path("/dev") / name
        _show(root, device, restrictions=_READ_ONLY | _NO_SUID | _NO_PROGRAMS)  # a device is written to all the same


def _show(root: Path, path: Path, *, restrictions: int = _READ_ONLY | _NO_SUID | _NO_DEVICES) -> None:
    target = _below(root, path)
    if path.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    kernel.mount(str(path), str(target), None, kernel.MS_BIND | kernel.MS_REC)
    attributes = struct.pack("4Q", restrictions, 0, 0, 0)
    try:
        kernel.call("mount_setattr", -1, os.fsencode(target), _RECURSIVE, attributes, len(attributes))
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        _restrict_one_by_one(target, restrictions)


def _restrict_one_by_one(target: Path, restrictions: int) -> None:
    """For kernels before 5.12: a remount changes one mount only, and must repeat what is set already."""
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        _, _, _, _, escaped, options, *_ = line.split(" ")
        place = escaped.encode("utf-8", "surrogateescape").decode("unicode_escape").encode("latin-1")
        if Path(os.fsdecode(place)).is_relative_to(target):
            kept = sum(_FLAGS_TO_KEEP.get(option, 0) for option in options.split(",") if option in _FLAGS_TO_KEEP)
            kernel.mount(None, os.fsdecode(place), None, kernel.MS_REMOUNT | kernel.MS_BIND | kept | restrictions)


def _below(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")
