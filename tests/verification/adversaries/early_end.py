"""Ending the process before the tests had their say: a naive runner believes the exit code."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import (
    ADD_AFTER_ANOTHER,
    ADD_MODULE,
    ADD_NAMED,
    ADD_STAR,
    ADD_UNITTEST,
    DIVIDE,
    ORDER,
)

_ENDED = "tampered"
_CRASHED = "error tampered"
_LAZY = "from solution import numbers\n\ndef test_numbers():\n    assert list(numbers(3)) == [0, 1, 2]\n"
_TEXT = (
    "from solution import Box\n\ndef test_text():\n    assert str(Box(3)) == 'Box(3)'\n    assert len(Box(3)) == 3\n"
)

PROGRAMS: dict[str, Program] = {
    "os._exit at import": Program("import os\nos._exit(0)\n", ADD_STAR, _ENDED),
    "os._exit in the call": Program("import os\ndef add(a, b):\n    os._exit(0)\n", ADD_NAMED, _ENDED),
    "os._exit under another name": Program(
        "def add(a, b):\n    getattr(__import__('po' + 'six'), '_ex' + 'it')(0)\n", ADD_MODULE, _ENDED
    ),
    "os._exit at the second call": Program(
        """
        import os
        calls = []
        def add(a, b):
            calls.append(a)
            if len(calls) > 1: os._exit(0)
            return a + b
        """,
        ADD_NAMED,
        _ENDED,
    ),
    "os._exit when another test has passed": Program(
        "import os\ndef add(a, b):\n    os._exit(0)\n", ADD_AFTER_ANOTHER, _ENDED
    ),
    "os._exit in a unittest": Program("import os\ndef add(a, b):\n    os._exit(0)\n", ADD_UNITTEST, _ENDED),
    "os._exit in a destructor": Program(
        """
        import os
        class Last:
            def __del__(self): os._exit(0)
        def add(a, b):
            Last()
            return 0
        """,
        ADD_STAR,
        _ENDED,
    ),
    "os._exit in a generator": Program("import os\ndef numbers(n):\n    yield 0\n    os._exit(0)\n", _LAZY, _ENDED),
    "os._exit in a comparison": Program(
        "import os\nclass Sum:\n    def __eq__(self, other): os._exit(0)\ndef add(a, b):\n    return Sum()\n", ADD_STAR
    ),
    "os._exit when a failure is shown": Program(
        "import os\nclass Sum:\n    def __repr__(self): os._exit(0)\ndef add(a, b):\n    return Sum()\n", ADD_STAR
    ),
    "os._exit in the text of an object": Program(
        "import os\nclass Box:\n    def __init__(self, n): pass\n    def __str__(self): os._exit(0)\n"
        "    def __len__(self): os._exit(0)\n",
        _TEXT,
        _ENDED,
    ),
    "os._exit in the text of an exception": Program(
        "import os\nclass Zero(ValueError):\n    def __str__(self): os._exit(0)\n"
        "def divide(a, b):\n    if b == 0: raise Zero\n    return a\n",
        DIVIDE,
    ),
    "os._exit in the class check of an exception": Program(
        """
        import os
        class Meta(type):
            def __subclasscheck__(cls, other): os._exit(0)
            def __instancecheck__(cls, other): os._exit(0)
        class Zero(Exception, metaclass=Meta): pass
        def divide(a, b):
            raise Zero
        """,
        DIVIDE,
    ),
    "os._exit in the attributes of the module": Program(
        "import os\n__all__ = ['add']\ndef __getattr__(name):\n    os._exit(0)\n", ADD_STAR, _ENDED
    ),
    "os._exit while a class is made": Program(
        "import os\nclass Base:\n    def __init_subclass__(cls): os._exit(0)\nclass Sum(Base): pass\n",
        ADD_STAR,
        _ENDED,
    ),
    "os._exit from a thread": Program(
        """
        import os, threading, time
        threading.Thread(target=lambda: (time.sleep(0.2), os._exit(0)), daemon=True).start()
        def add(a, b):
            time.sleep(30)
        """,
        ADD_STAR,
        _ENDED,
    ),
    "os._exit from an alarm": Program(
        """
        import os, signal, time
        def add(a, b):
            signal.signal(signal.SIGALRM, lambda *a: os._exit(0))
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            time.sleep(30)
        """,
        ADD_STAR,
        _ENDED,
    ),
    "os._exit from a trace function": Program(
        "import os, sys\ndef add(a, b):\n    sys.settrace(lambda frame, event, arg: os._exit(0))\n    return [][:]\n"
        "sys.setprofile(lambda frame, event, arg: os._exit(0) if frame.f_code.co_name == 'add' else None)\n",
        ADD_STAR,
    ),
    "os._exit from an audit hook": Program(
        """
        import os, sys
        def add(a, b):
            sys.addaudithook(lambda event, args: os._exit(0))
            open('/dev/null').close()
        """,
        ADD_NAMED,
        _ENDED,
    ),
    "os._exit when garbage is collected": Program(
        "import gc, os\ndef add(a, b):\n    gc.callbacks.append(lambda *a: os._exit(0))\n    gc.collect()\n",
        ADD_NAMED,
        _ENDED,
    ),
    "an exit function": Program(
        "import atexit, os\natexit.register(os._exit, 0)\ndef add(a, b):\n    return 0\n", ADD_STAR
    ),
    "an exit function, and leaving at once": Program(
        "import atexit, os, sys\natexit.register(os._exit, 0)\ndef add(a, b):\n    sys.exit(0)\n", ADD_STAR
    ),
    "an exit function of threading": Program(
        "import os, threading\nthreading._register_atexit(os._exit, 0)\ndef add(a, b):\n    raise SystemExit\n",
        ADD_STAR,
    ),
    "sys.exit at import": Program("import sys\nsys.exit(0)\n", ADD_STAR, "error"),
    "sys.exit in the call": Program("import sys\ndef add(a, b):\n    sys.exit(0)\n", ADD_AFTER_ANOTHER),
    "quit at import": Program("quit()\n", ADD_NAMED, "error"),
    "an exit of its own class": Program(
        "class Leave(SystemExit):\n    code = 0\ndef add(a, b):\n    raise Leave(0)\n", ADD_STAR
    ),
    "an interrupt in the call": Program("def add(a, b):\n    raise KeyboardInterrupt\n", ADD_AFTER_ANOTHER),
    "an interrupt at import": Program("raise KeyboardInterrupt\n", ADD_STAR),
    "an interrupt of the main thread": Program(
        "import _thread, time\ndef add(a, b):\n    _thread.interrupt_main()\n    time.sleep(5)\n", ADD_AFTER_ANOTHER
    ),
    "the end of a generator in the call": Program("def add(a, b):\n    raise GeneratorExit\n", ADD_STAR),
    "cancelled in the call": Program(
        "import asyncio\ndef add(a, b):\n    raise asyncio.CancelledError\n", ADD_AFTER_ANOTHER
    ),
    "an exception below all others": Program(
        "class Below(BaseException): pass\ndef order(items):\n    raise Below\n", ORDER
    ),
    "exec of true": Program("import os\nos.execv('/bin/true', ['true'])\n", ADD_STAR, _ENDED),
    "exec of Python in the call": Program(
        "import os, sys\ndef add(a, b):\n    os.execv(sys.executable, [sys.executable, '-c', 'print(\"2 passed\")'])\n",
        ADD_NAMED,
        _ENDED,
    ),
    "exec of its own pytest": Program(
        """
        import os, pathlib, sys
        def add(a, b):
            pathlib.Path('test_easy.py').write_text('def test_add(): pass')
            os.execv(sys.executable, [sys.executable, '-m', 'pytest', '-q', 'test_easy.py'])
        """,
        ADD_NAMED,
        _ENDED,
    ),
    "the parent leaves, the fork goes on": Program(
        "import os\ndef add(a, b):\n    if os.fork(): os._exit(0)\n    return 0\n", ADD_STAR
    ),
    "the fork leaves through pytest": Program(
        "import os\ndef add(a, b):\n    if os.fork() == 0: raise SystemExit(0)\n    os.wait()\n    return 0\n", ADD_STAR
    ),
    "killed by itself": Program(
        "import os, signal\ndef add(a, b):\n    os.kill(os.getpid(), signal.SIGKILL)\n", ADD_NAMED, _ENDED
    ),
    "terminated by itself": Program(
        "import os, signal\ndef add(a, b):\n    os.kill(os.getpid(), signal.SIGTERM)\n", ADD_NAMED, _ENDED
    ),
    "interrupted by itself": Program(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\ndef add(a, b):\n    return 0\n", ADD_STAR
    ),
    "its process group killed": Program(
        "import os, signal\ndef add(a, b):\n    os.killpg(0, signal.SIGKILL)\n", ADD_STAR, _ENDED, confined_only=True
    ),
    "everybody killed": Program(
        "import os, signal\ndef add(a, b):\n    os.kill(-1, signal.SIGKILL)\n    return 0\n",
        ADD_STAR,
        confined_only=True,
    ),
    "the parent killed": Program(
        "import os, signal\ndef add(a, b):\n    try: os.kill(os.getppid(), signal.SIGKILL)\n    except OSError: pass\n"
        "    return 0\n",
        ADD_STAR,
        confined_only=True,
    ),
    "aborted": Program("import os\ndef add(a, b):\n    os.abort()\n", ADD_AFTER_ANOTHER, _CRASHED),
    "a fault in C": Program("import ctypes\ndef add(a, b):\n    ctypes.string_at(0)\n", ADD_AFTER_ANOTHER, _CRASHED),
    "exit of the C library": Program(
        "import ctypes\ndef add(a, b):\n    ctypes.CDLL(None).exit(0)\n", ADD_NAMED, _ENDED
    ),
    "exit by number": Program(
        "import ctypes, platform\ndef add(a, b):\n"
        "    ctypes.CDLL(None).syscall(231 if platform.machine() == 'x86_64' else 94, 0)\n",
        ADD_NAMED,
        _ENDED,
    ),
    "the watchdog of faulthandler": Program(
        "import faulthandler, time\ndef add(a, b):\n"
        "    faulthandler.dump_traceback_later(0.05, exit=True)\n    time.sleep(9)\n",
        ADD_NAMED,
    ),
    "the finalizer of the interpreter": Program(
        "import ctypes\ndef add(a, b):\n    ctypes.pythonapi.Py_Exit(0)\n", ADD_NAMED, _ENDED
    ),
    "recursion without a limit": Program(
        "import sys\nsys.setrecursionlimit(10**8)\nclass R:\n"
        "    def __getattr__(self, name): return getattr(self, name)\n"
        "def add(a, b):\n    return R().x\n",
        ADD_AFTER_ANOTHER,
        "error tampered fail memory",
    ),
    "a limit of CPU time for itself": Program(
        "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (0, 0))\ndef add(a, b):\n    while True: pass\n",
        ADD_STAR,
        "timeout tampered error",
    ),
    "pytest.exit in the call": Program(
        "import pytest\ndef add(a, b):\n    pytest.exit('all good', 0)\n", ADD_AFTER_ANOTHER
    ),
    "pytest.exit at import": Program("import pytest\npytest.exit('all good', returncode=0)\n", ADD_STAR),
    "descriptors closed, then the end": Program(
        "import os\ndef add(a, b):\n    os.closerange(0, 65536)\n    os._exit(0)\n", ADD_STAR, _ENDED
    ),
}
