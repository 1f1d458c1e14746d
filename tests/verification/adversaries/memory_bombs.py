"""Memory of every kind that a kernel knows, and disk. Meant for limits of about 512 MB and 5 s."""

from __future__ import annotations

from tests.verification.adversaries.program import Program

_TEST = "from solution import *\n\ndef test_grow():\n    assert grow(3) == 6\n"
_TEST_CAUGHT = """
from solution import *

def test_grow():
    try:
        result = grow(3)
    except Exception:
        result = None
    assert result == 6
"""
_HELD = "memory error tampered timeout fail"


def _bomb(solution: str, test: str = _TEST, verdicts: str = _HELD, *, confined_only: bool = True) -> Program:
    return Program(solution, test, verdicts, confined_only=confined_only)


PROGRAMS: dict[str, Program] = {
    "a list that grows": _bomb(
        "def grow(n):\n    kept = []\n    while True: kept.append('x' * 1_000_000)\n", verdicts="memory"
    ),
    "all at once": _bomb("def grow(n):\n    return len(bytearray(1 << 44))\n", verdicts="memory"),
    "at import": _bomb(
        "kept = [bytearray(1 << 26) for _ in range(10_000)]\ndef grow(n):\n    return 6\n", verdicts="memory"
    ),
    "a number that grows": _bomb("def grow(n):\n    while True: n = n * n\n", verdicts="memory timeout"),
    "a text that doubles": _bomb("def grow(n):\n    text = 'ab'\n    while True: text += text\n", verdicts="memory"),
    "a dictionary that grows": _bomb(
        "def grow(n):\n    return {i: [i] for i in iter(int, 1)} or dict(enumerate(iter(int, 1)))\n"
    ),
    "small objects without end": _bomb(
        "def grow(n):\n    node = None\n    while True: node = (node, [n], {n: n})\n",
        verdicts="memory timeout error tampered",
    ),
    "generators without end": _bomb(
        "def grow(n):\n    import itertools\n    return sorted(itertools.count())\n", verdicts="memory"
    ),
    "errors swallowed": _bomb(
        "def grow(n):\n    kept = []\n    while True:\n        try: kept.append(bytearray(1 << 22))\n"
        "        except MemoryError: pass\n",
        verdicts="memory timeout",
    ),
    "errors swallowed by the test": _bomb(
        "def grow(n):\n    kept = []\n    while True: kept.append(bytearray(1 << 22))\n", _TEST_CAUGHT, "memory fail"
    ),
    "errors swallowed, a wrong result": _bomb(
        "def grow(n):\n    kept = []\n    try:\n        while True: kept.append(bytearray(1 << 20))\n"
        "    except MemoryError: return 7\n",
        verdicts="memory fail",
    ),
    "a map without a file": _bomb(
        "import mmap\ndef grow(n):\n    kept = []\n    while True:\n        kept.append(mmap.mmap(-1, 1 << 26))\n"
        "        kept[-1].write(b'x' * (1 << 26))\n"
    ),
    "shared maps, written by children": _bomb(
        """
        import mmap, os, time
        def grow(n):
            for _ in range(40):
                if os.fork() == 0:
                    shared = mmap.mmap(-1, 1 << 26)
                    for at in range(0, 1 << 26, 4096): shared[at] = 1
                    time.sleep(60)
                    os._exit(0)
            time.sleep(60)
        """
    ),
    "children that each stay below the limit": _bomb(
        """
        import os, time
        def grow(n):
            for _ in range(30):
                if os.fork() == 0:
                    kept = [bytearray(b'x' * (1 << 20)) for _ in range(300)]
                    time.sleep(60)
                    os._exit(0)
            while True: time.sleep(1)
        """
    ),
    "children of children, detached": _bomb(
        """
        import os, time
        def grow(n):
            if os.fork() == 0:
                os.setsid()
                for _ in range(20):
                    if os.fork() == 0: break
                kept = []
                try:
                    while True: kept.append(bytearray(b'x' * (1 << 20)))
                except MemoryError: pass
                time.sleep(60)
                os._exit(0)
            time.sleep(60)
        """
    ),
    "threads with stacks": _bomb(
        """
        import threading, time
        def grow(n):
            threading.stack_size(64 << 20)
            kept = []
            while True:
                kept.append(threading.Thread(target=time.sleep, args=(60,), daemon=True))
                kept[-1].start()
        """,
        verdicts="fail error memory timeout tampered",
    ),
    "files in memory": _bomb(
        "import os\ndef grow(n):\n    kept = []\n    while True:\n        kept.append(os.memfd_create('x'))\n"
        "        os.write(kept[-1], b'x' * (1 << 26))\n"
    ),
    "full pipes": _bomb(
        """
        import fcntl, os
        def grow(n):
            kept = []
            while True:
                r, w = os.pipe()
                fcntl.fcntl(w, 1031, 1 << 20)
                os.set_blocking(w, False)
                try:
                    while True: os.write(w, b'x' * 65536)
                except BlockingIOError: kept += [r, w]
        """
    ),
    "full sockets": _bomb(
        """
        import socket
        def grow(n):
            kept = []
            while True:
                a, b = socket.socketpair()
                a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
                a.setblocking(False)
                try:
                    while True: a.send(b'x' * 65536)
                except BlockingIOError: kept += [a, b]
        """
    ),
    "shared memory of POSIX": _bomb(
        """
        def grow(n):
            with open('/dev/shm/grow', 'wb') as file:
                while True: file.write(b'x' * (1 << 22))
        """,
        verdicts=_HELD,
    ),
    "shared memory of System V": _bomb(
        """
        import ctypes
        def grow(n):
            libc = ctypes.CDLL(None)
            libc.shmat.restype = ctypes.c_void_p
            while True:
                key = libc.shmget(0, 1 << 26, 0o1600)
                if key < 0: raise OSError('refused')
                at = libc.shmat(key, None, 0)
                if at in (None, 2**64 - 1): raise OSError('refused')
                ctypes.memset(at, 1, 1 << 26)
        """
    ),
    "malloc of the C library": _bomb(
        """
        import ctypes
        def grow(n):
            libc = ctypes.CDLL(None)
            libc.malloc.restype = ctypes.c_void_p
            libc.malloc.argtypes = [ctypes.c_size_t]
            while True:
                at = libc.malloc(1 << 26)
                if not at: return 7
                ctypes.memset(at, 1, 1 << 26)
        """
    ),
    "an array of numpy": _bomb(
        "import numpy as np\ndef grow(n):\n    return np.ones((1 << 20, 1 << 14)).sum()\n", verdicts="memory"
    ),
    "a pattern that grows": _bomb(
        "import re\ndef grow(n):\n    return re.compile('(' * 50 + 'a{60000}' * 50 + ')' * 50)\n"
    ),
    "a tree of syntax that grows": _bomb("def grow(n):\n    return eval('[' + '0,' * 50_000_000 + ']')\n"),
    "a constant folded by the compiler": _bomb(
        "def grow(n):\n    return eval('((1 << 60) ** 5000) ' + '* (7 ** 99999) ' * 5000)\n"
    ),
    "text of an exception": _bomb(
        "def grow(n):\n    raise ValueError('x' * 300_000_000)\n", verdicts="fail memory error tampered"
    ),
    "text of a value": _bomb(
        "class R:\n    def __repr__(self): return 'x' * 300_000_000\ndef grow(n):\n    return R()\n"
    ),
    "a result too big to compare": _bomb("def grow(n):\n    return list(range(30_000_000))\n"),
}
