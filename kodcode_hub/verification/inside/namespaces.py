"""A worker in namespaces of its own: users, processes, mounts, network, IPC and host name.

An ordinary user enters them through a user namespace. Root builds the file system first, so that interpreters in
folders closed to others can be shown, and only then becomes an ordinary user in a user namespace.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Sequence
from pathlib import Path

from . import kernel, small_root
from .small_root import PRIVATE, USER_ID

_NEW = kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
_PROC_OPTIONS = ("", "subset=pid")
_MOST_FILES = 16384


def leave_host(shown: Sequence[str]) -> None:
    """Enter the namespaces and build the new root; the next child forked is process 1 of them. One thread may run.

    The working directory is the new root from here on, which ``become_init`` relies on.

    Args:
        shown: folders and files visible besides the system's; what only their owner may read stays so.

    Raises:
        OSError: the kernel or its settings do not allow it.
    """
    try:
        if os.geteuid() != 0:
            raise PermissionError(errno.EPERM, "not root")
        kernel.unshare(_NEW)
    except PermissionError:
        _unshare_with_user(_NEW)
    with contextlib.suppress(OSError):  # not in every kernel
        kernel.unshare(kernel.CLONE_NEWCGROUP)
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    os.chdir(small_root.build(shown))


def become_init() -> None:
    """In the child: move into the new root, set up network and name, and keep privileges only within the namespaces.

    Raises:
        OSError: as ``leave_host``.
    """
    if os.getpid() != 1:
        raise OSError(errno.EINVAL, "not process 1: the namespaces have one already, or are not ours")
    _mount_proc()
    kernel.pivot_root(".", ".")
    kernel.unmount(".", kernel.MNT_DETACH)  # the old root, which lies above the new one
    os.chdir("/")
    name = small_root.HOST_NAME.encode("ascii")
    kernel.call("sethostname", name, len(name))
    kernel.bring_up_loopback()
    with contextlib.suppress(OSError):  # closed connections of one trial would keep ports from the next
        Path("/proc/sys/net/ipv4/tcp_max_tw_buckets").write_text("0", encoding="ascii")
    if os.geteuid() == 0:
        _become_ordinary_user()
    kernel.drop_bounding_set()


def open_private(disk_mb: int) -> str:
    """Mount a fresh folder for one trial, with ``work``, ``tmp`` and ``shm`` inside.

    Args:
        disk_mb: MiB that the files in it may take; they are memory.

    Returns:
        Its path.
    """
    options = f"size={disk_mb}m,nr_inodes={_MOST_FILES},mode=700"
    kernel.mount("tmpfs", PRIVATE, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, options)
    for folder in ("work", "tmp", "shm"):
        os.mkdir(f"{PRIVATE}/{folder}", 0o700)  # noqa: PTH102 - once a trial, and three times as fast
    return PRIVATE


def close_private() -> None:
    """Take the trial's folder away with all that is in it; nothing of the trial may run any more."""
    kernel.unmount(PRIVATE, kernel.MNT_DETACH)


def _unshare_with_user(flags: int) -> None:
    user, group = os.geteuid(), os.getegid()
    kernel.unshare(kernel.CLONE_NEWUSER | flags)
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny", encoding="ascii")
    (own / "uid_map").write_text(f"{USER_ID} {user} 1", encoding="ascii")
    (own / "gid_map").write_text(f"{USER_ID} {group} 1", encoding="ascii")


def _become_ordinary_user() -> None:
    with contextlib.suppress(OSError):  # in a container that has no such user, root is none that counts
        kernel.become_nobody()
    _unshare_with_user(kernel.CLONE_NEWNS)
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)


def _mount_proc() -> None:
    """The processes of this namespace, and nothing else where a masked /proc outside forbids more."""
    for options in _PROC_OPTIONS:
        try:
            kernel.mount("proc", "proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC, options)
        except OSError as error:
            refusal = error
        else:
            return
    raise refusal
