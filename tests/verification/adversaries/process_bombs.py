"""Processes, threads, output, descriptors, signals and time. Meant for limits of about 512 MB and 5 s."""

from __future__ import annotations

from tests.verification.adversaries.program import Program

_TEST = "from solution import *\n\ndef test_run():\n    assert run(3) == 6\n"
_AT_IMPORT = "import solution\n\ndef test_run():\n    assert solution.run(3) == 6\n"
_AFTER = "from solution import run\n\ndef test_first():\n    assert True\n\ndef test_run():\n    assert run(3) == 6\n"
_HELD = "fail error timeout memory tampered"
_SLOW = "timeout"


def _bomb(solution: str, verdicts: str = _HELD, test: str = _TEST, *, note: str = "") -> Program:
    return Program(solution, test, verdicts, confined_only=True, note=note)


PROGRAMS: dict[str, Program] = {
    "a fork bomb": _bomb(
        "import os\ndef run(n):\n    while True:\n        try: os.fork()\n        except OSError: pass\n"
    ),
    "a fork bomb that hides": _bomb(
        "import os\ndef run(n):\n    while True:\n        try:\n            if os.fork() == 0:\n"
        "                os.setsid()\n"
        "                if os.fork(): os._exit(0)\n        except OSError: pass\n"
    ),
    "children that never end": _bomb(
        "import os, time\ndef run(n):\n    for _ in range(5000):\n        if os.fork() == 0:\n"
        "            while True: time.sleep(9)\n"
        "    return 6\n"
    ),
    "children that are never reaped": _bomb(
        "import os\ndef run(n):\n    for _ in range(5000):\n        if os.fork() == 0: os._exit(0)\n    return 7\n"
    ),
    "a chain of children": _bomb(
        "import os\ndef run(n):\n    while True:\n        if os.fork(): os._exit(0)\n",
        "tampered timeout fail",
        note="the process id runs away",
    ),
    "a chain of programs": _bomb(
        "import os, sys\ndef run(n):\n"
        "    code = ('import os, sys; os.fork() and os._exit(0); '\n"
        "            'os.execv(sys.executable, [sys.executable, \"-c\", sys.argv[1], sys.argv[1]])')\n"
        "    os.execv(sys.executable, [sys.executable, '-c', code, code])\n",
        "tampered timeout",
    ),
    "threads without end": _bomb(
        "import threading, time\ndef run(n):\n"
        "    while True: threading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n"
    ),
    "shells without end": _bomb(
        "import subprocess\ndef run(n):\n    while True: subprocess.Popen(['sleep', '1000'])\n"
    ),
    "a shell's fork bomb": _bomb("import os\ndef run(n):\n    os.system(':(){ :|:& };:; sleep 100')\n    return 7\n"),
    "a flood on standard output": _bomb("def run(n):\n    while True: print('x' * 100_000)\n", "error timeout fail"),
    "a flood on standard error": _bomb(
        "import os\ndef run(n):\n    while True: os.write(2, b'e' * 65536)\n", "error timeout fail"
    ),
    "a flood below Python": _bomb("import os\ndef run(n):\n    os.system('yes')\n    return 7\n", "error timeout fail"),
    "a flood from a child after the end": _bomb(
        "import os\ndef run(n):\n    if os.fork() == 0:\n        os.setsid()\n"
        "        while True: os.write(1, b'z' * 65536)\n"
        "    return 7\n",
        "fail error",
    ),
    "a flood at import": _bomb("while True: print('import')\n", "error timeout", _AT_IMPORT),
    "a flood in small pieces": _bomb("import os\ndef run(n):\n    while True: os.write(1, b'.')\n", "timeout error"),
    "a flood of warnings": _bomb(
        "import warnings\nwarnings.simplefilter('always')\ndef run(n):\n    while True: warnings.warn('w' * 10_000)\n"
    ),
    "a flood of log lines": _bomb("import logging\ndef run(n):\n    while True: logging.error('l' * 10_000)\n"),
    "output that is no text": _bomb(
        "import os, sys\ndef run(n):\n    os.write(1, bytes(range(256)) * 100)\n"
        "    sys.stdout.write('\\ud800\\x00\\x1b]0;t\\x07')\n"
        "    return 7\n",
        "fail",
    ),
    "descriptors without end": _bomb(
        "import os\ndef run(n):\n    kept = []\n    while True: kept.append(os.open('/dev/null', os.O_RDONLY))\n",
        "fail error",
    ),
    "descriptors without end, errors swallowed": _bomb(
        "import os\ndef run(n):\n    while True:\n        try: os.dup(0)\n        except OSError: return 7\n",
        "fail error tampered",
        _AFTER,
    ),
    "sockets without end": _bomb(
        "import socket\ndef run(n):\n    kept = []\n    while True: kept += socket.socketpair()\n", "fail error"
    ),
    "locks without end": _bomb(
        "import fcntl\ndef run(n):\n    f = open('l', 'w+')\n    f.truncate(1 << 20)\n"
        "    for i in range(0, 1 << 20, 2): fcntl.lockf(f, fcntl.LOCK_EX, 1, i)\n    return 7\n"
    ),
    "timers and watches without end": _bomb(
        "import select\ndef run(n):\n    kept = []\n    while True: kept.append(select.epoll())\n", "fail error"
    ),
    "a loop": _bomb("def run(n):\n    while True: pass\n", _SLOW),
    "a loop at import": _bomb("while True: pass\n", _SLOW, _AT_IMPORT),
    "a loop that ignores every signal": _bomb(
        "import signal\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\ndef run(n):\n    while True: pass\n",
        _SLOW,
    ),
    "a loop that swallows every exception": _bomb(
        "def run(n):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass\n",
        _SLOW,
    ),
    "a loop in every thread": _bomb(
        "import threading\ndef spin():\n    while True: pass\ndef run(n):\n"
        "    for _ in range(8): threading.Thread(target=spin).start()\n"
        "    spin()\n",
        _SLOW,
    ),
    "a loop in every child": _bomb(
        "import os\ndef run(n):\n    for _ in range(4):\n        if os.fork() == 0: os.setsid()\n"
        "    while True: pass\n",
        _SLOW,
    ),
    "sleep": _bomb("import time\ndef run(n):\n    time.sleep(10_000)\n", _SLOW),
    "sleep at import": _bomb("import time\ntime.sleep(10_000)\n", _SLOW, _AT_IMPORT),
    "a lock that nobody opens": _bomb(
        "import threading\ndef run(n):\n    l = threading.Lock()\n    l.acquire()\n    l.acquire()\n", _SLOW
    ),
    "a pipe that nobody writes": _bomb("import os\ndef run(n):\n    return os.read(os.pipe()[0], 1)\n", _SLOW),
    "a file that nobody opens": _bomb("import os\ndef run(n):\n    os.mkfifo('f')\n    open('f').read()\n", _SLOW),
    "stopped by itself": _bomb(
        "import os, signal\ndef run(n):\n    os.kill(os.getpid(), signal.SIGSTOP)\n    return 7\n", "timeout"
    ),
    "all of its group stopped": _bomb(
        "import os, signal\ndef run(n):\n    os.kill(0, signal.SIGSTOP)\n    return 7\n", "timeout fail"
    ),
    "its parent stopped": _bomb(
        "import os, signal\ndef run(n):\n    try: os.kill(os.getppid(), signal.SIGSTOP)\n"
        "    except OSError: pass\n    return 7\n",
        "fail timeout error tampered",
    ),
    "input without end": _bomb("import sys\ndef run(n):\n    return sys.stdin.read() or 7\n", "fail timeout"),
    "input below Python": _bomb("import os\ndef run(n):\n    return os.read(0, 1) or 7\n", "fail timeout error"),
    "a pattern that backtracks": _bomb(
        "import re\ndef run(n):\n    return re.match('(a+)+$', 'a' * 60 + 'b')\n", _SLOW
    ),
    "a power": _bomb("def run(n):\n    return 7 ** 7 ** 12\n", "timeout memory"),
    "a sum in C": _bomb("def run(n):\n    return sum(range(10 ** 15))\n", _SLOW),
    "a search in C": _bomb("def run(n):\n    return 10 ** 15 in iter(range(10 ** 16))\n", _SLOW),
    "a sleep in C": _bomb("import ctypes\ndef run(n):\n    ctypes.PyDLL(None).sleep(10_000)\n", _SLOW),
    "a text for a number": _bomb(
        "import sys\nsys.set_int_max_str_digits(0)\ndef run(n):\n    return len(str(7 ** 30_000_000))\n",
        "timeout memory fail",
    ),
    "recursion": _bomb("def run(n):\n    return run(n + 1)\n", "fail error"),
    "recursion without a limit": _bomb(
        "import sys\nsys.setrecursionlimit(10**9)\ndef run(n):\n    return [run(n + 1) for _ in 'a']\n",
        "error memory timeout tampered fail",
    ),
    "recursion in C": _bomb(
        "import sys\nsys.setrecursionlimit(10**9)\ndef run(n):\n    x = []\n"
        "    for _ in range(10**6): x = [x]\n    return repr(x)\n",
        "error memory timeout tampered fail",
    ),
    "a fault": _bomb("import ctypes\ndef run(n):\n    ctypes.memset(1, 0, 8)\n", "error tampered"),
    "a fault at import": _bomb("import ctypes\nctypes.string_at(0)\n", "error tampered", _AT_IMPORT),
    "a fault in a child": _bomb(
        "import ctypes, os\ndef run(n):\n    if os.fork() == 0: ctypes.string_at(0)\n    os.wait()\n    return 7\n",
        "fail",
    ),
    "an end that never comes": _bomb(
        "import threading, time, atexit\natexit.register(time.sleep, 1000)\n"
        "threading.Thread(target=time.sleep, args=(1000,)).start()\n"
        "class D:\n    def __del__(self): time.sleep(1000)\nkept = D()\ndef run(n):\n    return 7\n",
        "fail",
    ),
    "a destructor that never ends": _bomb(
        "import time\nclass D:\n    def __del__(self): time.sleep(1000)\ndef run(n):\n    D()\n    return 7\n",
        "timeout",
    ),
    "the nicest process": _bomb("import os\ndef run(n):\n    os.nice(19)\n    while True: pass\n", _SLOW),
    "the most important process": _bomb(
        "import os\ndef run(n):\n    try: os.setpriority(os.PRIO_PROCESS, 0, -20)\n    except OSError: pass\n"
        "    try: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99))\n"
        "    except OSError: pass\n    while True: pass\n",
        _SLOW,
    ),
}
