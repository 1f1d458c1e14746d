"""Calls of the kernel that change what is mounted, look into others, or have been a way out before."""

from __future__ import annotations

from tests.verification.adversaries.program import Escape

_TEST = "from solution import attempt\n\ndef test_attempt():\n    assert attempt() == 'blocked'\n"
_CALL = """
import ctypes, os, platform
libc = ctypes.CDLL(None, use_errno=True)
def call(intel, arm, *args):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(intel if platform.machine() == 'x86_64' else arm), *args)
    return result, ctypes.get_errno()
"""


def _tries(body: str) -> Escape:
    """``body``: what attempt() does, after ``call(number on x86-64, number on aarch64, ...)`` is there."""
    return Escape(
        _CALL + "def attempt():\n" + "".join(f"    {line}\n" for line in body.splitlines()), _TEST, confined_only=True
    )


def _calls(intel: int, arm: int, arguments: str) -> Escape:
    """Blocked is any error of permission, or that there is no such call."""
    return _tries(
        f"result, error = call({intel}, {arm}, {arguments})\n"
        "return 'blocked' if result == -1 and error in (1, 13, 38, 97, 22) else f'{result}, {error}'"
    )


PROGRAMS: dict[str, Escape] = {
    "mount of a folder": _tries(
        "os.makedirs('m', exist_ok=True)\n"
        "done = libc.mount(b'/', b'm', None, 4096, None)\nreturn 'blocked' if done else 'mounted'"
    ),
    "mount of memory": _tries(
        "os.makedirs('m', exist_ok=True)\ndone = libc.mount(b'x', b'm', b'tmpfs', 0, None)\n"
        "return 'blocked' if done else 'mounted'"
    ),
    "mount of processes": _tries(
        "os.makedirs('m', exist_ok=True)\ndone = libc.mount(b'x', b'm', b'proc', 0, None)\n"
        "return 'blocked' if done else 'mounted'"
    ),
    "the root made writable": _tries(
        "done = [libc.mount(None, p, None, 32 | f, None) for p in (b'/', b'/usr', b'/trial') for f in (0, 4096)]\n"
        "return 'blocked' if all(done) else 'mounted'"
    ),
    "what lies below a mount": _tries(
        "done = [libc.umount2(p, 2) for p in (b'/proc', b'/trial', b'/dev', b'/', b'/tmp')]\n"
        "return 'blocked' if all(done) else 'unmounted'"
    ),
    "the new calls for mounts": _tries(
        "for number, args in ((428, (-100, b'/', 1)), (430, (b'tmpfs', 0)), (442, (-100, b'/', 0, None, 0))):\n"
        "    result, error = call(number, number, *args)\n    if result >= 0: return str(number)\nreturn 'blocked'"
    ),
    "another root": _tries(
        "os.makedirs('r', exist_ok=True)\n"
        "for change in (lambda: os.chroot('r'), lambda: os.chroot('/')):\n"
        "    try: change()\n    except OSError: continue\n    return 'changed'\n"
        "return 'blocked' if call(155, 41, b'r', b'r')[0] else 'pivoted'"
    ),
    "a user namespace": _tries("return 'blocked' if libc.unshare(0x10000000) else 'unshared'"),
    "a mount namespace in a user namespace": _tries("return 'blocked' if libc.unshare(0x10020000) else 'unshared'"),
    "every namespace": _tries(
        "flags = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x20000000, 0x40000000, 0x80)\n"
        "return 'blocked' if all(libc.unshare(f) for f in flags) else 'unshared'"
    ),
    "clone into a user namespace": _tries(
        "result, error = call(56, 220, 0x10000000 | 17, None, None, None, None)\n"
        "if result == 0: os._exit(0)\nreturn 'blocked' if result < 0 else 'cloned'"
    ),
    "clone3 into a user namespace": _tries(
        "args = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)\nresult, error = call(435, 435, args, 88)\n"
        "if result == 0: os._exit(0)\nreturn 'blocked' if result < 0 else 'cloned'"
    ),
    "the namespaces of others": _tries(
        "for pid in (1, os.getppid(), @PARENT@):\n    for name in ('user', 'mnt', 'net', 'pid'):\n"
        "        try: fd = os.open(f'/proc/{pid}/ns/{name}', os.O_RDONLY)\n        except OSError: continue\n"
        "        if libc.setns(fd, 0) == 0: return name\nreturn 'blocked'"
    ),
    "root": _tries(
        "for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):\n"
        "    if os.getuid() == 0: break\n    try: change()\n    except OSError: continue\n    return 'changed'\n"
        "held = [line.split()[1] for line in open('/proc/self/status') if line[:6] in ('CapEff', 'CapPrm', 'CapAmb')]\n"
        "return 'blocked' if all(int(x, 16) == 0 for x in held) else str(held)"
    ),
    "programs that change the user": _tries(
        "import subprocess\nfor name in ('su', 'sudo', 'mount', 'passwd', 'newgrp'):\n"
        "    try: text = subprocess.run([name, '--version'], capture_output=True, timeout=5)\n"
        "    except (OSError, subprocess.TimeoutExpired): continue\n"
        "status = open('/proc/self/status').read()\n"
        "return 'blocked' if 'NoNewPrivs:\\t1' in status else 'new privileges'"
    ),
    "devices made": _tries(
        "import stat\nfor kind, number in ((stat.S_IFCHR, (1, 1)), (stat.S_IFBLK, (8, 0))):\n"
        "    try: os.mknod('dev', kind | 0o600, os.makedev(*number))\n    except OSError: continue\n"
        "    try: os.open('dev', os.O_RDONLY)\n    except OSError: continue\n    return 'opened'\nreturn 'blocked'"
    ),
    "the first process traced": _tries(
        "return 'blocked' if all(libc.ptrace(0x4206, p, None, None) for p in (1, os.getppid())) else 'traced'"
    ),
    "files of the first process": _tries(
        "places = ['mem', 'environ', 'maps', *(f'fd/{n}' for n in range(64)), 'cwd/x', 'root/etc/shadow']\n"
        "for name in places:\n"
        "    try: handle = os.open(f'/proc/1/{name}', os.O_RDONLY | os.O_NONBLOCK)\n    except OSError: continue\n"
        "    try: data = os.pread(handle, 16, 0)\n    except OSError: data = b'x'\n    if data: return name\n"
        "return 'blocked'"
    ),
    "a descriptor of the first process": _tries(
        "for pid in (1, os.getppid()):\n    handle = call(434, 434, pid, 0)[0]\n"
        "    for d in range(30):\n"
        "        if handle >= 0 and call(438, 438, handle, d, 0)[0] >= 0: return 'taken'\n"
        "return 'blocked'"
    ),
    "bpf": _calls(
        321, 280, "0, ctypes.create_string_buffer(b'\\x02\\0\\0\\0\\x04\\0\\0\\0\\x08\\0\\0\\0\\x01', 72), 72"
    ),
    "counters of the processor": _calls(
        298, 241, "ctypes.create_string_buffer(b'\\x01\\0\\0\\0\\x70', 112), 0, -1, -1, 0"
    ),
    "userfaultfd": _calls(323, 282, "1"),
    "io_uring": _calls(425, 425, "4, ctypes.create_string_buffer(248)"),
    "a key for the kernel": _calls(248, 217, "b'user', b'k-@MARK@', b'x', 1, -4"),
    "a file by its handle": _calls(304, 265, "-100, ctypes.create_string_buffer(b'\\x08\\0\\0\\0\\x01', 24), 0"),
    "another kernel": _calls(246, 104, "0, 0, None, 0"),
    "a module of the kernel": _calls(175, 105, "b'x', 1, b''"),
    "the messages of the kernel": _tries(
        "return 'blocked' if libc.klogctl(3, ctypes.create_string_buffer(4096), 4096) < 0 else 'read'"
    ),
    "another clock": _tries(
        "import time\ntry: time.clock_settime(time.CLOCK_REALTIME, time.time())\n"
        "except OSError: return 'blocked'\nreturn 'set'"
    ),
    "another name for the host": _tries(
        "import socket\ntry: socket.sethostname('x')\nexcept OSError: return 'blocked'\nreturn 'set'"
    ),
    "settings of the kernel": _tries(
        "for path in ('kernel/core_pattern', 'kernel/hostname', 'net/ipv4/ip_forward', 'kernel/pid_max'):\n"
        "    try: fd = os.open('/proc/sys/' + path, os.O_WRONLY)\n    except OSError: continue\n    return path\n"
        "for path in ('/proc/sysrq-trigger', '/sys/kernel/uevent_helper', '/sys/fs/cgroup/cgroup.procs'):\n"
        "    try: fd = os.open(path, os.O_WRONLY)\n    except OSError: continue\n    return path\nreturn 'blocked'"
    ),
    "the killer of memory told to spare it": _tries(
        "try: open('/proc/self/oom_score_adj', 'w').write('-1000')\nexcept OSError: return 'blocked'\nreturn 'spared'"
    ),
    "keys pressed for others": _tries(
        "import fcntl\nfor path in (0, 1, 2, '/dev/tty'):\n    try:\n"
        "        d = path if isinstance(path, int) else os.open(path, os.O_RDWR)\n"
        "        fcntl.ioctl(d, 0x5412, b'x')\n        return 'pressed'\n    except OSError: pass\nreturn 'blocked'"
    ),
    "swap, quotas, accounts": _tries(
        "done = [libc.swapon(b'f', 0), libc.acct(b'f'), libc.reboot(0)]\nreturn 'blocked' if all(done) else str(done)"
    ),
}
