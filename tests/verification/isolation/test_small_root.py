from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.verification.isolation.running import USERS, run_in

WRITABLE = """
import os
found = []
for place, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if (place, name) not in {("/", "proc"), ("/", "trial")}]
    for path in (place, *(os.path.join(place, name) for name in files[:3])):
        if not os.path.islink(path) and not path.startswith("/dev/") and os.access(path, os.W_OK):
            found.append(path)
    if place.count("/") > 4:
        folders.clear()
print(found)
"""


@pytest.mark.parametrize("user", USERS)
def test_nothing_of_the_host_is_visible_but_the_system_and_what_is_shown(user: str) -> None:
    seen = set(run_in("namespaces", user, "import os\nprint(*os.listdir('/'), *os.listdir('/etc'))").split())
    assert {"usr", "proc", "dev", "trial", "passwd"} <= seen
    assert not {"sys", "boot", "home", "srv", "mnt", "opt", "shadow", "sudoers", "machine-id", "resolv.conf"} & seen


@pytest.mark.parametrize("user", USERS)
def test_nothing_can_be_written_but_the_private_folder(user: str) -> None:
    assert run_in("namespaces", user, WRITABLE) == "[]\n"


def test_shown_paths_may_lie_below_tmp_and_below_closed_folders_and_may_be_files(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can read below a folder that is closed to others")
    closed = tmp_path / "closed"
    (closed / "open").mkdir(parents=True)
    (closed / "open" / "file").write_text("shown", encoding="ascii")
    (closed / "beside").write_text("hidden", encoding="ascii")
    (tmp_path / "link").symlink_to(closed / "open")
    closed.chmod(0o700)
    program = f"""
import os
assert open("{closed}/open/file").read() == open("{tmp_path}/link/file").read() == "shown"
assert os.listdir("{closed}") == ["open"]
try:
    open("{closed}/open/file", "a")
except OSError:
    print("read-only")
"""
    for shown in (
        [str(closed / "open"), str(tmp_path / "link")],
        [str(closed / "open" / "file"), str(tmp_path / "link")],
    ):
        assert run_in("namespaces", "root", program, shown=shown) == "read-only\n"


MOUNT_BELOW = """
kernel = inside.kernel
shown = host["folder"] + "/given"
kernel.unshare(kernel.CLONE_NEWNS)
kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
kernel.mount("tmpfs", "/mnt", "tmpfs")
import os, pathlib
pathlib.Path("/mnt/inner").mkdir(mode=0o777)
kernel.mount("tmpfs", "/mnt/inner", "tmpfs", kernel.MS_NOEXEC, "mode=777")
pathlib.Path("/mnt/inner/file").write_text("x")
os.chmod("/mnt/inner/file", 0o666)
"""
WITHOUT_MOUNT_SETATTR = """
import ctypes
blocks = {inside.syscall_numbers.numbers()["mount_setattr"]: inside.filter_program.answer(38)}
instructions = inside.filter_program.decide(
    inside.seccomp._ARCHITECTURES[os.uname().machine], blocks, beyond=1 << 29, unknown=inside.filter_program.allow()
)
array = (inside.seccomp._Instruction * len(instructions))(*[inside.seccomp._Instruction(*i) for i in instructions])
kernel.call("seccomp", 1, 0, ctypes.byref(inside.seccomp._Program(len(array), array)))
"""


@pytest.mark.parametrize("before", [MOUNT_BELOW, MOUNT_BELOW + WITHOUT_MOUNT_SETATTR], ids=["new kernel", "old kernel"])
def test_what_is_mounted_below_a_shown_folder_is_read_only_too(before: str) -> None:
    program = """
try:
    open("/mnt/inner/file", "a")
except OSError as error:
    print(error.strerror)
print(next(line.split()[5] for line in open("/proc/self/mountinfo") if " /mnt/inner " in line))
"""
    printed = run_in("namespaces", "root", program, before=before, shown=["/mnt"]).splitlines()
    assert printed[0] == "Read-only file system"
    assert {"ro", "nosuid", "nodev", "noexec"} <= set(printed[1].split(","))


@pytest.mark.parametrize("user", USERS)
def test_each_trial_gets_an_empty_folder_of_the_size_it_is_given(user: str) -> None:
    fill = """
import errno, os
for name in ("work", "tmp", "shm"):
    assert os.listdir(f"{folder}/{name}") == []
    open(f"{folder}/{name}/left", "w").write("x")
try:
    with open("big", "wb") as file:
        for _ in range(8):
            file.write(bytes(1 << 20))
except OSError as error:
    print(errno.errorcode[error.errno], end=" ")
"""
    assert run_in("namespaces", user, fill, fill, disk_mb=4) == "ENOSPC ENOSPC "


def test_the_files_of_a_trial_are_counted() -> None:
    program = """
import os
made = 0
try:
    while True:
        os.close(os.open(str(made), os.O_CREAT | os.O_WRONLY))
        made += 1
except OSError:
    print(made)
"""
    assert int(run_in("namespaces", "ordinary", program)) < 20_000


def test_a_programs_open_file_does_not_keep_its_folder_from_being_closed() -> None:
    leave = """
import os, signal
kept = open("kept", "w")
if os.fork() == 0:
    signal.alarm(10)
    signal.pause()
"""
    run_in("namespaces", "ordinary", leave, "import os\nassert os.listdir('.') == []")


def test_the_host_keeps_no_mount_of_a_trial() -> None:
    before = Path("/proc/self/mountinfo").read_text(encoding="utf-8").count("\n")
    run_in("namespaces", "ordinary", "pass")
    assert Path("/proc/self/mountinfo").read_text(encoding="utf-8").count("\n") == before
    assert "trial" not in subprocess.run(["uname", "-n"], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("user", USERS)
def test_the_whole_root_cannot_be_shown(user: str) -> None:
    with pytest.raises(AssertionError, match="the host's whole root cannot be shown"):
        run_in("namespaces", user, "pass", shown=["/"])
